#include "adapters/fhir/destination.h"

#include "adapters/fhir/answer.h"
#include "adapters/web/client.h"
#include "adapters/web/status.h"
#include "gateway/codec/codec.h"
#include "gateway/fhir/members.h"

namespace charmille::adapters::fhir {
namespace {

using charmille::fhir::items_at;
using charmille::fhir::text_at;

constexpr std::uint64_t most_bytes = 256U << 20;
/// Ids of a delivery: which way it goes, of how many entries, and whether it may go twice.
constexpr std::string_view path_id = "path";
constexpr std::string_view entries_id = "entries";
constexpr std::string_view repeatable_id = "repeatable";

std::string_view id_of(const Envelope& envelope, std::string_view name) {
  for (const auto& [key, value] : envelope.prepared.ids)
    if (key == name) return value;
  return {};
}

/// Nothing is made twice by the same Bundle: each of its entries says what it must not find.
bool is_repeatable(std::span<const tree::Node> entries) {
  for (const tree::Node& entry : entries) {
    const tree::Node* request = entry.find("request");
    if (request == nullptr) return false;
    const std::string_view method = text_at(*request, "method");
    if (method == "POST" && text_at(*request, "ifNoneExist").empty()) return false;
  }
  return !entries.empty();
}

class FhirDestination final : public Destination {
 public:
  FhirDestination(DestinationSettings settings, const boost::asio::any_io_executor& executor,
                  const base::Clock& clock)
      : settings_(std::move(settings)),
        client_(settings_.connection, executor, clock),
        clock_(clock) {}

  Result<Prepared> prepare(Outbound outbound) override {
    auto bytes = outbound.payload.bytes(most_bytes);
    if (!bytes) return fail(bytes.error());
    const auto document = codec::read_json(*bytes, "resource");
    if (!document) return fail(document.error());
    const tree::Node& resource = document->root();
    const std::string_view type = text_at(resource, "resourceType");
    if (type.empty()) return fail("CH-FHIR-001");
    if (auto judged = judge(*document); !judged) return fail(judged.error());
    const auto entries = items_at(resource, "entry");
    const std::string_view kind = text_at(resource, "type");
    const bool whole = type == "Bundle" && (kind == "transaction" || kind == "batch");
    Prepared out;
    out.payload = std::move(outbound.payload);
    if (settings_.content == Form::xml) {
      auto written = write_resource(*document, resource, Form::xml);
      if (!written) return fail(std::move(written.error()));
      out.payload = base::Payload(std::move(*written));
    }
    out.content_type = media_type(settings_.content);
    out.ids.emplace_back(path_id, whole ? std::string() : "/" + std::string(type));
    out.ids.emplace_back(entries_id, whole ? std::to_string(entries.size()) : "");
    out.ids.emplace_back(repeatable_id, whole && is_repeatable(entries) ? "yes" : "no");
    return out;
  }

  Task<Delivered> send(Envelope envelope, Deadline deadline) override {
    const std::string url = settings_.base + std::string(id_of(envelope, path_id));
    net::HttpCall call = settings_.connection.call(url, "POST", deadline);
    call.headers.emplace_back("Content-Type", envelope.prepared.content_type);
    call.headers.emplace_back("Accept", envelope.prepared.content_type);
    call.headers.emplace_back("X-Request-Id", envelope.delivery.text());
    call.body = std::move(envelope.prepared.payload);
    const auto answer = co_await client_.perform(std::move(call));
    if (!answer) co_return fail(answer.error());
    co_return judge_answer(*answer, id_of(envelope, entries_id));
  }

  /// Whether it may be sent again: the server itself is not asked.
  Task<Probe> probe(Envelope envelope, Deadline) override {
    co_return id_of(envelope, repeatable_id) == "yes" ? Probe::absent : Probe::unknown;
  }

 private:
  /// By the profiles of the packages; the first error is told, and how many there are.
  Result<void> judge(const tree::Document& document) const {
    if (!settings_.validator) return {};
    const auto issues = settings_.validator->validate(document, settings_.profiles);
    const charmille::fhir::Issue* first = nullptr;
    std::size_t errors = 0;
    for (const auto& issue : issues) {
      if (issue.severity != charmille::fhir::Severity::error) continue;
      if (first == nullptr) first = &issue;
      ++errors;
    }
    if (first == nullptr) return {};
    return fail("CH-FHIR-045", {},
                {{"errors", std::to_string(errors)},
                 {"element", first->fault.place.path},
                 {"code", std::string(first->fault.code)}});
  }

  Result<Delivered> judge_answer(const net::HttpAnswer& answer, std::string_view entries) const {
    const std::string status = std::to_string(answer.status);
    const web::Verdict verdict = web::judge(answer.status);
    if (verdict == web::Verdict::delivered) return received(answer, entries);
    base::Args args = outcome_of(answer);
    args.emplace_back("status", status);
    if (verdict == web::Verdict::retry)
      return web::later("CH-FHIR-046", std::move(args), answer.header("Retry-After"), clock_.now());
    return fail(verdict == web::Verdict::credentials ? "CH-FHIR-031" : "CH-FHIR-047", {},
                std::move(args));
  }

  static Result<Delivered> received(const net::HttpAnswer& answer, std::string_view entries) {
    Delivered delivered;
    if (entries.empty()) {
      if (const auto location = answer.header("Location"); !location.empty())
        delivered.correlation.emplace_back("Location", location.substr(0, 255));
      return delivered;
    }
    auto locations = locations_of(answer, std::stoul(std::string(entries)));
    if (!locations) return fail(locations.error());
    delivered.correlation = std::move(*locations);
    return delivered;
  }

  DestinationSettings settings_;
  web::Client client_;
  const base::Clock& clock_;
};

}  // namespace

std::unique_ptr<Destination> make_destination(DestinationSettings settings,
                                              boost::asio::any_io_executor executor,
                                              const base::Clock& clock) {
  return std::make_unique<FhirDestination>(std::move(settings), executor, clock);
}

}  // namespace charmille::adapters::fhir
