// What a delivery is called, and what it is said to be: the names that go with its bytes.
#include "gateway/exchange/calendar.h"
#include "gateway/exchange/outbox.h"

namespace charmille::exchange {
namespace {

std::string_view content_type_of(codec::Format format) {
  switch (format) {
    case codec::Format::csv:
      return "text/csv";
    case codec::Format::json:
      return "application/json";
    case codec::Format::ndjson:
      return "application/x-ndjson";
    case codec::Format::zip:
      return "application/zip";
    default:  // the configuration refuses to write it
      break;
  }
  return "application/octet-stream";
}

std::string_view extension_of(codec::Format format) {
  switch (format) {
    case codec::Format::csv:
      return "csv";
    case codec::Format::json:
      return "json";
    case codec::Format::ndjson:
      return "ndjson";
    case codec::Format::zip:
      return "zip";
    default:
      break;
  }
  return "bin";
}

}  // namespace

/// Numbers of a destination only grow; one that no delivery carried in the end leaves a gap.
Result<std::string> Outbox::next_sequence(const DestinationPlan& plan, Work& work) {
  const std::string name = "sequence/" + plan.key;
  const std::lock_guard lock(sequence_mutex_);
  auto known = sequences_.find(name);
  if (known == sequences_.end()) {
    auto kept = context_.store.setting(name);
    if (!kept) return fail(kept.error());
    known = sequences_.emplace(name, *kept ? std::stoull(**kept) : 0).first;
  }
  const std::uint64_t number = ++known->second;
  work.unit.writes.emplace_back(store::RaiseSetting{name, number});
  return std::to_string(number);
}

Result<adapters::Prepared> Outbox::prepare(const DestinationPlan& plan,
                                           const store::Exchange& delivery, base::Payload payload,
                                           Work& work) {
  const std::string now =
      local_text(delivery.created, context_.site->config->organisation.time_zone);
  // The month of an extraction is the one that it is about.
  const std::string& about =
      plan.config->trigger == config::Trigger::schedule && delivery.lot.size() >= 7 ? delivery.lot
                                                                                    : now;
  config::NamePattern::Values values{{"route", plan.route->name},
                                     {"endpoint", plan.endpoint->name},
                                     {"date", now.substr(0, 10)},
                                     {"month", about.substr(0, 7)},
                                     {"time", now.substr(11, 8)},
                                     {"lot", delivery.lot},
                                     {"delivery", delivery.id.text()},
                                     {"extension", std::string(extension_of(plan.output.format))}};
  if (plan.config->file && plan.config->file->has("sequence")) {
    auto number = next_sequence(plan, work);
    if (!number) return fail(number.error());
    values["sequence"] = *number;
  }
  adapters::Outbound outbound;
  outbound.delivery = delivery.id;
  outbound.payload = std::move(payload);
  outbound.content_type = content_type_of(plan.output.format);
  outbound.variables.assign(values.begin(), values.end());
  if (plan.config->file) {
    auto name = plan.config->file->fill(values);
    if (!name) return fail(name.error());
    outbound.variables.emplace_back("name", std::move(*name));
  }
  return lanes_.prepare(plan.endpoint->name, std::move(outbound));
}

}  // namespace charmille::exchange
