#include "adapters/directory/wire.h"

#include <algorithm>

#include "adapters/directory/resource.h"
#include "gateway/codec/codec.h"
#include "gateway/fhir/members.h"

namespace charmille::adapters::directory {
namespace {

using fhir::items_at;
using fhir::text_at;
using tree::Node;

constexpr std::size_t longest_url = 8192;

/// FHIR R4, datatypes.html#id. It goes into URLs of ours.
bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
  });
}

/// RFC 3986 §2.2 and §2.3, and percent signs.
bool is_url_sign(char c) {
  constexpr std::string_view others = "-._~:/?#[]@!$&'()*+,;=%";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         others.find(c) != others.npos;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// A matched resource, or nothing when the entry is about something else.
Result<std::optional<Entry>> entry_of(const Node& node, std::string_view type) {
  const Node* resource = node.find("resource");
  if (resource == nullptr) return fail("CH-DIR-008");
  const std::string_view its_type = text_at(*resource, "resourceType");
  const Node* search = node.find("search");
  const std::string_view mode = search == nullptr ? std::string_view{} : text_at(*search, "mode");
  if (its_type == "OperationOutcome" || mode == "outcome" || mode == "include") return std::nullopt;
  const std::string_view id = text_at(*resource, "id");
  if (its_type != type || !is_id(id)) return fail("CH-DIR-008");
  const Node* meta = resource->find("meta");
  Entry entry{std::string(type), std::string(id),
              std::string(meta == nullptr ? std::string_view{} : text_at(*meta, "lastUpdated")),
              body_of(*resource), false};
  return entry;
}

}  // namespace

std::string url_of(std::string_view base, const Search& search, std::size_t page,
                   std::optional<base::Time> since) {
  std::string url(base);
  url += '/' + search.type + '?' + search.criteria + "&_count=" + std::to_string(page);
  if (!since) return url;
  url += "&_lastUpdated=ge";
  // To the second: not every server reads microseconds.
  for (const char c : base::to_rfc3339(*since).substr(0, 19) + 'Z')
    url += c == ':' ? std::string("%3A") : std::string(1, c);
  return url;
}

std::optional<std::string> origin_of(std::string_view url) {
  if (url.size() > longest_url || !std::ranges::all_of(url, is_url_sign)) return std::nullopt;
  const std::size_t colon = url.find("://");
  if (colon == url.npos) return std::nullopt;
  const std::string scheme = lower(url.substr(0, colon));
  if (scheme != "http" && scheme != "https") return std::nullopt;
  const std::string_view rest = url.substr(colon + 3);
  const std::string authority = lower(rest.substr(0, rest.find_first_of("/?#")));
  if (authority.empty() || authority.find_first_of("@%") != authority.npos) return std::nullopt;
  const std::size_t bracket = authority.rfind(']');
  const std::size_t port = authority.find(':', bracket == authority.npos ? 0 : bracket);
  std::string host = authority.substr(0, port);
  std::string number = port == authority.npos ? std::string{} : authority.substr(port + 1);
  if (number.empty()) number = scheme == "https" ? "443" : "80";
  const bool digits = std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
  if (host.empty() || !digits) return std::nullopt;
  return scheme + "://" + host + ':' + number;
}

Result<Page> page_of(std::string_view bytes, std::string_view type) {
  const auto answer = codec::read_json(bytes, "answer");
  if (!answer || text_at(answer->root(), "resourceType") != "Bundle" ||
      text_at(answer->root(), "type") != "searchset")
    return fail("CH-DIR-008");
  Page page;
  for (const Node& node : items_at(answer->root(), "entry")) {
    auto entry = entry_of(node, type);
    if (!entry) return fail(entry.error());
    if (*entry) page.entries.push_back(std::move(**entry));
  }
  for (const Node& link : items_at(answer->root(), "link"))
    if (text_at(link, "relation") == "next") page.next = text_at(link, "url");
  return page;
}

std::string issue_of(std::string_view bytes) {
  const auto answer = codec::read_json(bytes, "answer");
  if (!answer || text_at(answer->root(), "resourceType") != "OperationOutcome") return "-";
  for (const Node& issue : items_at(answer->root(), "issue")) {
    const std::string_view severity = text_at(issue, "severity");
    if (severity != "error" && severity != "fatal") continue;
    const std::string_view code = text_at(issue, "code");
    if (is_id(code)) return std::string(code);
  }
  return "-";
}

std::string id_in(std::string_view reference, std::string_view type) {
  const std::string before = std::string(type) + '/';
  const std::size_t at = reference.rfind(before);
  if (at == reference.npos || (at > 0 && reference[at - 1] != '/')) return {};
  std::string_view id = reference.substr(at + before.size());
  id = id.substr(0, id.find('/'));
  return is_id(id) ? std::string(id) : std::string{};
}

}  // namespace charmille::adapters::directory
