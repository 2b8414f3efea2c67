#include <algorithm>

#include "gateway/codec/text_tables.h"

namespace charmille::codec {
namespace {

void append_unit(char32_t unit, bool big_endian, std::string& out) {
  const char high = static_cast<char>(static_cast<unsigned char>(unit >> 8));
  const char low = static_cast<char>(static_cast<unsigned char>(unit & 0xFF));
  out += big_endian ? high : low;
  out += big_endian ? low : high;
}

void append_utf16(std::string_view utf8, bool big_endian, std::string& out) {
  while (!utf8.empty()) {
    const auto [c, length] = first_utf8(utf8);
    utf8.remove_prefix(length);
    if (c < 0x10000) {
      append_unit(c, big_endian, out);
    } else {
      append_unit(0xD800 + ((c - 0x10000) >> 10), big_endian, out);
      append_unit(0xDC00 + ((c - 0x10000) & 0x3FF), big_endian, out);
    }
  }
}

}  // namespace

bool TextEncoder::add(std::string_view utf8, std::optional<char> replacement, std::string& out) {
  if (encoding_ == Encoding::utf8) return out.append(utf8), true;
  if (encoding_ == Encoding::utf16le || encoding_ == Encoding::utf16be)
    return append_utf16(utf8, encoding_ == Encoding::utf16be, out), true;
  const HighHalf& half = high_half(encoding_);
  for (std::size_t at = 0; at < utf8.size();) {
    const std::size_t run = ascii_run(utf8, at);
    out.append(utf8, at, run);
    at += run;
    if (at == utf8.size()) break;
    const auto [c, length] = first_utf8(utf8.substr(at));
    at += length;
    const auto place = c > 0xFFFF ? half.end() : std::ranges::find(half, static_cast<char16_t>(c));
    if (place != half.end()) {
      out += static_cast<char>(static_cast<unsigned char>(0x80 + (place - half.begin())));
      continue;
    }
    if (!replacement) return false;
    out += *replacement;
    ++replaced_;
  }
  return true;
}

std::string_view TextEncoder::mark() const {
  using namespace std::literals;
  switch (encoding_) {
    case Encoding::utf8:
      return "\xEF\xBB\xBF"sv;
    case Encoding::utf16le:
      return "\xFF\xFE"sv;
    case Encoding::utf16be:
      return "\xFE\xFF"sv;
    default:
      return {};
  }
}

}  // namespace charmille::codec
