// The end of a route's import: collections, floods, what a snapshot no longer has.
#include <algorithm>
#include <set>

#include "gateway/exchange/durable.h"
#include "gateway/exchange/importer_run.h"

namespace charmille::exchange {

namespace asio = boost::asio;

namespace {

constexpr std::uint32_t most_held = 1'000'000;
constexpr std::size_t released_at_once = 500;

}  // namespace

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
  for (int attempt = 1;; ++attempt) {
    auto known = context_.store.known_children(destination.key);
    if (!known) co_return fail(known.error());
    auto stale = context_.store.stale_children(destination.key);
    if (!stale) co_return fail(stale.error());
    Outbox::Collection collection;
    collection.stale.insert(stale->begin(), stale->end());
    std::set<base::Uuid> listed;
    for (const std::vector<base::Uuid>* children : {&run.changed, &*stale})
      for (const base::Uuid& child : *children)
        if (listed.insert(child).second) collection.children.push_back(child);
    collection.lot = run.plan.lead.lot;
    collection.known = *known;
    Work work;
    auto delivery = outbox_.add_collection(destination, run.plan.lead, collection, work);
    if (!delivery) co_return fail(delivery.error());
    if (!*delivery && work.unit.writes.empty()) co_return Result<void>{};
    auto done = co_await carry_out(context_, lanes_, std::move(work));
    // A child that changed meanwhile is collected as it stands then.
    if (!done && changed_meanwhile(done.error()) && attempt < most_computations) continue;
    if (!done) co_return fail(done.error());
    if (*delivery && (*delivery)->state == store::State::held &&
        destination.config->mode == config::Mode::live)
      alarms_.raise({Alarm::Kind::held, (*delivery)->partner, (*delivery)->endpoint,
                     (*delivery)->id, "max-change"});
    co_return Result<void>{};
  }
}

/// What this flow made for that destination and is held, oldest first.
Result<std::vector<store::Exchange>> Importer::held_of(const Run& run,
                                                       const DestinationPlan& destination) const {
  store::ExchangeFilter filter;
  filter.flow = run.plan.lead.flow;
  filter.states = {store::State::held};
  filter.endpoint = destination.endpoint->name;
  filter.limit = most_held;
  auto held = context_.store.exchanges(filter);
  if (!held) return held;
  const std::string own = destination.key + '|';
  std::erase_if(*held, [&](const auto& delivery) { return !delivery.lane.starts_with(own); });
  std::ranges::reverse(*held);
  return held;
}

/// The deliveries of this lot were held until their number was known: they go, or a person decides.
/// They are counted in the store: an import that was interrupted made some of them before.
asio::awaitable<Result<void>> Importer::judge_flood(Run& run, const DestinationPlan& destination) {
  if (destination.config->mode != config::Mode::live) co_return Result<void>{};
  auto known = context_.store.known_children(destination.key);
  if (!known) co_return fail(known.error());
  auto held = held_of(run, destination);
  if (!held) co_return fail(held.error());
  if (is_flood(destination, held->size(), *known)) {
    alarms_.raise({Alarm::Kind::held, destination.partner->name, destination.endpoint->name,
                   run.plan.lead.id, "max-change"});
    co_return Result<void>{};
  }
  while (!held->empty()) {
    Work work;
    for (std::size_t i = 0; i < std::min(held->size(), released_at_once); ++i)
      add_release(context_, (*held)[i], work);
    auto done = co_await carry_out(context_, lanes_, std::move(work));
    // What somebody released or cancelled meanwhile is theirs: the rest is read again.
    if (!done && !changed_meanwhile(done.error())) co_return fail(done.error());
    held = held_of(run, destination);
    if (!held) co_return fail(held.error());
  }
  co_return Result<void>{};
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
                                                         entry.record, entry.rule, "absent",
                                                         context_.clock.now()});
  }
  if (work.unit.writes.empty()) co_return Result<void>{};
  auto done = co_await carry_out(context_, lanes_, std::move(work));
  if (!done) co_return fail(done.error());
  co_return Result<void>{};
}

}  // namespace charmille::exchange
