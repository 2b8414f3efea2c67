#include "gateway/fhir/primitives.h"

#include <algorithm>
#include <array>

#include "gateway/fhirpath/temporal.h"

namespace charmille::fhir {
namespace {

bool digit(char c) {
  return c >= '0' && c <= '9';
}
bool alphanumeric(char c) {
  return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool hexadecimal(char c) {
  return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_integer(std::string_view text, bool sign) {
  const bool negative = sign && text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (text.empty() || text.size() > 10 || !std::ranges::all_of(text, digit)) return false;
  if (text.size() > 1 && text.front() == '0') return false;
  return text.size() < 10 || text <= "2147483647" || (negative && text == "2147483648");
}

/// No blank at either end, no two inside.
bool is_code(std::string_view text) {
  if (text.empty() || blank(text.front()) || blank(text.back())) return false;
  for (std::size_t i = 1; i < text.size(); ++i)
    if (blank(text[i]) && (text[i] != ' ' || blank(text[i - 1]))) return false;
  return true;
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         std::ranges::all_of(text, [](char c) { return alphanumeric(c) || c == '-' || c == '.'; });
}

bool is_oid(std::string_view text) {
  constexpr std::string_view prefix = "urn:oid:";
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  if (text.size() < 3 || text[0] < '0' || text[0] > '2' || text[1] != '.') return false;
  for (std::size_t i = 1; i < text.size(); ++i)
    if (!digit(text[i]) && (text[i] != '.' || text[i - 1] == '.')) return false;
  return text.back() != '.';
}

bool is_uuid(std::string_view text) {
  constexpr std::string_view prefix = "urn:uuid:";
  if (!text.starts_with(prefix) || text.size() != prefix.size() + 36) return false;
  text.remove_prefix(prefix.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !hexadecimal(text[i])) return false;
  }
  return true;
}

bool is_base64(std::string_view text) {
  std::size_t count = 0;
  std::size_t padding = 0;
  for (const char c : text) {
    if (blank(c)) continue;
    ++count;
    if (c == '=') {
      ++padding;
    } else if (padding > 0 || !(alphanumeric(c) || c == '+' || c == '/')) {
      return false;
    }
  }
  return padding <= 2 && count > 0 && count % 4 == 0;
}

bool is_uri(std::string_view text) {
  return !text.empty() && std::ranges::none_of(text, blank);
}

bool is_text(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return !blank(c); });
}

/// Fractions and zones only where FHIR has them: a date-time with a time has a zone and seconds.
bool is_date_time(std::string_view text, bool whole) {
  const std::size_t at = text.find('T');
  if (at == text.npos) return !whole && fhirpath::Temporal::parse_date(text).has_value();
  const std::string_view time = text.substr(at + 1);
  const std::size_t zone = time.find_first_of("Z+-");
  if (zone == time.npos || zone < 8) return false;
  return at == 10 && fhirpath::Temporal::parse_date_time(text).has_value();
}

struct Format {
  std::string_view type;
  bool (*holds)(std::string_view);
};
constexpr std::array<Format, 18> formats{{
    {"base64Binary", is_base64},
    {"boolean", [](std::string_view) { return true; }},
    {"canonical", is_uri},
    {"code", is_code},
    {"date", [](std::string_view t) { return fhirpath::Temporal::parse_date(t).has_value(); }},
    {"dateTime", [](std::string_view t) { return is_date_time(t, false); }},
    {"decimal", [](std::string_view) { return true; }},  // JSON has read it
    {"id", is_id},
    {"instant", [](std::string_view t) { return is_date_time(t, true); }},
    {"integer", [](std::string_view t) { return is_integer(t, true); }},
    {"oid", is_oid},
    {"positiveInt", [](std::string_view t) { return t != "0" && is_integer(t, false); }},
    {"time",
     [](std::string_view t) {
       return t.size() >= 8 && fhirpath::Temporal::parse_time(t).has_value();
     }},
    {"unsignedInt", [](std::string_view t) { return is_integer(t, false); }},
    {"uri", is_uri},
    {"url", is_uri},
    {"uuid", is_uuid},
    {"xhtml", [](std::string_view t) { return t.starts_with("<div"); }},
}};

}  // namespace

tree::Kind kind_of(std::string_view type) {
  if (type == "boolean") return tree::Kind::boolean;
  if (type == "integer" || type == "decimal" || type == "unsignedInt" || type == "positiveInt")
    return tree::Kind::number;
  return tree::Kind::text;
}

bool has_format(std::string_view type, std::string_view chars) {
  const auto* const format = std::ranges::find(formats, type, &Format::type);
  return format == formats.end() ? is_text(chars) : format->holds(chars);
}

}  // namespace charmille::fhir
