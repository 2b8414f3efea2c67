#include "adapters/fhir/destination.h"

#include "adapters/fhir/answer.h"
#include "adapters/fhir/attachments.h"
#include "adapters/fhir/interaction.h"
#include "adapters/web/client.h"
#include "adapters/web/status.h"
#include "gateway/codec/codec.h"

namespace charmille::adapters::fhir {
namespace {

constexpr std::uint64_t most_bytes = 256U << 20;
/// Ids of a delivery: how it goes, of how many entries it is, and whether it may go twice.
constexpr std::string_view method_id = "method";
constexpr std::string_view path_id = "path";
constexpr std::string_view if_none_exist_id = "If-None-Exist";
constexpr std::string_view if_match_id = "If-Match";
constexpr std::string_view entries_id = "entries";
constexpr std::string_view repeatable_id = "repeatable";

std::string_view id_of(const Envelope& envelope, std::string_view name) {
  for (const auto& [key, value] : envelope.prepared.ids)
    if (key == name) return value;
  return {};
}

void add_id(Pairs& ids, std::string_view name, std::string value) {
  if (!value.empty()) ids.emplace_back(name, std::move(value));
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
    auto document = codec::read_json(*bytes, "resource");
    if (!document) return fail(document.error());
    const auto completed = complete_attachments(*document);
    if (!completed) return fail(completed.error());
    auto interaction = interaction_of(document->root(), settings_.single);
    if (!interaction) return fail(std::move(interaction.error()));
    if (auto judged = judge(*document); !judged) return fail(judged.error());
    Prepared out;
    out.payload = std::move(outbound.payload);
    out.content_type = media_type(settings_.content);
    if (*completed || settings_.content == Form::xml || interaction->body != &document->root()) {
      auto written = write_resource(*document, *interaction->body, settings_.content);
      if (!written) return fail(std::move(written.error()));
      out.payload = base::Payload(std::move(*written));
    }
    add_id(out.ids, method_id, std::move(interaction->method));
    add_id(out.ids, path_id, std::move(interaction->path));
    add_id(out.ids, if_none_exist_id, std::move(interaction->if_none_exist));
    add_id(out.ids, if_match_id, std::move(interaction->if_match));
    add_id(out.ids, entries_id, interaction->entries ? std::to_string(*interaction->entries) : "");
    add_id(out.ids, repeatable_id, interaction->repeatable ? "yes" : "no");
    return out;
  }

  Task<Delivered> send(Envelope envelope, Deadline deadline) override {
    const std::string url = settings_.base + std::string(id_of(envelope, path_id));
    // What an earlier version prepared has no method.
    std::string method(id_of(envelope, method_id));
    if (method.empty()) method = "POST";
    net::HttpCall call = settings_.connection.call(url, std::move(method), deadline);
    call.headers.emplace_back("Content-Type", envelope.prepared.content_type);
    call.headers.emplace_back("Accept", envelope.prepared.content_type);
    call.headers.emplace_back("X-Request-Id", envelope.delivery.text());
    for (const std::string_view name : {if_none_exist_id, if_match_id})
      if (const auto value = id_of(envelope, name); !value.empty())
        call.headers.emplace_back(name, value);
    call.body = std::move(envelope.prepared.payload);
    const auto answer = co_await client_.perform(std::move(call));
    if (!answer) co_return fail(answer.error());
    co_return judge_answer(*answer, envelope);
  }

  /// Whether it may be sent again: the server itself is not asked.
  Task<Probe> probe(Envelope envelope, Deadline) override {
    co_return id_of(envelope, repeatable_id) == "yes" ? Probe::absent : Probe::unsafe;
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

  Result<Delivered> judge_answer(const net::HttpAnswer& answer, const Envelope& envelope) const {
    const std::string status = std::to_string(answer.status);
    const web::Verdict verdict = web::judge(answer.status);
    if (verdict == web::Verdict::delivered) return received(answer, envelope);
    base::Args args = outcome_of(answer);
    args.emplace_back("status", status);
    if (verdict == web::Verdict::retry)
      return web::later("CH-FHIR-046", std::move(args), answer.header("Retry-After"), clock_.now());
    if (verdict == web::Verdict::credentials) return fail("CH-FHIR-031", {}, std::move(args));
    // Of a whole transaction it may be any of the entries.
    const bool precondition = answer.status == 412 && id_of(envelope, entries_id).empty();
    return fail(precondition ? "CH-FHIR-102" : "CH-FHIR-047", {}, std::move(args));
  }

  static Result<Delivered> received(const net::HttpAnswer& answer, const Envelope& envelope) {
    Delivered delivered;
    const std::string_view entries = id_of(envelope, entries_id);
    if (entries.empty()) {
      delivered.duplicate = answer.status == 200 && !id_of(envelope, if_none_exist_id).empty();
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
