#include "gateway/codec/text.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "gateway/codec/text_tables.h"

namespace charmille::codec {
namespace {

constexpr std::array<std::pair<Encoding, std::string_view>, 7> names = {{
    {Encoding::utf8, "utf-8"},
    {Encoding::utf16le, "utf-16le"},
    {Encoding::utf16be, "utf-16be"},
    {Encoding::windows_1252, "windows-1252"},
    {Encoding::iso_8859_1, "iso-8859-1"},
    {Encoding::iso_8859_15, "iso-8859-15"},
    {Encoding::cp850, "cp850"},
}};

unsigned char byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

bool is_tail(std::string_view text, std::size_t i) {
  return i < text.size() && (byte_at(text, i) & 0xC0) == 0x80;
}

/// The length of the UTF-8 character at `at`: 0 when invalid; `cut` when the text ends inside one
/// that may be valid.
constexpr std::size_t cut = 5;
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const unsigned char lead = byte_at(text, at);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (at + 1 < text.size()) {
    const unsigned char second = byte_at(text, at + 1);
    // Overlong forms, surrogates, and what lies above U+10FFFF (RFC 3629 section 4).
    const unsigned char least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned char most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (second < least || second > most) return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if (at + i == text.size()) return cut;
    if (!is_tail(text, at + i)) return 0;
  }
  return length;
}

bool lower_case(char c) {
  return c >= 'a' && c <= 'z';
}

/// Bytes that, in a single-byte encoding, may well follow a letter: no-break space, quotes, dashes,
/// ellipsis, middle dot.
bool may_follow_letter(unsigned char byte) {
  constexpr std::string_view punctuation = "\x85\x91\x92\x93\x94\x96\x97\xA0\xAB\xAD\xB7\xBB";
  return punctuation.find(static_cast<char>(byte)) != punctuation.npos;
}

/// Whether the bytes at `at` are surely UTF-8 and not text of a single-byte encoding. "É" and a
/// no-break space make a valid UTF-8 sequence too, so only the leads of Latin letters and of
/// typographic signs count; those read "Ã", "Â", "Ä", "Å", "â" in Latin-1, which no French word has
/// before a sign or after a lower-case letter.
bool surely_utf8(std::string_view bytes, std::size_t at, char previous) {
  const unsigned char lead = byte_at(bytes, at);
  if (lead == 0xE2)
    return is_tail(bytes, at + 1) && byte_at(bytes, at + 1) <= 0x84 && is_tail(bytes, at + 2);
  if (lead < 0xC2 || lead > 0xC5 || !is_tail(bytes, at + 1)) return false;
  return !may_follow_letter(byte_at(bytes, at + 1)) || lower_case(previous);
}

Fault byte_fault(std::string_view code, Encoding encoding, unsigned char byte) {
  return fault(
      code, {},
      {{"encoding", std::string(name_of(encoding))}, {"byte", fmt::format("{:02X}", byte)}});
}

struct Utf8Bytes {
  char bytes[3];
  std::uint8_t size;
};

/// The upper half of an encoding as UTF-8, so that decoding copies.
std::array<Utf8Bytes, 128> as_utf8(const HighHalf& half) {
  std::array<Utf8Bytes, 128> table{};
  for (std::size_t i = 0; i < half.size(); ++i) {
    if (half[i] == 0) continue;
    std::string text;
    append_utf8(half[i], text);
    std::ranges::copy(text, table[i].bytes);
    table[i].size = static_cast<std::uint8_t>(text.size());
  }
  return table;
}

const std::array<Utf8Bytes, 128>& utf8_table(Encoding encoding) {
  static const std::array tables = {
      as_utf8(high_half(Encoding::windows_1252)), as_utf8(high_half(Encoding::iso_8859_1)),
      as_utf8(high_half(Encoding::iso_8859_15)), as_utf8(high_half(Encoding::cp850))};
  return tables[static_cast<std::size_t>(encoding) -
                static_cast<std::size_t>(Encoding::windows_1252)];
}

}  // namespace

std::string_view name_of(Encoding encoding) {
  return std::ranges::find(names, encoding, &std::pair<Encoding, std::string_view>::first)->second;
}

std::optional<Encoding> encoding_named(std::string_view name) {
  const auto at = std::ranges::find(names, name, &std::pair<Encoding, std::string_view>::second);
  if (at == names.end()) return {};
  return at->first;
}

std::optional<Fault> TextDecoder::add(std::string_view bytes, bool last, std::string& out) {
  std::string joined;
  if (!pending_.empty()) {
    joined = std::exchange(pending_, {}).append(bytes);
    bytes = joined;
  }
  switch (encoding_) {
    case Encoding::utf8:
      return add_utf8(bytes, last, out);
    case Encoding::utf16le:
    case Encoding::utf16be:
      return add_utf16(bytes, last, out);
    default:
      return add_single(bytes, last, out);
  }
}

std::optional<Fault> TextDecoder::add_utf8(std::string_view bytes, bool last, std::string& out) {
  const std::size_t nul = std::min(bytes.find('\0'), bytes.size());
  const std::size_t good = valid_utf8(bytes.substr(0, nul));
  out.append(bytes.substr(0, good));
  if (good == bytes.size()) return {};
  if (good == nul) return fault("CH-TXT-004");
  if (nul != bytes.size() || last || utf8_length(bytes, good) != cut)
    return byte_fault("CH-TXT-001", encoding_, byte_at(bytes, good));
  pending_ = bytes.substr(good);
  return {};
}

std::optional<Fault> TextDecoder::add_utf16(std::string_view bytes, bool last, std::string& out) {
  const std::size_t high = encoding_ == Encoding::utf16be ? 0 : 1;
  const auto unit = [&](std::size_t i) {
    return static_cast<char32_t>(byte_at(bytes, i + high) << 8 | byte_at(bytes, i + 1 - high));
  };
  std::size_t at = 0;
  while (at + 2 <= bytes.size()) {
    char32_t c = unit(at);
    std::size_t length = 2;
    if (c == 0) return fault("CH-TXT-004");
    if (c >= 0xD800 && c < 0xE000) {
      if (at + 4 > bytes.size() && !last && c < 0xDC00) break;
      const char32_t low = at + 4 <= bytes.size() ? unit(at + 2) : 0;
      if (c >= 0xDC00 || low < 0xDC00 || low > 0xDFFF)
        return byte_fault("CH-TXT-001", encoding_, byte_at(bytes, at));
      c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
      length = 4;
    }
    append_utf8(c, out);
    at += length;
  }
  if (at < bytes.size() && last) return byte_fault("CH-TXT-001", encoding_, byte_at(bytes, at));
  pending_ = bytes.substr(at);
  return {};
}

std::optional<Fault> TextDecoder::add_single(std::string_view bytes, bool last, std::string& out) {
  const auto& table = utf8_table(encoding_);
  if (bytes.find('\0') != bytes.npos) {
    // The text before the NUL is still wanted, to name its line.
    auto earlier = add_single(bytes.substr(0, bytes.find('\0')), true, out);
    return earlier ? earlier : fault("CH-TXT-004");
  }
  std::size_t utf8_until =
      0;  // a sequence that is valid UTF-8 says nothing about the single-byte encoding
  for (std::size_t at = 0; at < bytes.size();) {
    if (const std::size_t run = ascii_run(bytes, at); run != 0) {
      out.append(bytes, at, run);
      at += run;
      previous_ = bytes[at - 1];
      continue;
    }
    if (!last && at + 3 > bytes.size() && byte_at(bytes, at) >= 0xC2 && at >= utf8_until) {
      pending_ = bytes.substr(at);  // it takes up to three bytes to tell
      return {};
    }
    if (at >= utf8_until) {
      const std::size_t length = utf8_length(bytes, at);
      if (surely_utf8(bytes, at, previous_)) {
        const std::string_view rest = bytes.substr(at);
        const std::size_t good = valid_utf8(rest);
        const bool mixed = single_seen_ || (good != rest.size() && utf8_length(rest, good) != cut);
        return byte_fault(mixed ? "CH-TXT-002" : "CH-TXT-003", encoding_, byte_at(bytes, at));
      }
      if (length >= 2 && length != cut)
        utf8_until = at + length;
      else
        single_seen_ = true;
    }
    const Utf8Bytes& entry = table[byte_at(bytes, at) - 0x80U];
    if (entry.size == 0) return byte_fault("CH-TXT-001", encoding_, byte_at(bytes, at));
    out.append(entry.bytes, entry.size);
    previous_ = bytes[at++];
  }
  return {};
}

std::size_t valid_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    at += ascii_run(text, at);
    while (at < text.size() && byte_at(text, at) >= 0x80) {
      const std::size_t length = utf8_length(text, at);
      if (length == 0 || length == cut) return at;
      at += length;
    }
  }
  return at;
}

std::size_t find_double_encoding(std::string_view utf8) {
  // U+00C3 and U+00C2 are C3 83 and C3 82, U+00E2 is C3 A2: what the leads of UTF-8 become when
  // read as windows-1252.
  for (std::size_t at = utf8.find('\xC3'); at != utf8.npos; at = utf8.find('\xC3', at + 1)) {
    if (at + 3 >= utf8.size()) return utf8.npos;
    const unsigned char second = byte_at(utf8, at + 1);
    if (second == 0xA2 && utf8.substr(at + 2).starts_with("\xE2\x82\xAC")) return at;
    if (second != 0x82 && second != 0x83) continue;
    if (byte_at(utf8, at + 2) < 0xC2 || utf8_length(utf8, at + 2) == cut) continue;
    const char32_t next = first_utf8(utf8.substr(at + 2)).first;
    const HighHalf& half = high_half(Encoding::windows_1252);
    const auto place =
        std::ranges::find(half.begin(), half.begin() + 0x40, static_cast<char16_t>(next));
    const bool c1 = next >= 0x80 && next < 0xA0;
    if (!c1 && (next > 0xFFFF || place == half.begin() + 0x40)) continue;
    const auto byte =
        static_cast<unsigned char>(c1 ? next : static_cast<char32_t>(place - half.begin()) + 0x80);
    if (!may_follow_letter(byte) || (at > 0 && lower_case(utf8[at - 1]))) return at;
  }
  return utf8.npos;
}

std::uint32_t count_lines(std::string_view text) {
  std::uint32_t lines = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')))
      ++lines;
  return lines;
}

std::string_view sniff_content(std::string_view first_bytes) {
  using namespace std::literals;
  constexpr std::pair<std::string_view, std::string_view> magics[] = {
      {"\x1F\x8B"sv, "gzip"},
      {"PK\x03\x04"sv, "zip"},
      {"PK\x05\x06"sv, "zip"},
      {"%PDF-"sv, "PDF"},
      {"<?xml"sv, "XML"},
      {"\xEF\xBB\xBF<?xml"sv, "XML"},
      {"<!DOCTYPE"sv, "HTML"},
      {"<html"sv, "HTML"},
      {"\xD0\xCF\x11\xE0"sv, "OLE (Excel 97, Word 97)"},
      {"7z\xBC\xAF\x27\x1C"sv, "7-Zip"},
      {"\x28\xB5\x2F\xFD"sv, "zstd"},
      {"Rar!\x1A"sv, "RAR"},
      {"\x7F"
       "ELF"sv,
       "ELF"},
      {"\x89PNG"sv, "PNG"},
      {"\xFF\xD8\xFF"sv, "JPEG"},
  };
  for (const auto& [magic, what] : magics)
    if (first_bytes.starts_with(magic)) return what;
  return {};
}

}  // namespace charmille::codec
