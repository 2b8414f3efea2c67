#include "adapters/fhir/interaction.h"

#include <algorithm>
#include <array>
#include <span>

#include "adapters/web/message.h"
#include "gateway/fhir/members.h"

namespace charmille::adapters::fhir {
namespace {

using charmille::fhir::items_at;
using charmille::fhir::text_at;
using tree::Node;

constexpr std::size_t longest_id = 64;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= longest_id && text != "." && text != ".." &&
         std::ranges::all_of(
             text, [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.'; });
}

bool is_type(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_letter);
}

/// A search as it stands in a URL: what RFC 3986 §3.4 has no place for is encoded (the `|` of
/// tokens above all), what is encoded stays. Nothing where a control character or a stray `%` is.
std::optional<std::string> encoded_search(std::string_view search) {
  static constexpr std::string_view marks = "-._~!$&'()*+,;=:@/?";
  std::string out;
  for (std::size_t i = 0; i < search.size(); ++i) {
    const char c = search[i];
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
    if (c == '%' && (i + 2 >= search.size() || !is_hex(search[i + 1]) || !is_hex(search[i + 2])))
      return std::nullopt;
    if (c == '%' || is_letter(c) || is_digit(c) || marks.find(c) != marks.npos)
      out += c;
    else
      out += web::percent_encoded(search.substr(i, 1));
  }
  return out;
}

/// Nothing is made twice by the same Bundle: each of its entries says what it must not find.
bool is_repeatable(std::span<const Node> entries) {
  for (const Node& entry : entries) {
    const Node* request = entry.find("request");
    if (request == nullptr) return false;
    const std::string_view method = text_at(*request, "method");
    if (method == "POST" && text_at(*request, "ifNoneExist").empty()) return false;
  }
  return !entries.empty();
}

/// What else a request may ask for; nothing of what somebody wrote there by mistake.
std::string named(std::string_view method) {
  static constexpr std::array others = {std::string_view("DELETE"), std::string_view("PATCH"),
                                        std::string_view("GET"), std::string_view("HEAD")};
  return std::ranges::find(others, method) == others.end() ? "-" : std::string(method);
}

tl::unexpected<Fault> no_address(std::string_view wanted) {
  return fail("CH-FHIR-100", {}, {{"wanted", std::string(wanted)}});
}

Result<Interaction> creation(const Node& request, std::string_view type) {
  Interaction out;
  if (text_at(request, "url") != type) return no_address("Type");
  out.path = "/" + std::string(type);
  const auto search = encoded_search(text_at(request, "ifNoneExist"));
  if (!search) return fail("CH-FHIR-103");
  out.if_none_exist = *search;
  out.repeatable = !search->empty();
  return out;
}

Result<Interaction> update(const Node& request, std::string_view type) {
  constexpr std::string_view wanted = "Type/id, Type?…";
  Interaction out;
  out.method = "PUT";
  std::string_view url = text_at(request, "url");
  if (!url.starts_with(type)) return no_address(wanted);
  url.remove_prefix(type.size());
  out.if_match = text_at(request, "ifMatch");
  if (url.starts_with('/') && is_id(url.substr(1))) {
    out.path = "/" + std::string(type) + std::string(url);
    // With a version the same again is refused once it has been done.
    out.repeatable = out.if_match.empty();
    return out;
  }
  const auto search = encoded_search(url.substr(std::min<std::size_t>(url.size(), 1)));
  if (!url.starts_with('?') || !search || search->empty()) return no_address(wanted);
  out.path = "/" + std::string(type) + "?" + *search;
  return out;
}

/// The only entry of a transaction, as if it had come without one.
Result<Interaction> of_entry(const Node& entry) {
  const Node* request = entry.find("request");
  const Node* resource = entry.find("resource");
  if (request == nullptr || resource == nullptr) return fail("CH-FHIR-101", {}, {{"method", "-"}});
  const std::string_view type = text_at(*resource, "resourceType");
  if (!is_type(type)) return fail("CH-FHIR-001");
  const std::string_view method = text_at(*request, "method");
  if (method != "POST" && method != "PUT")
    return fail("CH-FHIR-101", {}, {{"method", named(method)}});
  auto out = method == "POST" ? creation(*request, type) : update(*request, type);
  if (out) out->body = resource;
  return out;
}

}  // namespace

Result<Interaction> interaction_of(const Node& resource, bool single) {
  const std::string_view type = text_at(resource, "resourceType");
  if (!is_type(type)) return fail("CH-FHIR-001");
  const auto entries = items_at(resource, "entry");
  const std::string_view kind = text_at(resource, "type");
  const bool transaction = type == "Bundle" && kind == "transaction";
  if (single && transaction && entries.size() == 1) return of_entry(entries.front());
  Interaction out;
  out.body = &resource;
  if (transaction || (type == "Bundle" && kind == "batch")) {
    out.entries = entries.size();
    out.repeatable = is_repeatable(entries);
  } else {
    out.path = "/" + std::string(type);
  }
  return out;
}

}  // namespace charmille::adapters::fhir
