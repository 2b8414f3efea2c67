#include "gateway/api/call.h"

#include <algorithm>
#include <charconv>

#include "gateway/api/render.h"
#include "gateway/codec/codec.h"
#include "gateway/fhir/outcome.h"

namespace charmille::api {
namespace {

constexpr std::uint64_t body_limit = 64 * 1024;

std::vector<std::pair<std::string, std::string>> split_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = net::percent_decoded(pair.substr(0, equals));
    auto value = net::percent_decoded(pair.substr(std::min(pair.size(), equals + 1)));
    if (name && value) pairs.emplace_back(std::move(*name), std::move(*value));
  }
  return pairs;
}

constexpr std::pair<std::string_view, int> statuses[] = {
    {"CH-API-001", 401}, {"CH-API-002", 403}, {"CH-API-003", 404}, {"CH-API-004", 405},
    {"CH-API-005", 403}, {"CH-API-006", 400}, {"CH-API-007", 400}, {"CH-API-008", 503},
    {"CH-API-009", 400}, {"CH-API-010", 404}, {"CH-API-011", 400}, {"CH-API-012", 400},
    {"CH-AUD-003", 400}, {"CH-SYS-006", 413}, {"CH-EXC-020", 409}, {"CH-EXC-021", 404},
    {"CH-EXC-050", 404}, {"CH-EXC-051", 400}, {"CH-DIR-002", 400}, {"CH-DIR-003", 400},
    {"CH-DIR-004", 400}, {"CH-DIR-008", 502}, {"CH-DIR-009", 502},
};

/// What is asked of a FHIR endpoint is refused in its own words.
bool is_fhir(const Call& call) {
  return call.target.starts_with("/fhir/");
}

std::string_view issue_type(int status) {
  switch (status) {
    case 401:
      return "login";
    case 403:
      return "forbidden";
    case 404:
      return "not-found";
    case 405:
      return "not-supported";
    case 503:
      return "transient";
    default:
      return "processing";
  }
}

Reply outcome_reply(const Call& call, const Fault& fault, int status) {
  const fhir::Issue issue = fhir::error(issue_type(status), fault);
  const auto told = fhir::in_words(std::span(&issue, 1), call.language);
  Reply reply = json_reply(status, fhir::outcome(told, call.language));
  reply.headers.front().second = "application/fhir+json; charset=utf-8";
  return reply;
}

}  // namespace

Fault unreadable(std::string_view name, std::string_view example) {
  return fault("CH-API-006", {}, {{"name", std::string(name)}, {"example", std::string(example)}});
}

const std::string& Call::part(std::string_view name) const {
  static const std::string none;
  const auto at =
      std::ranges::find(path, name, [](const auto& pair) { return std::string_view(pair.first); });
  return at == path.end() ? none : at->second;
}

std::optional<std::string> Call::parameter(std::string_view name) const {
  const auto at =
      std::ranges::find(query, name, [](const auto& pair) { return std::string_view(pair.first); });
  if (at == query.end()) return std::nullopt;
  return at->second;
}

std::string_view Call::header(std::string_view name) const {
  const auto at = std::ranges::find_if(
      headers, [&](const auto& pair) { return net::equal_ignoring_case(pair.first, name); });
  return at == headers.end() ? std::string_view{} : std::string_view(at->second);
}

Result<base::Uuid> Call::id(std::string_view name) const {
  const auto id = base::Uuid::parse(part(name));
  if (!id) return fail(unreadable(name, id_example));
  return *id;
}

Result<std::uint64_t> Call::number(std::string_view name, std::uint64_t otherwise) const {
  const auto text = parameter(name);
  if (!text) return otherwise;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size())
    return fail(unreadable(name, "100"));
  return value;
}

Result<std::optional<base::Time>> Call::time(std::string_view name) const {
  const auto text = parameter(name);
  if (!text) return std::optional<base::Time>{};
  const auto time = base::parse_rfc3339(*text);
  if (!time) return fail(unreadable(name, time_example));
  return std::optional<base::Time>(*time);
}

Call call_of(const net::HttpRequest& request) {
  Call call;
  call.method = request.method;
  call.target = request.target;
  call.query = split_query(request.query);
  for (const auto& [name, value] : request.headers) call.headers.emplace_back(name, value);
  call.body = request.body;
  call.peer = request.peer;
  call.language =
      request.header("Accept-Language").starts_with("en") ? base::Language::en : base::Language::fr;
  return call;
}

Result<tree::Document> json_body(const Call& call) {
  if (call.body.size() == 0) {
    tree::Document empty;
    empty.set_root(empty.object({}));
    return empty;
  }
  const auto bytes = call.body.bytes(body_limit);
  if (!bytes) return fail(bytes.error());
  auto document = codec::read_json(*bytes, "");
  if (!document || !document->root().is(tree::Kind::object)) return fail("CH-API-011");
  return document;
}

std::string text_field(const tree::Document& body, std::string_view name) {
  const tree::Node* node = body.root().find(name);
  return node == nullptr || !node->is(tree::Kind::text) ? std::string{}
                                                        : std::string(node->chars());
}

Result<std::string> reason_of(const tree::Document& body) {
  std::string reason = text_field(body, "reason");
  if (reason.find_first_not_of(" \t") == reason.npos) return fail("CH-API-009");
  return reason;
}

Reply json_reply(int status, const tree::Document& document) {
  return {status,
          {{"Content-Type", "application/json"}},
          base::Payload(codec::write_json(document.root()) + "\n")};
}

Reply refusal(const Call& call, const Fault& fault) {
  const int status = status_of(fault);
  tree::Document document;
  document.set_root(to_node(document, fault, call.language));
  Reply reply = is_fhir(call) ? outcome_reply(call, fault, status) : json_reply(status, document);
  if (reply.status == 401) reply.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (reply.status == 503) reply.headers.emplace_back("Retry-After", "5");
  return reply;
}

int status_of(const Fault& fault) {
  const auto at = std::ranges::find(statuses, fault.code, &std::pair<std::string_view, int>::first);
  if (at != std::end(statuses)) return at->second;
  switch (fault.action) {
    case base::Action::retry:
      return 503;
    case base::Action::reject:
      return 422;
    case base::Action::hold:
      return 409;
    case base::Action::stop:
      return 500;
  }
  return 500;
}

}  // namespace charmille::api
