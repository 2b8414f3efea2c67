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

Result<void> ask_again(const Context& context, const DestinationPlan& plan,
                       const std::string& period, Work& work) {
  const std::string key = withdrawn_periods(plan);
  const auto before = context.store.setting(key);
  if (!before) return fail(before.error());
  std::string periods = before->value_or("");
  if ((' ' + periods + ' ').find(' ' + period + ' ') != periods.npos) return {};
  periods += (periods.empty() ? "" : " ") + period;
  work.unit.writes.emplace_back(store::PutSetting{key, std::move(periods)});
  return {};
}

}  // namespace

std::string withdrawn_periods(const DestinationPlan& plan) {
  return "withdrawn/" + plan.key;
}

Result<void> withdraw_collections(const Context& context, const DestinationPlan& plan,
                                  const LinkedChild& child, Work& work) {
  if (plan.config->trigger == config::Trigger::change ||
      policy::may_know_place(plan.addressee.kind))
    return {};
  auto waiting = context.store.open_deliveries(plan.key);
  if (!waiting) return fail(waiting.error());
  for (store::Exchange& collection : *waiting) {
    if (!is_unsent(collection.state) || is_superseded(work.unit, collection.id)) continue;
    const auto concerned = tells_of(context, plan, child, collection);
    if (!concerned) return fail(concerned.error());
    if (!*concerned) continue;
    const std::optional<Fault> last = recorded_fault(collection);
    work.unit.writes.emplace_back(
        store::ReleaseProjections{collection.id, last && is_ambiguous(*last), true});
    if (plan.config->trigger == config::Trigger::schedule)
      if (auto asked = ask_again(context, plan, collection.lot, work); !asked) return asked;
    supersede(context, std::move(collection), work);
  }
  return {};
}

}  // namespace charmille::exchange
