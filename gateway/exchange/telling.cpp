#include "gateway/exchange/telling.h"

#include "gateway/exchange/withdrawal.h"

namespace charmille::exchange {

Result<std::set<std::string>> sources_of(const Context& context, const LinkedChild& child) {
  std::set<std::string> sources;
  for (const store::ChildRow& row : child.rows) {
    auto statements = context.store.statements(row.id);
    if (!statements) return fail(statements.error());
    for (const store::StatementRow& statement : *statements)
      if (!statement.withdrawn) sources.insert(statement.source);
  }
  return sources;
}

Result<void> tell_decided(Context& context, Outbox& outbox, const Decided& decided, Ties ties,
                          const store::Exchange& cause,
                          const std::function<bool(const DestinationPlan&)>& concerned,
                          Work& work) {
  const auto sources = sources_of(context, *decided.child);
  if (!sources) return fail(sources.error());
  const ChangedChild changed{decided.child,  decided.record, false,
                             decided.parted, nullptr,        nullptr};
  for (const DestinationPlan* to : context.site->told_by(*sources)) {
    if (ties_for(*to) != ties || !concerned(*to)) continue;
    if (decided.narrows && may_tell_too_much(*to))
      if (auto withdrawn = withdraw_collections(context, *to, *decided.child, work); !withdrawn)
        return withdrawn;
    if (to->config->trigger == config::Trigger::lot)
      work.unit.writes.emplace_back(store::MarkStale{to->key, decided.child->head().id, true});
    if (to->config->trigger != config::Trigger::change) continue;
    if (auto made = outbox.add_change(*to, cause, changed, false, work); !made)
      return fail(made.error());
  }
  return {};
}

Told told_in(const store::Unit& unit, const base::Uuid& flow) {
  Told told;
  for (const store::Write& write : unit.writes)
    if (const auto* put = std::get_if<store::PutExchange>(&write);
        put != nullptr && put->exchange.flow == flow)
      (put->exchange.state == store::State::parked ? told.parked : told.made)
          .push_back(put->exchange.id);
  return told;
}

}  // namespace charmille::exchange
