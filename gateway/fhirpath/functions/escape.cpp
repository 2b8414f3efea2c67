// escape() and unescape() for html and json (FHIRPath 3.0.0-ballot, additional string functions).
// What one writes, the other reads; unescape reads more, and leaves what it does not know.
#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "gateway/fhirpath/functions.h"
#include "gateway/fhirpath/text.h"

namespace charmille::fhirpath {
namespace {

struct Escape {
  char plain;
  std::string_view written;
};
constexpr Escape html_escapes[] = {
    {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
/// RFC 8259 §7.
constexpr Escape json_escapes[] = {{'"', "\\\""}, {'\\', "\\\\"}, {'\b', "\\b"}, {'\f', "\\f"},
                                   {'\n', "\\n"}, {'\r', "\\r"},  {'\t', "\\t"}};

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto at = std::ranges::find(html_escapes, c, &Escape::plain);
    if (at == std::ranges::end(html_escapes))
      out += c;
    else
      out += at->written;
  }
  return out;
}

std::string json_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto at = std::ranges::find(json_escapes, c, &Escape::plain);
    if (at != std::ranges::end(json_escapes))
      out += at->written;
    else if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out;
}

/// What the head of a text stands for, and how many bytes of it do.
struct Read {
  std::string plain;
  std::size_t length;
};

std::optional<Read> read_one(std::string_view text, std::span<const Escape> escapes) {
  for (const Escape& one : escapes)
    if (text.starts_with(one.written)) return Read{std::string(1, one.plain), one.written.size()};
  return {};
}

std::optional<std::uint32_t> number_of(std::string_view digits, int base) {
  std::uint32_t number = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) return {};
  return number;
}

std::optional<std::string> character(std::uint32_t code_point) {
  if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF)) return {};
  std::string out;
  append_character(out, code_point);
  return out;
}

/// "&#233;", "&#xE9;" and "&apos;".
std::optional<Read> read_reference(std::string_view text) {
  if (text.starts_with("&apos;")) return Read{"'", 6};
  const std::size_t end = text.substr(0, 12).find(';');
  if (!text.starts_with("&#") || end == text.npos) return {};
  const bool hex = text[2] == 'x' || text[2] == 'X';
  const auto number = number_of(text.substr(hex ? 3 : 2, end - (hex ? 3 : 2)), hex ? 16 : 10);
  auto plain = number ? character(*number) : std::nullopt;
  if (!plain) return {};
  return Read{std::move(*plain), end + 1};
}

/// "\u00e9", two of them for a character beyond the first plane, and "\/".
std::optional<Read> read_unicode(std::string_view text) {
  if (text.starts_with("\\/")) return Read{"/", 2};
  const auto unit = [&](std::size_t at) -> std::optional<std::uint32_t> {
    if (text.size() < at + 6 || text.substr(at, 2) != "\\u") return {};
    return number_of(text.substr(at + 2, 4), 16);
  };
  const auto high = unit(0);
  if (!high) return {};
  const auto low = *high >= 0xD800 && *high < 0xDC00 ? unit(6) : std::nullopt;
  const bool pair = low && *low >= 0xDC00 && *low < 0xE000;
  auto plain = character(pair ? 0x10000 + ((*high - 0xD800) << 10) + (*low - 0xDC00) : *high);
  if (!plain) return {};
  return Read{std::move(*plain), pair ? 12U : 6U};
}

std::string unescaped(std::string_view text, bool html) {
  const std::span<const Escape> escapes =
      html ? std::span<const Escape>(html_escapes) : std::span<const Escape>(json_escapes);
  const char mark = html ? '&' : '\\';
  std::string out;
  while (!text.empty()) {
    std::optional<Read> read;
    if (text.front() == mark) {
      read = read_one(text, escapes);
      if (!read) read = html ? read_reference(text) : read_unicode(text);
    }
    out += read ? read->plain : std::string(1, text.front());
    text.remove_prefix(read ? read->length : 1);
  }
  return out;
}

bool arguments(Call& call, std::string_view& text, bool& html) {
  std::string_view way;
  if (!call.text(text) || !call.text_argument(0, way)) return false;
  html = way == "html";
  return html || way == "json";
}

Collection escape(Call& call) {
  std::string_view text;
  bool html = false;
  if (!arguments(call, text, html)) return {};
  return call.result(std::string_view(html ? html_escaped(text) : json_escaped(text)));
}

Collection unescape(Call& call) {
  std::string_view text;
  bool html = false;
  if (!arguments(call, text, html)) return {};
  return call.result(std::string_view(unescaped(text, html)));
}

constexpr Function functions[] = {
    {"escape", 1, 1, escape},
    {"unescape", 1, 1, unescape},
};

}  // namespace

std::span<const Function> escape_functions() {
  return functions;
}

}  // namespace charmille::fhirpath
