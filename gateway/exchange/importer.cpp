#include "gateway/exchange/importer.h"

#include <algorithm>
#include <set>

#include <boost/asio/use_awaitable.hpp>

#include "gateway/base/bytes.h"
#include "gateway/base/log.h"
#include "gateway/exchange/durable.h"
#include "gateway/exchange/events.h"
#include "gateway/exchange/importer_run.h"
#include "gateway/exchange/lots.h"
#include "gateway/exchange/relay.h"
#include "gateway/exchange/rest.h"
#include "gateway/exchange/settler.h"

namespace charmille::exchange {

namespace asio = boost::asio;

namespace {

/// Children committed in one unit.
constexpr std::size_t unit_size = 64;
/// A unit whose children others changed meanwhile is computed again, at most so often in a row.
constexpr int most_tries = 8;

/// A variable written "{month}" takes what the names of the lot's files say; one that they do not
/// say is left out, so that the mapping's own default holds.
void fill_from_names(config::Variables& vars, const config::NamePattern::Values& values) {
  for (auto it = vars.begin(); it != vars.end();) {
    const std::string& text = it->second;
    if (text.size() < 3 || text.front() != '{' || text.back() != '}') {
      ++it;
      continue;
    }
    const auto value = values.find(text.substr(1, text.size() - 2));
    if (value == values.end()) {
      it = vars.erase(it);
    } else {
      (it++)->second = value->second;
    }
  }
}

/// Under what the store remembers a payload that names its lot itself.
std::string number_key(const ImportJob& job) {
  return "n° " + job.number;
}

/// When the source made what it sent: as it says itself, else a lot is dated by its key, anything
/// else by its arrival.
base::Time extracted_of(const ImportJob& job, const codec::Envelope& envelope) {
  if (const auto day = base::parse_rfc3339(envelope.extracted + "T00:00:00Z")) return *day;
  if (const auto day = base::parse_rfc3339(job.lead().lot + "T00:00:00Z")) return *day;
  return job.lead().created;
}

}  // namespace

Importer::Importer(Context& context, Outbox& outbox, Lanes& lanes, Alarms& alarms, Settler& settler)
    : context_(context), outbox_(outbox), lanes_(lanes), alarms_(alarms), settler_(settler) {}

std::size_t Importer::waiting() const {
  const std::lock_guard lock(mutex_);
  return under_way_ + queue_.size();
}

void Importer::start(ImportJob job) {
  {
    const std::lock_guard lock(mutex_);
    if (under_way_ >= most_at_once) {
      queue_.push_back(std::move(job));
      return;
    }
    ++under_way_;
  }
  context_.work.spawn_brief(context_.workers, "import", work(std::move(job)), [this] { ended(); });
}

/// Whatever ended it, even an exception, the place of an import goes to the next one.
void Importer::ended() {
  ImportJob next;
  {
    const std::lock_guard lock(mutex_);
    if (queue_.empty() || context_.tasks.cancelled()) {
      --under_way_;
      return;
    }
    next = std::move(queue_.front());
    queue_.pop_front();
  }
  context_.work.spawn_brief(context_.workers, "import", work(std::move(next)), [this] { ended(); });
}

asio::awaitable<void> Importer::work(ImportJob job) {
  for (int attempt = 1;; ++attempt) {
    Report report = new_report(job);
    auto done = co_await import(job, report);
    if (!done && done.error().action == base::Action::reject) {
      report = new_report(job);
      report.refused_whole = true;
      report.refuse(done.error());
      std::string no_mapping;
      done = co_await end(job, report, std::move(no_mapping));
    }
    if (done) break;
    base::log(base::Level::warning, "import.failed",
              {{"exchange", job.lead().id.text()}, {"code", std::string(done.error().code)}});
    const bool store_is_full =
        done.error().code.starts_with("CH-STO-01") && !changed_meanwhile(done.error());
    if (done.error().action != base::Action::retry || (attempt >= most_tries && !store_is_full)) {
      // Nothing of what was applied is undone, and it can be asked again.
      co_await set_aside(job, store::State::parked, done.error());
      break;
    }
    job.resumed = true;
    // What is not imported when the gateway stops is taken up at the next start.
    if (!co_await rest(context_, std::min(attempt, most_tries) * std::chrono::seconds(1))) break;
  }
}

Report Importer::new_report(const ImportJob& job) const {
  Report report;
  report.exchange = job.lead().id;
  report.file = job.parts.front().name();
  report.sha256 = job.parts.front().opened.sha256;
  report.received = job.lead().created;
  report.time_zone = context_.site->config->organisation.time_zone;
  return report;
}

/// All of it waits for a person, in this state and with this fault; alarms are raised.
asio::awaitable<Result<void>> Importer::set_aside(ImportJob& job, store::State state, Fault fault) {
  Work work;
  for (Part& part : job.parts) {
    part.exchange.state = state;
    part.exchange.updated = context_.clock.now();
    record_fault(part.exchange, without_sender_names(job, fault));
    work.unit.audit.push_back(events::parked(part.exchange, context_));
    work.unit.writes.emplace_back(store::PutExchange{part.exchange});
  }
  auto done = co_await carry_out(context_, lanes_, std::move(work));
  if (!done) co_return fail(done.error());
  alarms_.raise({Alarm::Kind::parked, job.lead().partner, job.lead().endpoint, job.lead().id,
                 std::string(fault.code)});
  co_return Result<void>{};
}

/// An extraction leaves in the commit that ends its import: nothing of it is kept.
asio::awaitable<Result<void>> Importer::relay(ImportJob& job, Report& report) {
  job.number = job.parts.front().opened.sha256;
  job.lot_digest = context_.vault.digest("lot", job.number);
  auto last = context_.store.lot(job.lead().endpoint, number_key(job));
  if (!last) co_return fail(last.error());
  report.already_done = *last && (*last)->exchange != job.lead().id && (*last)->state == "done";
  Work work;
  std::string extraction;
  if (!report.already_done) {
    auto relayed = exchange::relay(context_, lanes_, job, report, work);
    if (!relayed) co_return fail(relayed.error());
    extraction = std::move(*relayed);
  }
  add_end(job, report, extraction, work);
  auto done = co_await carry_out(context_, lanes_, std::move(work));
  if (!done) co_return fail(done.error());
  settler_.tell(job, report);
  co_return Result<void>{};
}

/// Writes the end of the exchange, alone in its unit.
asio::awaitable<Result<void>> Importer::end(ImportJob& job, Report& report, std::string mapping) {
  Work work;
  add_end(job, report, mapping, work);
  auto done = co_await carry_out(context_, lanes_, std::move(work));
  if (!done) co_return fail(done.error());
  settler_.tell(job, report);
  co_return Result<void>{};
}

void Importer::add_end(ImportJob& job, const Report& report, const std::string& mapping,
                       Work& work) {
  settler_.add_end(job, report, mapping, work);
  if (!job.is_lot() && job.number.empty()) return;
  store::LotRow lot;
  lot.organisation = job.lead().organisation;
  lot.endpoint = job.lead().endpoint;
  lot.key = lot.period = job.is_lot() ? job.lead().lot : number_key(job);
  lot.digest = job.lot_digest;
  lot.exchange = job.lead().id;
  lot.first_file = job.lead().created;
  lot.completed = context_.clock.now();
  lot.state = report.refused_whole ? "rejected" : report.already_done ? "already-done" : "done";
  // The row of a lot that was done stays the one that later ones are compared with.
  const bool keeps = report.already_done || (report.refused_whole && !job.is_lot());
  if (!keeps) work.unit.writes.emplace_back(store::PutLot{std::move(lot)});
}

asio::awaitable<Result<void>> Importer::import(ImportJob& job, Report& report) {
  if (job.interrupted) {
    auto counted = co_await count_attempt(job);
    if (!counted) co_return counted;
    job.interrupted = false;
  }
  const std::string endpoint = job.lead().endpoint;
  const auto source = context_.site->config->endpoints.find(endpoint);
  const bool takes_lots =
      source != context_.site->config->endpoints.end() && source->second.lot.has_value();
  if (takes_lots != job.is_lot())
    co_return fail("CH-EXC-011", {job.parts.front().name(), 0, 0, {}}, {{"endpoint", endpoint}});
  if (is_relayed(*context_.site->config, endpoint)) {
    auto relayed = co_await relay(job, report);
    co_return relayed;
  }
  if (job.is_lot()) {
    auto last = context_.store.last_lot(endpoint, job.lead().lot);
    if (!last) co_return fail(last.error());
    if (*last && (*last)->digest == job.lot_digest && (*last)->exchange != job.lead().id) {
      report.already_done = true;
      std::string no_mapping;
      auto ended = co_await end(job, report, std::move(no_mapping));
      co_return ended;
    }
  }
  const std::vector<const RoutePlan*> routes = context_.site->routes_from(endpoint);
  std::vector<std::unique_ptr<ChildReader>> readers;
  for (const RoutePlan* route : routes) {
    auto reader = ChildReader::open(context_, *route, job.parts, variables_of(job, *route));
    if (!reader) co_return fail(reader.error());
    if (auto checked = (*reader)->check(report); !checked) co_return checked;
    readers.push_back(std::move(*reader));
  }
  if (auto known = judge_number(job, readers, report); !known || report.already_done) {
    if (!known) co_return known;
    std::string no_mapping;
    auto ended = co_await end(job, report, std::move(no_mapping));
    co_return ended;
  }
  auto missing = judge_missing(job, readers);
  if (!missing) co_return fail(missing.error());
  if (*missing) {
    // Nothing of the lot is applied; it stays so over restarts.
    auto held = co_await set_aside(job, store::State::held, std::move(**missing));
    co_return held;
  }
  if (routes.empty()) report.remark(fault("CH-EXC-007", {}, {{"endpoint", endpoint}}));
  for (std::size_t i = 0; i < routes.size(); ++i) {
    Run run(job, report, plan_of(job, *routes[i], *readers[i]), i + 1 == routes.size());
    auto done = co_await import_route(run, *readers[i]);
    if (!done) co_return done;
    if (run.ended) co_return Result<void>{};
  }
  std::string mapping;
  if (!routes.empty()) mapping = routes.back()->mapping->name();
  auto ended = co_await end(job, report, std::move(mapping));
  co_return ended;
}

/// A payload that names its lot is taken once: the same bytes again change nothing, other content
/// under a number that was seen is refused.
Result<void> Importer::judge_number(ImportJob& job,
                                    const std::vector<std::unique_ptr<ChildReader>>& readers,
                                    Report& report) const {
  for (const auto& reader : readers)
    if (!reader->envelope().lot.empty()) job.number = reader->envelope().lot;
  if (job.number.empty() || job.is_lot()) return {};
  job.lot_digest = context_.vault.digest("lot", job.parts.front().opened.sha256 + '|' + job.number);
  auto last = context_.store.lot(job.lead().endpoint, number_key(job));
  if (!last) return fail(last.error());
  if (!*last || (*last)->exchange == job.lead().id || (*last)->state != "done") return {};
  if ((*last)->digest != job.lot_digest)
    return fail("CH-EXC-033", {job.parts.front().name(), 0, 0, {}}, {{"lot", job.number}});
  report.already_done = true;
  return {};
}

/// A process that dies on the same payload again and again must not do so for ever.
asio::awaitable<Result<void>> Importer::count_attempt(ImportJob& job) {
  store::Exchange& lead = job.parts.front().exchange;
  if (++lead.attempts > most_attempts)
    co_return fail("CH-EXC-008", {}, {{"attempts", std::to_string(lead.attempts - 1)}});
  lead.updated = context_.clock.now();
  Work work;
  work.unit.audit.push_back(events::resumed(lead, context_));
  work.unit.writes.emplace_back(store::PutExchange{lead});
  auto done = co_await carry_out(context_, lanes_, std::move(work));
  if (!done) co_return fail(done.error());
  co_return Result<void>{};
}

mapping::Variables Importer::variables_of(const ImportJob& job, const RoutePlan& route) const {
  config::Variables vars = route.config->vars;
  if (route.source->lot) {
    std::vector<std::string> names;
    for (const Part& part : job.parts) names.push_back(part.name());
    fill_from_names(vars, values_of(*route.source->lot, names));
  }
  mapping::Variables variables = exchange::variables_of(vars);
  variables.set_text("exchange", job.lead().id.text());
  variables.set_text("route", route.config->name);
  variables.set_text("lot", job.lead().lot);
  variables.set_text("now", base::to_rfc3339(job.lead().created));
  return variables;
}

ImportPlan Importer::plan_of(const ImportJob& job, const RoutePlan& route,
                             const ChildReader& reader) const {
  ImportPlan plan;
  plan.lead = job.lead();
  plan.route = &route;
  plan.reading.source = route.source->source;
  plan.reading.extracted = extracted_of(job, reader.envelope());
  plan.reading.lot = job.is_lot() ? job.lead().lot : reader.envelope().lot;
  plan.reading.exchange = job.lead().id;
  plan.reading.mapping = route.mapping->name();
  plan.snapshot = job.is_lot() && route.source->lot &&
                  route.source->lot->coverage == config::Coverage::snapshot;
  if (plan.snapshot)
    plan.covered = reader.covered();
  else
    plan.adds = route.mapping->adds();
  plan.hold_changes =
      job.is_lot() && std::ranges::any_of(route.to, [](const DestinationPlan& to) {
        return to.config->max_change && to.config->trigger == config::Trigger::change;
      });
  plan.check_all = job.resumed;
  plan.hidden = &reader.hidden();
  plan.own_prefix = context_.site->own_prefix_of(route.source->source);
  return plan;
}

asio::awaitable<Result<void>> Importer::import_route(Run& run, ChildReader& reader) {
  auto open_entries = context_.store.quarantine(run.plan.lead.partner, true, 1);
  if (!open_entries) co_return fail(open_entries.error());
  run.quarantine_open = !open_entries->empty();
  auto children = reader.next();
  if (!children) co_return fail(children.error());
  while (!children->empty()) {
    auto following = reader.next();
    if (!following) co_return fail(following.error());
    run.last_chunk = following->empty();
    for (std::size_t first = 0; first < children->size();) {
      auto applied = co_await apply_from(run, *children, first);
      if (!applied) co_return fail(applied.error());
      first = *applied;
    }
    children = std::move(following);
  }
  if (run.ended) co_return Result<void>{};
  auto finished = co_await finish_route(run);
  co_return finished;
}

/// Commits up to a unit of children, from `first`; gives where the next unit begins.
asio::awaitable<Result<std::size_t>> Importer::apply_from(Run& run,
                                                          std::vector<ReadChild>& children,
                                                          std::size_t first) {
  for (int attempt = 1;; ++attempt) {
    Segment segment;
    std::size_t next = first;
    std::optional<Fault> broken;
    for (; next < children.size() && next < first + unit_size; ++next) {
      auto added = add_child(run, children[next], segment);
      if (added) continue;
      // The child shares an identifier with one of this unit: it is looked for again once that one
      // is committed.
      if (added.error().code == "CH-EXC-030" && next > first) break;
      broken = added.error();
      break;
    }
    if (broken) {
      abandon(context_, lanes_, segment.work);
      co_return fail(std::move(*broken));
    }
    add_subjects(run, segment);
    Report total = run.report;
    total.add(segment.report);
    const bool last = run.last_chunk && next == children.size() && run.ends_with_children();
    if (last) add_end(run.job, total, run.plan.route->mapping->name(), segment.work);
    auto committed = co_await carry_out(context_, lanes_, std::move(segment.work));
    if (committed) {
      run.report = std::move(total);
      count(run, segment.outcomes);
      run.ended = last;
      if (last) settler_.tell(run.job, run.report);
      co_return next;
    }
    if (!changed_meanwhile(committed.error()) || attempt == most_computations)
      co_return fail(committed.error());
  }
}

void Importer::count(Run& run, const std::vector<ChildOutcome>& outcomes) {
  const bool collects = run.has_lot_destinations();
  for (const ChildOutcome& outcome : outcomes) {
    if (collects) run.changed.insert(run.changed.end(), outcome.heads.begin(), outcome.heads.end());
  }
}

/// About whom the payload was: noted with the unit that applies it.
void Importer::add_subjects(const Run& run, Segment& segment) {
  events::Subjects subjects;
  std::set<std::string> sections;
  for (const ChildOutcome& outcome : segment.outcomes) {
    subjects.children.push_back(outcome.child);
    sections.insert(outcome.changed.begin(), outcome.changed.end());
  }
  subjects.sent.assign(sections.begin(), sections.end());
  for (auto& leaf : events::subjects(run.plan.lead, subjects, context_))
    segment.work.unit.audit.push_back(std::move(leaf));
}

Result<void> Importer::add_child(Run& run, ReadChild& child, Segment& segment) {
  if (!child.rejections.empty()) {
    for (const Fault& rejection : child.rejections) add_quarantine(run, child, rejection, segment);
    if (child.pending) {
      segment.report.remark(child.rejections.front(), child.local_id);
    } else {
      segment.report.refuse(child.rejections.front(), child.local_id);
    }
    return {};
  }
  const auto add_remarks = [&] {
    for (const Fault& remark : child.remarks) segment.report.remark(remark, child.local_id);
  };
  if (child.repeated) return add_remarks(), Result<void>{};
  const Work::Mark mark(segment.work);
  ChildWriter writer(context_, outbox_);
  auto outcome = writer.write(run.plan, child.document, segment.work);
  if (!outcome) {
    abandon(context_, lanes_, mark.cut(segment.work));
    const Fault fault = outcome.error();
    const bool about_the_child =
        fault.action == base::Action::reject || fault.action == base::Action::hold;
    // It comes again: its remarks with it.
    if (fault.code == "CH-EXC-030" || !about_the_child) return fail(fault);
    add_remarks();
    add_quarantine(run, child, fault, segment);
    segment.report.refuse(fault, child.local_id);
    return {};
  }
  add_remarks();
  ++segment.report.accepted;
  if (outcome->changed.empty()) ++segment.report.unchanged;
  segment.outcomes.push_back(std::move(*outcome));
  if (run.quarantine_open)
    segment.work.unit.writes.emplace_back(store::CloseQuarantine{run.plan.lead.organisation,
                                                                 run.plan.lead.partner,
                                                                 child.record_digest,
                                                                 {},
                                                                 "corrected",
                                                                 context_.clock.now()});
  return {};
}

void Importer::add_quarantine(const Run& run, const ReadChild& child, const Fault& fault,
                              Segment& segment) {
  store::QuarantineRow entry;
  entry.organisation = run.plan.lead.organisation;
  entry.partner = run.plan.lead.partner;
  entry.endpoint = run.plan.lead.endpoint;
  entry.record = child.record_digest;
  entry.rule = fault.code;
  entry.exchange = run.plan.lead.id;
  entry.place = fault_json(without_sender_names(run.job, fault));
  if (!child.local_id.empty())
    entry.local_id = context_.vault.seal_alone("local-id", child.local_id);
  entry.first_seen = entry.last_seen = context_.clock.now();
  segment.work.unit.writes.emplace_back(store::PutQuarantine{std::move(entry)});
}

}  // namespace charmille::exchange
