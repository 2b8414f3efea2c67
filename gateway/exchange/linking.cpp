#include "gateway/exchange/linking.h"

#include <algorithm>

#include "gateway/exchange/durable.h"
#include "gateway/exchange/recognition.h"
#include "gateway/exchange/telling.h"

namespace charmille::exchange {

namespace asio = boost::asio;
using store::LinkState;

namespace {

bool is_in_force(LinkState state) {
  return state == LinkState::linked || state == LinkState::accepted;
}

/// The state that the act asks for; nothing: no decision is left. CH-EXC-027.
Result<std::optional<LinkState>> wanted(const store::LinkRow& link, LinkAct act) {
  const bool refused = link.state == LinkState::refused;
  if (act == LinkAct::accept && link.state != LinkState::accepted) return LinkState::accepted;
  if (act == LinkAct::refuse && !refused && !is_in_force(link.state)) return LinkState::refused;
  if (act == LinkAct::undo && is_in_force(link.state)) return LinkState::refused;
  if (act == LinkAct::undo && refused) return std::nullopt;
  return fail("CH-EXC-027", {}, {{"state", std::string(store::name_of(link.state))}});
}

}  // namespace

asio::awaitable<Result<LinkOutcome>> Linking::decide(std::uint64_t number, LinkAct act,
                                                     events::Person person) {
  for (int attempt = 1;; ++attempt) {
    auto done = co_await decide_once(number, act, person);
    if (done || !changed_meanwhile(done.error()) || attempt == most_computations) co_return done;
  }
}

asio::awaitable<Result<LinkOutcome>> Linking::decide_once(std::uint64_t number, LinkAct act,
                                                          events::Person person) {
  auto link = context_.store.link(number);
  if (!link) co_return fail(link.error());
  if (!*link) co_return fail("CH-EXC-026", {}, {{"number", std::to_string(number)}});
  const auto state = wanted(**link, act);
  if (!state) co_return fail(state.error());

  LinkOutcome outcome;
  outcome.before = **link;
  Undertaking undertaking(context_, lanes_);
  Work& work = undertaking.work;
  Recognition recognition(context_, base::Uuid{});
  recognition.decision(**link, *state, person.login);
  const auto kin = recognition.derive(work);
  if (!kin) co_return fail(kin.error());
  const auto event =
      act == LinkAct::accept ? merkle::Event::admin_link : merkle::Event::admin_unlink;
  work.unit.audit.push_back(events::person(event, person, {}, context_));

  store::Exchange cause;
  cause.flow = base::uuid_v7(context_.clock.now(), context_.random);
  cause.organisation = context_.site->config->organisation.id;
  for (const Ties ties : {Ties::all, Ties::certain}) {
    if (ties == Ties::certain && !context_.site->tells_health()) continue;
    for (const LinkedChild& child : kin->groups(ties))
      if (std::ranges::any_of(child.rows, [&](const store::ChildRow& row) {
            return recognition.moved().contains(row.id);
          }))
        if (auto told = tell(child, ties, cause, work); !told) co_return fail(told.error());
  }
  outcome.told = told_in(work.unit, cause.flow);
  auto done = co_await carry_out(context_, lanes_, std::move(work));
  if (!done) co_return fail(done.error());
  auto after = context_.store.link(number);
  if (!after) co_return fail(after.error());
  outcome.after = std::move(*after);
  co_return outcome;
}

Result<void> Linking::tell(const LinkedChild& child, Ties ties, const store::Exchange& cause,
                           Work& work) {
  const auto record = load_record(context_, child);
  if (!record) return fail(record.error());
  const auto parted = parted_from(context_.store, child, ties);
  if (!parted) return fail(parted.error());
  const Decided decided{&child, &*record, *parted ? &**parted : nullptr, true};
  const auto everyone = [](const DestinationPlan&) { return true; };
  return tell_decided(context_, outbox_, decided, ties, cause, everyone, work);
}

}  // namespace charmille::exchange
