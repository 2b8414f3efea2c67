#include "gateway/exchange/settler.h"

#include <boost/asio/use_awaitable.hpp>

#include "gateway/base/log.h"
#include "gateway/exchange/durable.h"
#include "gateway/exchange/events.h"
#include "gateway/exchange/inbox.h"
#include "gateway/exchange/rest.h"

namespace charmille::exchange {

namespace asio = boost::asio;
using Outcome = adapters::Settlement::Outcome;

namespace {

constexpr auto settle_deadline = std::chrono::seconds(30);
constexpr auto settle_pause = std::chrono::seconds(5);

Outcome outcome_of(const Report& report) {
  if (report.refused_whole) return Outcome::rejected;
  return report.has_something_to_say() ? Outcome::done_with_remarks : Outcome::done;
}

/// A lot that is applied has its report beside its lead; one that is refused, beside each of its
/// files.
bool gets_report(const ImportJob& job, const Part& part, const Report& report) {
  return report.has_something_to_say() && (report.refused_whole || &part == &job.parts.front());
}

/// What is told beside one file of a lot that is refused names that file.
Report report_of(const Part& part, const Report& report) {
  Report own = report;
  own.exchange = part.exchange.id;
  own.file = part.name();
  own.sha256 = part.opened.sha256;
  own.received = part.exchange.created;
  return own;
}

adapters::Settlement settlement_of(const Context& context, const ImportJob& job, const Part& part,
                                   const Report& all) {
  const Report own = all.refused_whole ? report_of(part, all) : Report{};
  const Report& report = all.refused_whole ? own : all;
  const base::Language language = language_of(context, part.exchange);
  adapters::Settlement settlement;
  settlement.exchange = part.exchange.id;
  settlement.reference = part.opened.beside.reference;
  settlement.report_json = to_json(report, language);
  settlement.accepted = report.accepted;
  settlement.refused = report.refused;
  if (!gets_report(job, part, report)) return settlement;
  settlement.outcome = outcome_of(report);
  settlement.report_text = to_text(report, language);
  return settlement;
}

}  // namespace

base::Language language_of(const Context& context, const store::Exchange& exchange) {
  const auto partner = context.site->config->partners.find(exchange.partner);
  return partner == context.site->config->partners.end() ? base::Language::fr
                                                         : partner->second.language;
}

void Settler::add_end(ImportJob& job, const Report& report, const std::string& mapping,
                      Work& work) {
  const base::Time now = context_.clock.now();
  for (Part& part : job.parts) {
    store::Exchange& exchange = part.exchange;
    const bool lead = &part == &job.parts.front();
    exchange.state = report.refused_whole ? store::State::rejected : store::State::done;
    exchange.updated = now;
    exchange.fault_code.clear();  // of an import before this one
    exchange.fault_detail.clear();
    if (lead) {
      exchange.accepted = report.accepted;
      exchange.refused = report.refused;
    } else {
      work.unit.audit.push_back(events::joined_lot(exchange, context_));
    }
    if (report.refused_whole && !report.refusals.empty())
      record_fault(exchange, without_sender_names(job, report.refusals.front().fault));
    if (report.already_done) record_fault(exchange, fault("CH-EXC-032"));
    if (gets_report(job, part, report)) {
      part.opened.beside.report = to_json(report.refused_whole ? report_of(part, report) : report,
                                          language_of(context_, exchange));
      exchange.metadata =
          seal(context_.vault, *part.opened.key, *exchange.payload, part.opened.beside);
    }
    if (lead && report.refused_whole) {
      work.unit.audit.push_back(
          events::rejected(exchange, report.refusals.front().fault, context_));
    } else if (lead && report.already_done) {
      work.unit.audit.push_back(events::duplicate(exchange, context_));
    } else if (lead) {
      work.unit.audit.push_back(
          events::translated(exchange, mapping, report.remarks_total, context_));
    }
    work.unit.writes.emplace_back(store::PutExchange{exchange});
  }
}

void Settler::tell(const ImportJob& job, const Report& report) {
  for (const Part& part : job.parts) {
    const adapters::Settlement settlement = settlement_of(context_, job, part, report);
    waiters_.settle(settlement);
    if (part.exchange.settle_pending)
      context_.work.spawn_brief(context_.io, "settle", tell_source(part.exchange, settlement));
  }
  const store::Exchange& lead = job.lead();
  if (report.refused_whole) {
    alarms_.raise({Alarm::Kind::rejected, lead.partner, lead.endpoint, lead.id, lead.fault_code});
  } else if (report.refused > 0) {
    alarms_.raise({Alarm::Kind::records_refused, lead.partner, lead.endpoint, lead.id,
                   std::to_string(report.refused)});
  }
}

void Settler::tell_again(store::Exchange exchange) {
  auto settlement = exchange::settlement_of(context_, exchange);
  if (!settlement || !*settlement) return;
  context_.work.spawn_brief(context_.io, "settle",
                            tell_source(std::move(exchange), std::move(**settlement)));
}

/// Until the source has done it: a file that could not be moved today is moved when its folder is
/// there again.
asio::awaitable<void> Settler::tell_source(store::Exchange exchange,
                                           adapters::Settlement settlement) {
  const auto source = sources_.find(exchange.endpoint);
  if (source == sources_.end()) co_return;
  for (;;) {
    auto done =
        co_await source->second->settle(settlement, context_.clock.steady() + settle_deadline);
    if (done || done.error().action != base::Action::retry) {
      if (!done)
        base::log(base::Level::warning, "settle.failed",
                  {{"exchange", exchange.id.text()}, {"code", std::string(done.error().code)}});
      break;
    }
    if (!co_await rest(context_, settle_pause)) co_return;  // the next start tells it again
  }
  auto row = context_.store.exchange(exchange.id);
  if (!row || !*row) co_return;
  (*row)->settle_pending = false;
  store::Unit unit;
  unit.preconditions.emplace_back(store::ExchangeAt{exchange.id, (*row)->version});
  unit.writes.emplace_back(store::PutExchange{std::move(**row)});
  co_await make_durable(context_.store, std::move(unit));
}

Result<std::optional<adapters::Settlement>> settlement_of(const Context& context,
                                                          const store::Exchange& exchange) {
  if (!store::is_final(exchange.state)) return std::nullopt;
  auto opened = open(context, exchange);
  if (!opened) return fail(opened.error());
  adapters::Settlement settlement;
  settlement.exchange = exchange.id;
  settlement.reference = opened->beside.reference;
  settlement.report_json = opened->beside.report;
  settlement.accepted = exchange.accepted;
  settlement.refused = exchange.refused;
  if (exchange.state == store::State::rejected || exchange.state == store::State::cancelled) {
    settlement.outcome = Outcome::rejected;
  } else if (!settlement.report_json.empty()) {
    settlement.outcome = Outcome::done_with_remarks;
  }
  if (settlement.report_json.empty()) {
    Report report;
    report.exchange = exchange.id;
    report.file = opened->beside.name;
    report.sha256 = opened->sha256;
    report.received = exchange.created;
    report.time_zone = context.site->config->organisation.time_zone;
    report.accepted = exchange.accepted;
    settlement.report_json = to_json(report, language_of(context, exchange));
    return settlement;
  }
  const auto doc = codec::read_json(settlement.report_json, "report");
  if (!doc) return fail(doc.error());
  if (const tree::Node* text = doc->root().find("text")) settlement.report_text = text->chars();
  return settlement;
}

}  // namespace charmille::exchange
