#include "gateway/fhirpath/text.h"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include <utf8proc.h>

namespace charmille::fhirpath {
namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// The code point at `at` and its length; invalid bytes count as one character each.
std::pair<utf8proc_int32_t, std::size_t> decode(std::string_view text, std::size_t at) {
  utf8proc_int32_t code = 0;
  const auto used = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at),
                                     static_cast<utf8proc_ssize_t>(text.size() - at), &code);
  if (used <= 0) return {-1, 1};
  return {code, static_cast<std::size_t>(used)};
}

bool is_space(utf8proc_int32_t code) {
  if (code < 0x80) return code == ' ' || (code >= '\t' && code <= '\r');
  if (code == 0x85 || code == 0xFEFF) return true;
  const auto category = utf8proc_category(code);
  return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
         category == UTF8PROC_CATEGORY_ZP;
}

template <class Change>
std::string change_each(std::string_view text, Change change) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto [code, used] = decode(text, at);
    if (code < 0)
      out += text[at];
    else
      append_character(out, static_cast<std::uint32_t>(change(code)));
    at += used;
  }
  return out;
}

enum class Case : std::uint8_t { lower, upper };

/// The other case of one byte of ASCII.
char changed(char c, Case to) {
  const char first = to == Case::upper ? 'a' : 'A';
  return c >= first && c <= first + 25 ? static_cast<char>(c ^ 0x20) : c;
}

/// Writes `text` in another case when it holds only what French writes: ASCII, the letters of
/// Latin-1 (C3 80 to C3 BE, whose cases differ by one bit), œ. False at anything else.
bool change_french(std::string_view text, Case to, char* out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      out[i] = changed(text[i], to);
      continue;
    }
    if (i + 1 == text.size()) return false;
    out[i] = text[i];
    const auto letter = static_cast<unsigned char>(text[++i]);
    const bool sign = letter == 0x97 || letter == 0xB7;  // × and ÷
    const bool has_case = letter >= 0x80 && letter <= 0xBE && letter != 0x9F && !sign;
    if (lead == 0xC3 && (has_case || sign))
      out[i] =
          sign ? text[i] : static_cast<char>(to == Case::upper ? letter & ~0x20U : letter | 0x20U);
    else if (lead == 0xC5 && (letter == 0x92 || letter == 0x93))
      out[i] = static_cast<char>(to == Case::upper ? 0x92 : 0x93);
    else
      return false;
  }
  return true;
}

std::string_view changed(std::string_view text, Case to, tree::Arena& arena) {
  if (text.empty()) return text;
  char* const out = static_cast<char*>(arena.take(text.size(), 1));
  if (change_french(text, to, out)) return {out, text.size()};
  return arena.copy(change_each(text, to == Case::upper ? utf8proc_toupper : utf8proc_tolower));
}

bool parts_words(utf8proc_int32_t code) {
  if (code == '-' || code == '\'' || code == 0x2019 || is_space(code)) return true;
  return code >= 0x80 && utf8proc_category(code) == UTF8PROC_CATEGORY_PD;
}

/// Letters that Unicode does not take apart but people do.
std::string_view two_letters(utf8proc_int32_t code) {
  switch (code) {
    case 0x152:
    case 0x153:
      return "OE";
    case 0xC6:
    case 0xE6:
      return "AE";
    case 0xDF:
    case 0x1E9E:
      return "SS";
    case 0xD8:
    case 0xF8:
      return "O";
    case 0x141:
    case 0x142:
      return "L";
    case 0x110:
    case 0x111:
    case 0xD0:
    case 0xF0:
      return "D";
    case 0xDE:
    case 0xFE:
      return "TH";
    case 0x131:
      return "I";
    default:
      return {};
  }
}

}  // namespace

std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return !continues(c); }));
}

std::size_t byte_of_character(std::string_view text, std::size_t index) {
  std::size_t at = 0;
  for (; index > 0 && at < text.size() && static_cast<unsigned char>(text[at]) < 0x80; --index)
    ++at;
  // A mark that follows a letter of ASCII belongs to it only when the bytes are wrong.
  for (; index > 0 && at < text.size(); --index) at += character_length(text, at);
  return at;
}

std::size_t character_length(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && continues(text[end])) ++end;
  return end - at;
}

void append_character(std::string& out, std::uint32_t code_point) {
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
    return;
  }
  utf8proc_uint8_t bytes[4];
  const auto length = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code_point), bytes);
  out.append(reinterpret_cast<const char*>(bytes),
             static_cast<std::size_t>(std::max<utf8proc_ssize_t>(length, 0)));
}

std::string_view trim(std::string_view text) {
  const auto is_plain = [](char c) { return c > ' ' && c < 0x7F; };
  if (!text.empty() && is_plain(text.front()) && is_plain(text.back())) return text;
  while (!text.empty()) {
    const auto [code, used] = decode(text, 0);
    if (code < 0 || !is_space(code)) break;
    text.remove_prefix(used);
  }
  while (!text.empty()) {
    std::size_t at = text.size() - 1;
    while (at > 0 && continues(text[at])) --at;
    const auto [code, used] = decode(text, at);
    if (code < 0 || used != text.size() - at || !is_space(code)) break;
    text.remove_suffix(used);
  }
  return text;
}

std::string upper(std::string_view text) {
  if (!is_ascii(text)) return change_each(text, utf8proc_toupper);
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

std::string lower(std::string_view text) {
  if (!is_ascii(text)) return change_each(text, utf8proc_tolower);
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string_view upper(std::string_view text, tree::Arena& arena) {
  return changed(text, Case::upper, arena);
}

std::string_view lower(std::string_view text, tree::Arena& arena) {
  return changed(text, Case::lower, arena);
}

std::string normalize(std::string_view text) {
  std::string flat(text);
  if (!is_ascii(text)) {
    utf8proc_uint8_t* mapped = nullptr;
    const auto length = utf8proc_map(
        reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
        static_cast<utf8proc_ssize_t>(text.size()), &mapped,
        static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_STRIPMARK));
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
    if (length >= 0)
      flat.assign(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(length));
  }
  std::string out;
  for (std::size_t at = 0; at < flat.size();) {
    const auto [code, used] = decode(flat, at);
    at += used;
    if (code < 0) continue;
    if (parts_words(code)) {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else if (const auto letters = two_letters(code); !letters.empty()) {
      out += letters;
    } else {
      append_character(out, static_cast<std::uint32_t>(utf8proc_toupper(code)));
    }
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

}  // namespace charmille::fhirpath
