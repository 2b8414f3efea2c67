// The end of a route's import: collections, floods, what a snapshot no longer has.
#include "gateway/exchange/importer_run.h"

namespace charmille::exchange {

namespace asio = boost::asio;

/// What can only be said once every child is applied: collections, floods, what a snapshot no
/// longer has.
asio::awaitable<Result<void>> Importer::finish_route(Run& run) {
  if (run.plan.snapshot) {
    auto noted = co_await note_absent(run);
    if (!noted) co_return noted;
  }
  for (const DestinationPlan& destination : run.plan.route->to) {
    if (destination.config->trigger == config::Trigger::lot) {
      auto collected = co_await collect(run, destination);
      if (!collected) co_return collected;
    } else if (destination.config->trigger == config::Trigger::change && run.plan.hold_changes &&
               destination.config->max_change) {
      auto judged = co_await judge_flood(run, destination);
      if (!judged) co_return judged;
    }
  }
  co_return Result<void>{};
}

asio::awaitable<Result<void>> Importer::collect(Run& run, const DestinationPlan& destination) {
  auto known = context_.store.known_children(destination.key);
  if (!known) co_return fail(known.error());
  Outbox::Collection collection;
  collection.children = run.changed;
  collection.lot = run.plan.lead.lot;
  collection.known = *known;
  Work work;
  auto delivery = outbox_.add_collection(destination, run.plan.lead, std::move(collection), work);
  if (!delivery) co_return fail(delivery.error());
  if (!*delivery) co_return Result<void>{};
  auto done = co_await carry_out(context_, lanes_, std::move(work));
  if (!done) co_return fail(done.error());
  if ((*delivery)->state == store::State::held && destination.config->mode == config::Mode::live)
    alarms_.raise({Alarm::Kind::held, (*delivery)->partner, (*delivery)->endpoint, (*delivery)->id,
                   "max-change"});
  co_return Result<void>{};
}

/// The deliveries of this lot were held until their number was known: they go, or a person decides.
asio::awaitable<Result<void>> Importer::judge_flood(Run& run, const DestinationPlan& destination) {
  auto known = context_.store.known_children(destination.key);
  if (!known) co_return fail(known.error());
  if (is_flood(destination, run.made[&destination], *known)) {
    alarms_.raise({Alarm::Kind::held, destination.partner->name, destination.endpoint->name,
                   run.plan.lead.id, "max-change"});
    co_return Result<void>{};
  }
  if (destination.config->mode != config::Mode::live) co_return Result<void>{};
  store::ExchangeFilter filter;
  filter.flow = run.plan.lead.flow;
  filter.states = {store::State::held};
  filter.endpoint = destination.endpoint->name;
  filter.limit = 500;
  for (;;) {
    auto held = context_.store.exchanges(filter);
    if (!held) co_return fail(held.error());
    if (held->empty()) co_return Result<void>{};
    Work work;
    work.wake = true;
    for (store::Exchange& delivery : *held) {
      filter.before = std::min(filter.before, delivery.number);
      delivery.state = store::State::queued;
      delivery.updated = context_.clock.now();
      work.unit.writes.emplace_back(store::PutExchange{std::move(delivery)});
    }
    auto done = co_await carry_out(context_, lanes_, std::move(work));
    if (!done) co_return fail(done.error());
  }
}

/// A snapshot that lacks children says so to people; it ends nothing by itself. Quarantined records
/// that it no longer has are closed.
asio::awaitable<Result<void>> Importer::note_absent(Run& run) {
  std::uint64_t absent = 0;
  base::Uuid after;
  for (;;) {
    auto page = context_.store.children_not_in_lot(run.plan.reading.source, run.plan.reading.lot,
                                                   after, 1000);
    if (!page) co_return fail(page.error());
    absent += page->size();
    if (page->size() < 1000) break;
    after = page->back();
  }
  if (absent > 0) run.report.remark(fault("CH-EXC-031", {}, {{"count", std::to_string(absent)}}));
  if (!run.quarantine_open) co_return Result<void>{};
  auto entries = context_.store.quarantine(run.plan.lead.partner, true, 100'000);
  if (!entries) co_return fail(entries.error());
  Work work;
  for (const store::QuarantineRow& entry : *entries) {
    if (entry.endpoint != run.plan.lead.endpoint || entry.exchange == run.plan.lead.id) continue;
    work.unit.writes.emplace_back(store::CloseQuarantine{entry.organisation, entry.partner,
                                                         entry.record, entry.rule, "corrected",
                                                         context_.clock.now()});
  }
  if (work.unit.writes.empty()) co_return Result<void>{};
  auto done = co_await carry_out(context_, lanes_, std::move(work));
  if (!done) co_return fail(done.error());
  co_return Result<void>{};
}

}  // namespace charmille::exchange
