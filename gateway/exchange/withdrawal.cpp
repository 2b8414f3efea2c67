#include "gateway/exchange/withdrawal.h"

#include <algorithm>

#include "gateway/exchange/beside.h"
#include "gateway/exchange/delivery.h"
#include "gateway/policy/matrix.h"

namespace charmille::exchange {
namespace {

/// An extraction tells of everyone.
Result<bool> tells_of(const Context& context, const DestinationPlan& plan, const LinkedChild& child,
                      const store::Exchange& collection) {
  if (plan.config->trigger == config::Trigger::schedule) return true;
  for (const store::ChildRow& row : child.rows) {
    const auto known = context.store.projection(plan.key, row.id);
    if (!known) return fail(known.error());
    if (*known && (*known)->delivery == collection.id) return true;
  }
  return false;
}

const store::PutSetting* last_put(const store::Unit& unit, const std::string& key) {
  const store::PutSetting* last = nullptr;
  for (const store::Write& write : unit.writes)
    if (const auto* put = std::get_if<store::PutSetting>(&write); put != nullptr && put->key == key)
      last = put;
  return last;
}

}  // namespace

bool may_tell_too_much(const DestinationPlan& plan) {
  return plan.config->trigger != config::Trigger::change &&
         !policy::may_know_place(plan.addressee.kind);
}

std::string secrecy_of(const DestinationPlan& plan) {
  return "secrecy/" + plan.key;
}
std::string withdrawn_periods(const DestinationPlan& plan) {
  return "withdrawn/" + plan.key;
}
std::string withdrawn_under_way(const base::Uuid& delivery) {
  return "withdrawn-under-way/" + delivery.text();
}

Result<void> ask_again(const Context& context, const std::string& key, const std::string& period,
                       store::Unit& unit) {
  std::string periods;
  if (const store::PutSetting* put = last_put(unit, key)) {
    periods = put->value;
  } else {
    auto before = context.store.setting(key);
    if (!before) return fail(before.error());
    periods = before->value_or("");
    unit.preconditions.emplace_back(store::SettingIs{key, std::move(*before)});
  }
  if ((' ' + periods + ' ').find(' ' + period + ' ') != periods.npos) return {};
  periods += (periods.empty() ? "" : " ") + period;
  unit.writes.emplace_back(store::PutSetting{key, std::move(periods)});
  return {};
}

void withdraw_under_way(const store::Exchange& delivery, std::string periods, Work& work) {
  work.unit.preconditions.emplace_back(store::ExchangeAt{delivery.id, delivery.version});
  work.unit.writes.emplace_back(
      store::PutSetting{withdrawn_under_way(delivery.id), std::move(periods)});
}

Result<void> withdraw_collections(const Context& context, const DestinationPlan& plan,
                                  const LinkedChild& child, Work& work) {
  const bool extraction = plan.config->trigger == config::Trigger::schedule;
  if (extraction) {
    // Any value that it did not have: what is being made now is refused when it is committed.
    const std::string now = base::uuid_v7(context.clock.now(), context.random).text();
    work.unit.writes.emplace_back(store::PutSetting{secrecy_of(plan), now});
  }
  auto waiting = context.store.open_deliveries(plan.key);
  if (!waiting) return fail(waiting.error());
  for (store::Exchange& collection : *waiting) {
    // One that could not be made has no payload: it tells a person so, and nobody else anything.
    if (!collection.payload || is_superseded(work.unit, collection.id)) continue;
    const auto concerned = tells_of(context, plan, child, collection);
    if (!concerned) return fail(concerned.error());
    if (!*concerned) continue;
    const std::string periods = extraction ? withdrawn_periods(plan) : std::string{};
    if (!is_unsent(collection.state)) {
      withdraw_under_way(collection, periods, work);
      continue;
    }
    const std::optional<Fault> last = recorded_fault(collection);
    work.unit.writes.emplace_back(
        store::ReleaseProjections{collection.id, last && is_ambiguous(*last), true});
    if (extraction)
      if (auto asked = ask_again(context, periods, collection.lot, work.unit); !asked) return asked;
    supersede(context, std::move(collection), work);
  }
  return {};
}

}  // namespace charmille::exchange
