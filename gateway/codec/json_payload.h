// A JSON document that is read as a stream: what it holds of long base64 stays where it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/base/payload.h"
#include "gateway/tree/document.h"

namespace charmille::codec {

/// `read_json` of a payload. Texts of base64 over 64 KiB are not held in memory: their attachments
/// read them again from the payload, decoded. The rest may have `most_text` bytes (CH-JSON-004).
Result<tree::Document> read_json(const base::Payload& payload, std::string name,
                                 std::size_t max_depth, std::uint64_t most_text);

/// A long text that was left out of a JSON text.
struct LongText {
  std::size_t at = 0;         ///< of the empty text in its place: its first quote
  std::uint64_t begin = 0;    ///< of its first character in the payload
  std::uint64_t length = 0;   ///< in characters
  std::uint64_t decoded = 0;  ///< in bytes
};

/// A JSON text with empty texts in the place of long ones.
struct Condensed {
  std::string text;
  std::vector<LongText> left_out;
};

/// Texts of base64 of more than so many characters are left out.
inline constexpr std::uint64_t longest_held = 64 * 1024;

/// Nothing when a long text is no base64 after all, names a member, or has no end: then the payload
/// is to be read whole. CH-JSON-004.
Result<std::optional<Condensed>> condense(const base::Payload& payload, std::uint64_t most_text,
                                          std::uint64_t longest = longest_held);

/// What a text of base64 inside a payload holds, decoded as it is read.
base::Payload decoded(const base::Payload& payload, const LongText& text);

}  // namespace charmille::codec
