#include "adapters/fhir/holding.h"

#include <algorithm>
#include <set>

#include "adapters/fhir/attachments.h"
#include "adapters/fhir/capability.h"
#include "adapters/fhir/document_search.h"
#include "adapters/fhir/receiving.h"
#include "adapters/web/message.h"
#include "gateway/base/bytes.h"
#include "gateway/codec/codec.h"
#include "gateway/codec/json_payload.h"
#include "gateway/fhir/members.h"
#include "gateway/net/http.h"

namespace charmille::adapters::fhir {
namespace {

namespace asio = boost::asio;
using charmille::fhir::items_at;
using charmille::fhir::text_at;
using tree::Node;

constexpr std::uint64_t most_bytes = 256U << 20;
constexpr std::size_t most_deep = 200;
constexpr std::string_view nothing_held = "nothing";
constexpr std::string_view form_type = "application/x-www-form-urlencoded";

/// The resources of a Bundle, or a resource alone, as entries: what was prepared here is not judged
/// again.
std::vector<Entry> entries_held(const Node& root) {
  std::vector<Entry> entries;
  for (const Node& node : items_at(root, "entry")) {
    Entry entry;
    entry.resource = node.find("resource");
    if (entry.resource == nullptr) continue;
    entry.type = text_at(*entry.resource, "resourceType");
    entry.full_url = text_at(node, "fullUrl");
    entry.part = "entry[" + std::to_string(&node - items_at(root, "entry").data()) + "]";
    entries.push_back(std::move(entry));
  }
  if (text_at(root, "resourceType") == "Bundle") return entries;
  Entry whole;
  whole.resource = &root;
  whole.type = text_at(root, "resourceType");
  return {whole};
}

/// "system|value" of every patient that is told of, wherever it stands.
void add_patients(const Node& node, std::set<std::string>& into) {
  const auto add = [&](const Node& identifier) {
    const std::string_view system = text_at(identifier, "system");
    const std::string_view value = text_at(identifier, "value");
    if (!system.empty() && !value.empty())
      into.insert(std::string(system) + "|" + std::string(value));
  };
  if (text_at(node, "resourceType") == "Patient")
    for (const Node& identifier : items_at(node, "identifier")) add(identifier);
  if (const Node* subject = node.find("subject"))
    if (const Node* identifier = subject->find("identifier")) add(*identifier);
  for (const Node& item : node.items()) add_patients(item, into);
}

/// One delivery, opened.
struct Opened {
  base::Uuid exchange;
  tree::Document document;
  std::vector<Entry> entries;
  Moves moves;
};

class Holding final : public Destination {
 public:
  Holding(HoldingSettings settings, const base::Clock& clock)
      : settings_(std::move(settings)), clock_(clock), since_(clock.now()) {}

  Result<Prepared> prepare(Outbound outbound) override {
    // By its lane alone: what was shown of the child before is shown no more.
    if (outbound.payload.size() == 0) {
      Prepared nothing;
      nothing.names.push_back({std::string(nothing_held), {}});
      return nothing;
    }
    auto bytes = outbound.payload.bytes(most_bytes);
    if (!bytes) return fail(bytes.error());
    auto document = codec::read_json(*bytes, "resource", most_deep);
    if (!document) return fail(document.error());
    const auto completed = complete_attachments(*document);
    if (!completed) return fail(completed.error());
    const std::vector<Entry> entries = entries_held(document->root());
    if (entries.size() == 1 && entries.front().type != "DocumentReference")
      return fail("CH-FHIR-080", {}, {{"type", base::printable(entries.front().type, 64)}});
    Prepared out;
    out.content_type = media_type(Form::json);
    out.payload = std::move(outbound.payload);
    if (*completed) {
      auto written = write_resource(*document, document->root(), Form::json);
      if (!written) return fail(std::move(written.error()));
      out.payload = base::Payload(std::move(*written));
    }
    std::set<std::string> patients;
    add_patients(document->root(), patients);
    if (patients.empty()) return fail("CH-FHIR-087");
    for (const std::string& patient : patients) out.names.push_back({name_of_patient(patient), {}});
    return out;
  }

  /// It is there as soon as it is durable, which it is.
  Task<Delivered> send(Envelope, Deadline) override { co_return Delivered{}; }
  Task<Probe> probe(Envelope, Deadline) override { co_return Probe::there; }

  Task<Response> handle(std::shared_ptr<Intake> intake, Request request) override {
    Asked asked;
    auto read = read_request(request, asked);
    const bool raw = asked.path.size() == 2 && asked.path[0] == "Binary" && asked.method == "GET";
    if (raw) co_return co_await give(std::move(intake), request, asked);
    if (!read) co_return render(asked, declined(read.error(), asked.language));
    auto answer = co_await dispatch(std::move(intake), request, asked);
    if (!answer) co_return render(asked, answer.error());
    co_return render(asked, std::move(*answer));
  }

 private:
  asio::awaitable<Outcome<Answer>> dispatch(std::shared_ptr<Intake> intake, const Request& request,
                                            const Asked& asked) {
    const std::size_t depth = asked.path.size();
    if (depth == 1 && asked.path[0] == "metadata" && asked.method == "GET") {
      Answer answer;
      answer.body = document_capability(since_);
      co_return answer;
    }
    const bool documents = depth > 0 && asked.path[0] == "DocumentReference";
    const bool by_form = depth == 2 && asked.path[1] == "_search" && asked.method == "POST";
    const bool by_query = depth == 1 && asked.method == "GET";
    if (documents && (by_form || by_query))
      co_return co_await search(std::move(intake), request, asked);
    if (documents && depth == 2 && asked.method == "GET")
      co_return co_await read(std::move(intake), request, asked);
    co_return decline(asked, depth > 1 ? 404 : 405, "not-supported",
                      fault("CH-FHIR-077", {}, {{"method", base::printable(asked.method, 10)}}));
  }

  /// ITI-67.
  asio::awaitable<Outcome<Answer>> search(std::shared_ptr<Intake> intake, const Request& request,
                                          const Asked& asked) {
    Pairs parameters = asked.parameters;
    if (request.method == "POST") {
      const auto body = request.body.bytes(64 * 1024);
      const bool form =
          web::media_type(web::header_of(request.headers, "Content-Type")) == form_type;
      if (!body || !form) co_return decline(asked, 415, "not-supported", fault("CH-FHIR-066"));
      std::ranges::move(web::parameters_of(*body), std::back_inserter(parameters));
    }
    const auto wanted = DocumentSearch::read(parameters);
    if (!wanted) co_return tl::unexpected(declined(wanted.error(), asked.language));
    auto named = co_await intake->find(name_of_patient(wanted->patient()), request.deadline);
    if (!named) co_return decline(asked, 503, "transient", std::move(named.error()));
    Answer answer;
    std::vector<Node> found;
    for (const Named& one : *named) {
      auto opened = co_await open(intake, one.exchange, request.deadline);
      if (!opened) co_return decline(asked, 503, "transient", std::move(opened.error()));
      if (!*opened) continue;
      const std::size_t before = found.size();
      for (const Entry& entry : (*opened)->entries)
        if (entry.type == "DocumentReference" && wanted->fits(*entry.resource))
          found.push_back(match(answer.body, **opened, entry));
      if (found.size() == before) continue;
      if (auto told = co_await intake->shown(one.exchange, request.deadline); !told)
        co_return decline(asked, 503, "transient", std::move(told.error()));
    }
    if (found.empty())
      if (auto told = co_await intake->searched(request.deadline); !told)
        co_return decline(asked, 503, "transient", std::move(told.error()));
    const Node self[] = {
        answer.body.object({{"relation", answer.body.text("self")},
                            {"url", answer.body.text(settings_.base + "/DocumentReference")}})};
    std::vector<tree::Document::Member> bundle{
        {"resourceType", answer.body.text("Bundle")},
        {"type", answer.body.text("searchset")},
        {"total", answer.body.integer(static_cast<std::int64_t>(found.size()))},
        {"link", answer.body.array(self)}};
    if (!found.empty()) bundle.emplace_back("entry", answer.body.array(found));
    answer.body.set_root(answer.body.object(bundle));
    co_return answer;
  }

  asio::awaitable<Outcome<Answer>> read(std::shared_ptr<Intake> intake, const Request& request,
                                        const Asked& asked) {
    const auto place = place_of(asked.path[1]);
    if (!place) co_return decline(asked, 404, "not-found", fault("CH-FHIR-076"));
    auto opened = co_await open(intake, place->exchange, request.deadline);
    if (!opened) co_return decline(asked, 503, "transient", std::move(opened.error()));
    if (*opened) {
      const auto at = std::ranges::find((*opened)->entries, place->part, &Entry::part);
      if (at != (*opened)->entries.end() && at->type == "DocumentReference") {
        if (auto told = co_await intake->shown(place->exchange, request.deadline); !told)
          co_return decline(asked, 503, "transient", std::move(told.error()));
        Answer answer;
        answer.headers = {{"ETag", "W/\"1\""}};
        answer.body.set_root(shown(answer.body, **opened, *at));
        co_return answer;
      }
    }
    co_return decline(asked, 404, "not-found", fault("CH-FHIR-076"));
  }

  /// ITI-68: the document itself, of a Binary or of the DocumentReference that holds it.
  Task<Response> give(std::shared_ptr<Intake> intake, const Request& request, const Asked& asked) {
    const auto place = place_of(asked.path[1]);
    const auto refused = [&](int status, std::string_view type, std::string_view code) {
      return render(asked, declined(Refusal(status, type, fault(code)), asked.language));
    };
    if (!place) co_return refused(404, "not-found", "CH-FHIR-076");
    auto opened = co_await open(intake, place->exchange, request.deadline);
    if (!opened) co_return fail(std::move(opened.error()));
    if (!*opened) co_return refused(404, "not-found", "CH-FHIR-076");
    const auto at = std::ranges::find((*opened)->entries, place->part, &Entry::part);
    if (at == (*opened)->entries.end()) co_return refused(404, "not-found", "CH-FHIR-076");
    const Node* holder = at->resource;
    if (at->type == "DocumentReference") {
      const auto contents = items_at(*holder, "content");
      holder = contents.empty() ? nullptr : contents.front().find("attachment");
    }
    const auto content =
        holder == nullptr ? std::nullopt : content_of((*opened)->document, *holder);
    if (!content) co_return refused(404, "not-found", "CH-FHIR-076");
    const std::string type(text_at(*holder, "contentType"));
    if (!accepts(web::header_of(request.headers, "Accept"), type))
      co_return refused(406, "not-supported", "CH-FHIR-086");
    if (auto told = co_await intake->shown(place->exchange, request.deadline); !told)
      co_return fail(std::move(told.error()));
    Response out;
    out.headers = {{"Content-Type", type.empty() ? "application/octet-stream" : type},
                   {"X-Content-Type-Options", "nosniff"}};
    out.body = *content;
    co_return out;
  }

  /// Nothing when it is not there for the partner, or no longer.
  Task<std::optional<Opened>> open(const std::shared_ptr<Intake>& intake, base::Uuid exchange,
                                   Deadline deadline) {
    std::optional<Opened> out;
    if (moment_of(exchange) + settings_.held < clock_.now()) co_return out;
    auto kept = co_await intake->open(exchange, deadline);
    if (!kept && kept.error().action == base::Action::reject) co_return out;
    if (!kept) co_return fail(std::move(kept.error()));
    if (!*kept || (*kept)->payload.size() == 0) co_return out;
    auto document = codec::read_json((*kept)->payload, {}, most_deep, most_bytes);
    if (!document) co_return fail(document.error());
    out.emplace();
    out->exchange = exchange;
    out->document = std::move(*document);
    out->entries = entries_held(out->document.root());
    out->moves = moves_of(out->entries, exchange, {});
    for (auto& [from, to] : out->moves)
      if (to.starts_with("Binary/")) to.insert(0, settings_.base + "/");
    co_return out;
  }

  /// A DocumentReference as it is shown: its content by its address.
  Node shown(tree::Document& into, Opened& opened, const Entry& entry) const {
    const std::string id = resource_id(opened.exchange, entry.part);
    const Node stored =
        as_stored(opened.document, *entry.resource, opened.moves, id, moment_of(opened.exchange));
    return into.copy(by_address(opened.document, stored, settings_.base + "/Binary/" + id));
  }

  Node match(tree::Document& into, Opened& opened, const Entry& entry) const {
    const std::string id = resource_id(opened.exchange, entry.part);
    return into.object({{"fullUrl", into.text(settings_.base + "/DocumentReference/" + id)},
                        {"resource", shown(into, opened, entry)},
                        {"search", into.object({{"mode", into.text("match")}})}});
  }

  /// What an attachment holds inside is left out, and its address written instead.
  static Node by_address(tree::Document& document, const Node& node, const std::string& url,
                         bool is_attachment = false) {
    if (!node.is(tree::Kind::array) && !node.is(tree::Kind::object)) return node;
    if (node.is(tree::Kind::array)) {
      std::vector<Node> items;
      for (const Node& item : node.items())
        items.push_back(by_address(document, item, url, is_attachment));
      return document.array(items);
    }
    const bool holds =
        node.find("data") != nullptr && (is_attachment || node.find("contentType") != nullptr);
    std::vector<tree::Document::Member> members;
    for (std::size_t i = 0; i < node.items().size(); ++i) {
      const std::string_view key = node.key(i);
      if (holds && key == "data") continue;
      const bool attachment = key == "attachment" || key == "valueAttachment";
      members.emplace_back(key, by_address(document, node.items()[i], url, attachment));
    }
    if (holds) members.emplace_back("url", document.text(url));
    return document.object(members);
  }

  static bool accepts(std::string_view accept, std::string_view type) {
    if (net::trimmed(accept).empty()) return true;
    for (const std::string& range : web::media_types(accept)) {
      if (range == "*/*" || range == type) return true;
      if (range.ends_with("/*") && type.starts_with(range.substr(0, range.size() - 1))) return true;
    }
    return false;
  }

  HoldingSettings settings_;
  const base::Clock& clock_;
  base::Time since_;
};

}  // namespace

std::unique_ptr<Destination> make_holding(HoldingSettings settings, const base::Clock& clock) {
  return std::make_unique<Holding>(std::move(settings), clock);
}

}  // namespace charmille::adapters::fhir
