#include "gateway/exchange/relay.h"

#include <algorithm>

#include "gateway/exchange/calendar.h"
#include "gateway/exchange/delivery.h"
#include "gateway/exchange/events.h"
#include "gateway/policy/olinpe.h"

namespace charmille::exchange {
namespace {

constexpr std::size_t batch_size = 256;
constexpr std::string_view content_type = "application/xml";
/// What the codec did not read stands outside of records.
constexpr std::string_view not_read = "CH-XML-017";

/// An OLINPE extraction, read once: judged and written as it comes. What was written counts only
/// when no rule is broken.
class Extraction {
 public:
  Extraction(const Context& context, const ImportJob& job)
      : context_(context), part_(job.parts.front()), builder_(context.vault.builder()) {}

  Result<void> read(Report& report) {
    const codec::Options* const format = context_.site->format_of(part_.exchange.endpoint, {});
    if (format == nullptr)
      return fail("CH-EXC-011", {part_.name(), 0, 0, {}}, {{"endpoint", part_.exchange.endpoint}});
    auto stream = codec::open(*format, part_.opened.payload, part_.name());
    if (!stream) return fail(stream.error());
    for (bool last = false; !last;) {
      auto batch = (*stream)->next(batch_size);
      if (!batch) return fail(batch.error());
      last = batch->last;
      if (auto taken = take(*batch, report); !taken) return taken;
    }
    if (!begun_) check_.intro(tree::Document(), tree::Node());
    writer_.end(text_);
    for (const Fault& fault : check_.faults()) report.refuse(fault);
    for (const Fault& remark : check_.remarks()) report.remark(remark);
    return builder_->write(text_);
  }

  Result<Vault::Sealed> sealed() { return builder_->finish(); }
  std::uint64_t events() const { return check_.events(); }

 private:
  Result<void> take(codec::Batch& batch, Report& report) {
    for (codec::Rejected& rejected : batch.rejected) report.refuse(std::move(rejected.fault));
    for (Fault& remark : batch.remarks) {
      if (remark.code == not_read)
        report.refuse(std::move(remark));  // nor could it be judged
      else
        report.remark(std::move(remark));
    }
    for (const tree::Node& event : batch.document.root().find("rows")->items()) {
      begin(batch.document, event);
      check_.event(batch.document, event);
      writer_.event(event, text_);
    }
    auto written = builder_->write(text_);
    text_.clear();
    return written;
  }

  /// The codec puts what the extraction says of itself into each event.
  void begin(const tree::Document& document, const tree::Node& event) {
    if (begun_) return;
    begun_ = true;
    const tree::Node* const intro = event.find("INTRO");
    check_.intro(document, intro == nullptr ? tree::Node::null(event.origin()) : *intro);
    if (intro != nullptr) writer_.intro(*intro, text_);
  }

  const Context& context_;
  const Part& part_;
  std::unique_ptr<Vault::Builder> builder_;
  policy::OlinpeCheck check_;
  policy::OlinpeWriter writer_;
  std::string text_;
  bool begun_ = false;
};

Result<adapters::Prepared> prepare(const Context& context, Lanes& lanes, const config::Relay& relay,
                                   const store::Exchange& delivery, base::Payload payload) {
  const std::string now =
      local_text(delivery.created, context.site->config->organisation.time_zone);
  const config::NamePattern::Values values{{"date", now.substr(0, 10)},
                                           {"month", now.substr(0, 7)},
                                           {"time", now.substr(11, 8)},
                                           {"delivery", delivery.id.text()}};
  adapters::Outbound outbound;
  outbound.delivery = delivery.id;
  outbound.payload = std::move(payload);
  outbound.content_type = content_type;
  outbound.variables.assign(values.begin(), values.end());
  outbound.variables.emplace_back("route", relay.name);
  outbound.variables.emplace_back("extension", "xml");
  if (relay.file) {
    auto name = relay.file->fill(values);
    if (!name) return fail(name.error());
    outbound.variables.emplace_back("name", std::move(*name));
  }
  return lanes.prepare(relay.to, std::move(outbound));
}

/// The line of the policy that lets it go; the configuration was refused without one.
const config::PolicyLine* line_for(const config::Site& site, const std::string& extraction) {
  const config::Policy* const policy = site.policy_for(config::Recipient::statistics);
  if (policy == nullptr) return nullptr;
  const auto line = std::ranges::find(policy->lines, extraction, &config::PolicyLine::extraction);
  return line == policy->lines.end() ? nullptr : &*line;
}

Result<void> add_delivery(const Context& context, Lanes& lanes, const config::Relay& relay,
                          const ImportJob& job, Extraction& extraction, Work& work) {
  const config::PolicyLine* const line = line_for(*context.site->config, relay.extraction);
  if (line == nullptr) return fail("CH-POL-001");
  const std::string& partner = context.site->config->endpoints.find(relay.to)->second.partner;
  store::Exchange delivery =
      new_delivery(context, {partner, relay.to, relay.name, relay.mode}, job.lead());
  delivery.lane = relay.to + '/' + relay.extraction;
  delivery.accepted = extraction.events();
  auto sealed = extraction.sealed();
  if (!sealed) return fail(sealed.error());
  auto payload = context.vault.open_payload(sealed->row);
  if (!payload) return fail(payload.error());
  auto prepared = prepare(context, lanes, relay, delivery, *payload);
  if (!prepared) return fail(prepared.error());
  if (!prepared->payload.same_as(*payload)) {
    sealed = context.vault.seal_payload(prepared->payload);
    if (!sealed) return fail(sealed.error());
  }
  attach(context, delivery, *sealed, *prepared);
  events::Leaf leaf = events::queued(delivery, sealed->row, relay.extraction, context);
  leaf.basis = line->ground;
  leaf.purpose = line->purpose;
  work.unit.audit.push_back(std::move(leaf));
  work.unit.writes.emplace_back(store::PutPayload{std::move(sealed->row)});
  work.wake = work.wake || delivery.state == store::State::queued;
  work.unit.writes.emplace_back(store::PutExchange{std::move(delivery)});
  return {};
}

}  // namespace

bool is_relayed(const config::Site& site, std::string_view endpoint) {
  return std::ranges::find(site.relays, endpoint, &config::Relay::from) != site.relays.end();
}

Result<std::string> relay(const Context& context, Lanes& lanes, const ImportJob& job,
                          Report& report, Work& work) {
  std::string name;
  for (const config::Relay& one : context.site->config->relays) {
    if (one.from != job.lead().endpoint) continue;
    // Each payload has a key of its own, so each destination's copy is read and sealed anew.
    Extraction extraction(context, job);
    Report judged;
    if (auto read = extraction.read(judged); !read) return fail(read.error());
    if (name.empty()) {
      report.add(judged);
      report.accepted = extraction.events();
    }
    name = one.extraction;
    if (!judged.refusals.empty()) {
      report.refused_whole = true;
      report.accepted = 0;
      return name;
    }
    if (auto added = add_delivery(context, lanes, one, job, extraction, work); !added)
      return fail(added.error());
  }
  return name;
}

}  // namespace charmille::exchange
