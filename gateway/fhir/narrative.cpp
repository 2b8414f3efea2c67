#include "gateway/fhir/narrative.h"

#include <algorithm>
#include <array>

#include "gateway/base/bytes.h"
#include "gateway/codec/xml_reader.h"
#include "gateway/fhir/xml_form.h"

namespace charmille::fhir {
namespace {

using codec::XmlAttribute;
using codec::XmlEvent;

constexpr std::string_view xml_uri = "http://www.w3.org/XML/1998/namespace";
constexpr std::size_t most_levels = 200;

/// HTML 4.0, chapters 7 to 11 (but for ins and del, 9.4) and 15; and images and their maps.
constexpr auto allowed = std::to_array<std::string_view>(
    {"a",   "abbr",    "acronym", "address", "area", "b",     "bdo",      "big",    "blockquote",
     "br",  "caption", "center",  "cite",    "code", "col",   "colgroup", "dd",     "dfn",
     "div", "dl",      "dt",      "em",      "font", "h1",    "h2",       "h3",     "h4",
     "h5",  "h6",      "hr",      "i",       "img",  "kbd",   "li",       "map",    "ol",
     "p",   "pre",     "q",       "s",       "samp", "small", "span",     "strike", "strong",
     "sub", "sup",     "table",   "tbody",   "td",   "tfoot", "th",       "thead",  "tr",
     "tt",  "u",       "ul",      "var"});

/// Attributes that lead elsewhere, which are looked into, and those that act or load unseen.
constexpr auto links =
    std::to_array<std::string_view>({"href", "src", "cite", "longdesc", "background", "usemap"});
constexpr auto refused = std::to_array<std::string_view>(
    {"action", "formaction", "ping", "srcset", "poster", "data", "codebase", "classid", "archive",
     "profile", "manifest", "srcdoc"});

template <class List>
bool has(const List& list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

/// In lower case and without blanks or control characters, which browsers pass over in addresses.
std::string folded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7F) continue;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

bool leads_well(std::string_view folded_address, bool image) {
  const std::size_t end = folded_address.find_first_of(":/?#");
  if (end == folded_address.npos || folded_address[end] != ':') return true;  // relative
  const std::string_view scheme = folded_address.substr(0, end);
  if (image && folded_address.starts_with("data:image/")) return true;
  return scheme == "http" || scheme == "https" ||
         (!image && (scheme == "mailto" || scheme == "tel"));
}

/// The addresses of a style lead to images; nothing in it may be evaluated.
bool is_good_style(std::string_view style) {
  const std::string text = folded(style);
  if (text.find("expression(") != text.npos || text.find("javascript:") != text.npos) return false;
  for (std::size_t at = text.find("url("); at != text.npos; at = text.find("url(", at + 1)) {
    std::string_view address = std::string_view(text).substr(at + 4);
    if (address.starts_with('"') || address.starts_with('\'')) address.remove_prefix(1);
    if (!leads_well(address.substr(0, address.find_first_of("\"')")), true)) return false;
  }
  return true;
}

class Check {
 public:
  Check(std::string_view div, const std::string& name)
      : div_(div),
        name_(name),
        reader_(
            base::Payload(std::string(div)), name,
            {most_levels, div.size() + 1, std::min(div.size() + 1, std::size_t{1} << 16), true}) {}

  Result<void> run() {
    if (!div_.starts_with("<div")) return fail("CH-FHIR-061", {name_, 1, 1, {}});
    std::uint64_t end = 0;
    for (;;) {
      auto event = reader_.next();
      if (!event) return malformed(event.error());
      if (*event == nullptr) break;
      if ((*event)->kind == XmlEvent::Kind::end) end = (*event)->offset;
      if ((*event)->kind != XmlEvent::Kind::start) continue;
      if (auto good = element(**event); !good) return good;
    }
    if (end != div_.size()) return fail("CH-FHIR-061", {name_, 1, 1, {}});
    return {};
  }

 private:
  /// The reader's own faults speak of files; a DTD, an inclusion and bad bytes are told as such.
  Result<void> malformed(const Fault& why) const {
    if (why.code == "CH-XML-008") return fail("CH-FHIR-013", why.place);
    const bool syntax = why.code == "CH-XML-001" || why.code == "CH-XML-002";
    return syntax ? fail("CH-FHIR-065", why.place) : fail(why);
  }

  Result<void> element(const XmlEvent& event) {
    const base::Place place{name_, event.line, event.column, {}};
    if (event.name.uri != xhtml_namespace) return fail("CH-FHIR-061", place);
    if (!has(allowed, event.name.local))
      return fail("CH-FHIR-062", place, {{"element", base::printable(event.name.local, 60)}});
    for (const XmlAttribute& one : event.attributes)
      if (const auto code = attribute(one); !code.empty())
        return fail(code, place, {{"attribute", base::printable(one.name.local, 60)}});
    return {};
  }

  static std::string_view attribute(const XmlAttribute& one) {
    if (!one.name.uri.empty())
      return one.name.uri == xml_uri && one.name.local != "base" ? "" : "CH-FHIR-063";
    const std::string name = folded(one.name.local);
    if (name.starts_with("on") || has(refused, name)) return "CH-FHIR-063";
    if (name == "style" && !is_good_style(one.value)) return "CH-FHIR-064";
    if (has(links, name) && !leads_well(folded(one.value), name == "src" || name == "background"))
      return "CH-FHIR-064";
    return {};
  }

  std::string_view div_;
  const std::string& name_;
  codec::XmlReader reader_;
};

}  // namespace

Result<void> check_narrative(std::string_view div, const std::string& name) {
  return Check(div, name).run();
}

}  // namespace charmille::fhir
