// Bytes as text: hexadecimal and base64, and the nearest of a list of names.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace charmille::base {

inline std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string to_hex(std::span<const std::uint8_t> bytes);
/// The bytes as a std::string, or nothing when the text is not pairs of hexadecimal digits.
std::optional<std::string> from_hex(std::string_view text);

std::string to_base64(std::span<const std::uint8_t> bytes);
/// Strict RFC 4648 §4: padded, no white space; nothing otherwise.
std::optional<std::string> from_base64(std::string_view text);

/// The name of `names` nearest to `word` (edit distance, without case), or empty when none is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> names);

/// What to write instead of `word`, which is none of `names`, as the argument of a fault whose text
/// says {suggestion}: {"nearest", X} when one is near, otherwise {"names", "a, b, …"}, eight at
/// most.
std::pair<std::string, std::string> suggestion(std::string_view word,
                                               std::span<const std::string_view> names);

/// `text` fit for one line of a log, a terminal or a report: control characters, bidi marks and
/// line separators are written as \u{..}, invalid UTF-8 as \x.., and it is cut after `limit` bytes.
std::string printable(std::string_view text, std::size_t limit = 200);

}  // namespace charmille::base
