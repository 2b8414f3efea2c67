#include "gateway/mapping/profile/field_name.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "gateway/fhirpath/text.h"

namespace charmille::mapping {
namespace {

bool is_word(unsigned char c) {
  return std::isalnum(c) != 0 && c < 0x80;
}

/// Words of the language that cannot stand as a bare name everywhere.
constexpr std::array keywords{
    "as",       "is",     "in",      "and",    "or",      "xor",         "implies",
    "contains", "div",    "mod",     "true",   "false",   "year",        "years",
    "month",    "months", "week",    "weeks",  "day",     "days",        "hour",
    "hours",    "minute", "minutes", "second", "seconds", "millisecond", "milliseconds"};

std::string spelled(std::string_view column) {
  std::string text;
  for (const char c : column) {
    // "CahierLiaison" is two words.
    const bool inside = !text.empty() && std::islower(static_cast<unsigned char>(text.back())) != 0;
    if (inside && std::isupper(static_cast<unsigned char>(c)) != 0) text += ' ';
    text += c;
  }
  for (const std::string_view sign : {"N°", "n°", "Nº", "nº"})
    for (std::size_t at = text.find(sign); at != text.npos; at = text.find(sign))
      text.replace(at, sign.size(), "numero ");
  return fhirpath::normalize(text);
}

}  // namespace

std::string FieldNames::take(std::string_view column) {
  std::string name;
  bool begins = false;
  for (const char c : spelled(column)) {
    if (!is_word(static_cast<unsigned char>(c))) {
      begins = !name.empty();
      continue;
    }
    name += begins ? c : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    begins = false;
  }
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) != 0)
    name = "column" + name;
  return take_as(name);
}

std::string FieldNames::take_as(const std::string& name) {
  std::string unique = name;
  for (int number = 2; !taken_.insert(unique).second; ++number)
    unique = name + std::to_string(number);
  return unique;
}

std::string as_path(std::string_view column) {
  const bool bare =
      !column.empty() && std::isdigit(static_cast<unsigned char>(column[0])) == 0 &&
      std::ranges::all_of(
          column, [](char c) { return is_word(static_cast<unsigned char>(c)) || c == '_'; }) &&
      std::ranges::find(keywords, column) == keywords.end();
  if (bare) return std::string(column);
  std::string path = "`";
  for (const char c : column) {
    if (c == '`' || c == '\\')
      path += std::string("\\") + c;
    else if (static_cast<unsigned char>(c) < ' ' || c == '{' || c == '}' || c == '%')
      path += fmt::format("\\u{:04X}", static_cast<unsigned>(c));  // also: no mark of FPML
    else
      path += c;
  }
  return path + "`";
}

std::string as_yaml(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += std::string("\\") + c;
    else if (static_cast<unsigned char>(c) < ' ' || c == 0x7F)
      out += fmt::format("\\x{:02X}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out + "\"";
}

}  // namespace charmille::mapping
