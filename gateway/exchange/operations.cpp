#include "gateway/exchange/operations.h"

#include <algorithm>

#include "gateway/exchange/durable.h"
#include "gateway/exchange/importer.h"
#include "gateway/exchange/lot_keeper.h"
#include "gateway/exchange/scheduler.h"

namespace charmille::exchange {

using store::State;

namespace {

bool is_outbound(const store::Exchange& exchange) {
  return exchange.direction == store::Direction::out;
}

bool may_be_sent_again(State state) {
  return state == State::parked || state == State::delivered || state == State::deferred;
}

bool may_be_read_again(State state) {
  return state == State::done || state == State::rejected || state == State::parked;
}

bool may_be_cancelled(State state) {
  return state == State::queued || state == State::deferred || state == State::held ||
         state == State::parked || state == State::waiting;
}

}  // namespace

Operations::Operations(Context& context, Importer& importer, Outbox& outbox, Lanes& lanes,
                       Scheduler& scheduler)
    : context_(context),
      importer_(importer),
      lanes_(lanes),
      scheduler_(scheduler),
      linking_(context, outbox, lanes),
      transmission_(context, outbox, lanes),
      clearing_(context, outbox, lanes) {}

Result<store::Exchange> Operations::find(const base::Uuid& id) const {
  auto found = context_.store.exchange(id);
  if (!found) return fail(found.error());
  if (!*found) return fail("CH-EXC-021", {}, {{"exchange", id.text()}});
  return std::move(**found);
}

/// A person's act that meets a change is done on what stands then.
template <class T>
Operations::Task<T> Operations::on_what_stands(Act<T> act, base::Uuid id, events::Person person) {
  for (int attempt = 1;; ++attempt) {
    auto done = co_await (this->*act)(id, person);
    if (done || !changed_meanwhile(done.error()) || attempt == most_computations) co_return done;
  }
}

Operations::Task<store::Exchange> Operations::replay(base::Uuid id, events::Person person) {
  return on_what_stands(&Operations::replay_once, id, std::move(person));
}

Operations::Task<Operations::Released> Operations::release(base::Uuid id, events::Person person) {
  return on_what_stands(&Operations::release_once, id, std::move(person));
}

Operations::Task<store::Exchange> Operations::cancel(base::Uuid id, events::Person person) {
  return on_what_stands(&Operations::cancel_once, id, std::move(person));
}

Operations::Task<store::Exchange> Operations::replay_once(base::Uuid id, events::Person person) {
  auto exchange = find(id);
  if (!exchange) co_return exchange;
  const bool allowed = is_outbound(*exchange) ? may_be_sent_again(exchange->state)
                                              : may_be_read_again(exchange->state);
  if (!allowed)
    co_return fail("CH-EXC-020", {}, {{"state", std::string(store::name_of(exchange->state))}});
  if (!is_outbound(*exchange)) {
    auto read = co_await read_again(std::move(*exchange), std::move(person));
    co_return read;
  }
  if (!exchange->payload) co_return fail("CH-EXC-046");
  if (!context_.site->config->endpoints.contains(exchange->endpoint))
    co_return fail("CH-EXC-013", {}, {{"endpoint", exchange->endpoint}});
  auto newest = is_newest_of_its_lane(*exchange);
  if (!newest) co_return fail(newest.error());
  if (!*newest) co_return fail("CH-EXC-012");
  Work work;
  work.wake = true;
  work.unit.preconditions.emplace_back(store::ExchangeAt{exchange->id, exchange->version});
  // The last fault stays: it says whether the delivery may have arrived.
  exchange->state = State::queued;
  exchange->due = {};
  exchange->updated = exchange->since = context_.clock.now();
  work.unit.audit.push_back(
      events::person(merkle::Event::admin_replay, person, exchange->id, context_));
  work.unit.audit.push_back(events::resumed(*exchange, context_));
  work.unit.writes.emplace_back(store::PutExchange{*exchange});
  auto done = co_await carry_out(context_, lanes_, std::move(work));
  if (!done) co_return fail(done.error());
  co_return exchange;
}

/// Older content after newer would leave the destination with the older.
Result<bool> Operations::is_newest_of_its_lane(const store::Exchange& exchange) const {
  store::ExchangeFilter filter;
  filter.lane = exchange.lane;
  filter.limit = 1;
  auto last = context_.store.exchanges(filter);
  if (!last) return fail(last.error());
  return last->empty() || last->front().id == exchange.id;
}

/// An inbound payload, or the whole of its lot, is imported again.
Operations::Task<store::Exchange> Operations::read_again(store::Exchange exchange,
                                                         events::Person person) {
  std::vector<store::Exchange> parts{exchange};
  if (!exchange.lot.empty()) {
    auto all = files_of_lot(exchange);
    if (!all) co_return fail(all.error());
    parts = std::move(*all);
  }
  if (!context_.site->config->endpoints.contains(exchange.endpoint))
    co_return fail("CH-EXC-013", {}, {{"endpoint", exchange.endpoint}});
  Work work;
  for (store::Exchange& part : parts) {
    work.unit.preconditions.emplace_back(store::ExchangeAt{part.id, part.version});
    part.state = part.lot.empty() ? State::received : State::processing;
    part.attempts = 0;
    part.updated = context_.clock.now();
    work.unit.writes.emplace_back(store::PutExchange{part});
    ++part.version;
  }
  work.unit.audit.push_back(
      events::person(merkle::Event::admin_replay, person, exchange.id, context_));
  auto done = co_await carry_out(context_, lanes_, std::move(work));
  if (!done) co_return fail(done.error());
  auto job = job_of_lot(context_, std::move(parts));
  if (!job) co_return fail(job.error());
  job->resumed = true;
  exchange = job->lead();
  importer_.start(std::move(*job));
  co_return exchange;
}

/// The files that came together.
Result<std::vector<store::Exchange>> Operations::files_of_lot(const store::Exchange& file) const {
  store::ExchangeFilter filter;
  filter.flow = file.flow;
  filter.lot = file.lot;
  filter.direction = store::Direction::in;
  filter.limit = 100'000;
  return context_.store.exchanges(filter);
}

/// CH-EXC-020 when another person has decided about it since.
Result<std::vector<store::Exchange>> Operations::files_of_held_lot(
    const store::Exchange& file) const {
  auto parts = files_of_lot(file);
  if (!parts) return parts;
  for (const store::Exchange& part : *parts)
    if (part.state != State::held)
      return fail("CH-EXC-020", {}, {{"state", std::string(store::name_of(part.state))}});
  return parts;
}

/// The held lot is imported as it is. Its fault stays until the import ends: what a crash
/// interrupts is not held again.
Operations::Task<Operations::Released> Operations::release_lot(store::Exchange file,
                                                               events::Person person) {
  auto parts = files_of_held_lot(file);
  if (!parts) co_return fail(parts.error());
  if (!context_.site->config->endpoints.contains(file.endpoint))
    co_return fail("CH-EXC-013", {}, {{"endpoint", file.endpoint}});
  Work work;
  work.unit.audit.push_back(
      events::person(merkle::Event::admin_release, person, file.id, context_));
  for (store::Exchange& part : *parts) {
    work.unit.preconditions.emplace_back(store::ExchangeAt{part.id, part.version});
    part.state = State::processing;
    part.updated = context_.clock.now();
    work.unit.audit.push_back(events::resumed(part, context_));
    work.unit.writes.emplace_back(store::PutExchange{part});
    ++part.version;
  }
  auto done = co_await carry_out(context_, lanes_, std::move(work));
  if (!done) co_return fail(done.error());
  auto job = job_of_lot(context_, std::move(*parts));
  if (!job) co_return fail(job.error());
  Released released;
  released.lot = job->lead();
  importer_.start(std::move(*job));
  co_return released;
}

/// The held lot is rejected, with a report for its sender.
Operations::Task<store::Exchange> Operations::refuse_lot(store::Exchange file,
                                                         events::Person person) {
  auto parts = files_of_held_lot(file);
  if (!parts) co_return fail(parts.error());
  auto job = job_of_lot(context_, std::move(*parts));
  if (!job) co_return fail(job.error());
  const std::optional<Fault> held = recorded_fault(job->lead());
  Fault refusal = fault("CH-EXC-035", {}, held ? held->args : base::Args{});
  events::Leaf leaf = events::person(merkle::Event::admin_cancel, person, file.id, context_);
  auto done = co_await importer_.refuse(std::move(*job), std::move(refusal), std::move(leaf));
  if (!done) co_return fail(done.error());
  co_return find(file.id);
}

Operations::Task<Operations::Released> Operations::release_once(base::Uuid id,
                                                                events::Person person) {
  auto exchange = find(id);
  if (!exchange) co_return fail(exchange.error());
  if (!is_outbound(*exchange) && exchange->state == State::held) {
    auto released = co_await release_lot(std::move(*exchange), std::move(person));
    co_return released;
  }
  std::vector<store::Exchange> held;
  if (is_outbound(*exchange)) {
    if (exchange->state != State::held)
      co_return fail("CH-EXC-020", {}, {{"state", std::string(store::name_of(exchange->state))}});
    held.push_back(std::move(*exchange));
  } else if (exchange->state == State::processing) {
    // Its import may still hold what it makes.
    co_return fail("CH-EXC-020", {}, {{"state", std::string(store::name_of(exchange->state))}});
  } else {
    store::ExchangeFilter filter;
    filter.flow = exchange->flow;
    filter.direction = store::Direction::out;
    filter.states = {State::held};
    filter.limit = 100'000;
    auto all = context_.store.exchanges(filter);
    if (!all) co_return fail(all.error());
    held = std::move(*all);
  }
  Work work;
  work.unit.audit.push_back(events::person(merkle::Event::admin_release, person, id, context_));
  for (store::Exchange& delivery : held) add_release(context_, delivery, work);
  auto done = co_await carry_out(context_, lanes_, std::move(work));
  if (!done) co_return fail(done.error());
  Released released;
  released.deliveries = held.size();
  co_return released;
}

Operations::Task<store::Exchange> Operations::cancel_once(base::Uuid id, events::Person person) {
  auto exchange = find(id);
  if (!exchange) co_return exchange;
  if (!is_outbound(*exchange) && exchange->state == State::held) {
    auto refused = co_await refuse_lot(std::move(*exchange), std::move(person));
    co_return refused;
  }
  if (!may_be_cancelled(exchange->state))
    co_return fail("CH-EXC-020", {}, {{"state", std::string(store::name_of(exchange->state))}});
  Work work;
  work.wake = true;  // the next of its lane may go
  work.unit.preconditions.emplace_back(store::ExchangeAt{exchange->id, exchange->version});
  exchange->state = State::cancelled;
  exchange->updated = context_.clock.now();
  work.unit.audit.push_back(
      events::person(merkle::Event::admin_cancel, person, exchange->id, context_));
  work.unit.audit.push_back(events::cancelled(*exchange, context_));
  work.unit.writes.emplace_back(store::PutExchange{*exchange});
  const std::optional<Fault> last = recorded_fault(*exchange);
  if (is_outbound(*exchange))
    work.unit.writes.emplace_back(
        store::ReleaseProjections{exchange->id, last && is_ambiguous(*last)});
  auto done = co_await carry_out(context_, lanes_, std::move(work));
  if (!done) co_return fail(done.error());
  co_return exchange;
}

Operations::Task<store::QuarantineRow> Operations::close_quarantine(std::uint64_t number,
                                                                    events::Person person) {
  auto entry = context_.store.quarantine_entry(number);
  if (!entry) co_return fail(entry.error());
  if (!*entry) co_return fail("CH-EXC-023", {}, {{"number", std::to_string(number)}});
  store::QuarantineRow& row = **entry;
  Work work;
  work.unit.audit.push_back(
      events::person(merkle::Event::admin_quarantine_close, person, row.exchange, context_));
  row.closed = context_.clock.now();
  row.closed_by = person.login;
  work.unit.writes.emplace_back(store::CloseQuarantine{row.organisation, row.partner, row.record,
                                                       row.rule, row.closed_by, *row.closed});
  auto done = co_await carry_out(context_, lanes_, std::move(work));
  if (!done) co_return fail(done.error());
  co_return std::move(row);
}

Result<std::string> Operations::local_id(const store::QuarantineRow& entry) {
  if (entry.local_id.empty()) return std::string{};
  return context_.vault.open_alone("local-id", entry.local_id);
}

Operations::Task<std::vector<base::Uuid>> Operations::extract(std::string route, std::string period,
                                                              events::Person person) {
  const base::Uuid no_exchange;
  auto noted = co_await note(merkle::Event::admin_extract, std::move(person), no_exchange);
  if (!noted) co_return fail(noted.error());
  auto made = co_await scheduler_.extract(std::move(route), std::move(period));
  co_return made;
}

Result<Preview> Operations::preview(const std::string& endpoint,
                                    std::vector<GivenFile> files) const {
  return importer_.preview(endpoint, std::move(files));
}

Operations::Task<Opened> Operations::content(store::Exchange exchange, events::Person person) {
  auto noted = co_await note(merkle::Event::admin_content, std::move(person), exchange.id);
  if (!noted) co_return fail(noted.error());
  co_return open(context_, exchange);
}

Operations::Task<ShownRecord> Operations::record(base::Uuid child, events::Person person) {
  auto linked = linked_child(context_.store, child, Ties::all);
  if (!linked) co_return fail(linked.error());
  if (!*linked) co_return fail("CH-EXC-024");
  events::Leaf leaf = events::person(merkle::Event::admin_content, person, {}, context_);
  leaf.subj = events::subject_of(child, context_);
  auto noted = co_await note(std::move(leaf));
  if (!noted) co_return fail(noted.error());
  const auto statements = load_statements(context_, **linked);
  if (!statements) co_return fail(statements.error());
  auto record = record::assemble(*statements, context_.site->ownership);
  if (!record) co_return fail(record.error());
  ShownRecord shown{std::move(*record), {}};
  auto conflicts = record::conflicts(shown.record, *statements, context_.site->ownership);
  if (!conflicts) co_return fail(conflicts.error());
  shown.conflicts = std::move(*conflicts);
  co_return shown;
}

Result<std::optional<base::Uuid>> Operations::find_child(const std::string& system,
                                                         const std::string& value) {
  const std::string& organisation = context_.site->config->organisation.id;
  const std::string key = context_.vault.lookup(organisation, system, value);
  auto own = context_.store.child_by_identifier(key);
  if (!own || *own) return own;
  auto claimants = context_.store.claimants(key);
  if (!claimants) return fail(claimants.error());
  if (claimants->empty()) return std::nullopt;
  const auto child = linked_child(context_.store, claimants->front(), Ties::all);
  if (!child) return fail(child.error());
  if (!std::ranges::all_of(*claimants,
                           [&](const auto& id) { return *child && (*child)->holds(id); }))
    return fail("CH-EXC-028", {}, {{"count", std::to_string(claimants->size())}});
  return claimants->front();
}

Operations::Task<LinkOutcome> Operations::decide(std::uint64_t link, LinkAct act,
                                                 events::Person person) {
  return linking_.decide(link, act, std::move(person));
}

Operations::Task<HandoverOutcome> Operations::transmit(Handover handover, events::Person person) {
  return transmission_.decide(std::move(handover), std::move(person));
}

Operations::Task<void> Operations::note(merkle::Event event, events::Person person,
                                        base::Uuid exchange) {
  auto written = co_await note(events::person(event, person, exchange, context_));
  co_return written;
}

Operations::Task<void> Operations::note(events::Leaf leaf) {
  Work work;
  work.unit.audit.push_back(std::move(leaf));
  auto done = co_await carry_out(context_, lanes_, std::move(work));
  if (!done) co_return fail(done.error());
  co_return Result<void>{};
}

}  // namespace charmille::exchange
