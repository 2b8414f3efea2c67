// Text encodings: strict bytes to UTF-8 as a stream, and UTF-8 to bytes. Never a guess: what does
// not fit is a fault.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/result.h"

namespace charmille::codec {

enum class Encoding : std::uint8_t {
  utf8,
  utf16le,
  utf16be,
  windows_1252,
  iso_8859_1,
  iso_8859_15,
  cp850
};

/// "utf-8", "windows-1252", ...: the names of the IANA registry, in lower case.
std::string_view name_of(Encoding encoding);
std::optional<Encoding> encoding_named(std::string_view name);

/// Decodes one stream. Besides bytes that the encoding lacks, it refuses what shows that the
/// declared encoding is wrong: NUL (CH-TXT-004), UTF-8 sequences in a single-byte encoding
/// (CH-TXT-002 when other lines do fit, else CH-TXT-003).
class TextDecoder {
 public:
  explicit TextDecoder(Encoding encoding) : encoding_(encoding) {}

  /// Appends the text of `bytes` to `out`; a character cut at the end waits for the next call,
  /// unless this is the `last`. On a fault, `out` holds the text before it, so that the caller can
  /// name the line.
  std::optional<Fault> add(std::string_view bytes, bool last, std::string& out);

 private:
  std::optional<Fault> add_utf8(std::string_view bytes, bool last, std::string& out);
  std::optional<Fault> add_utf16(std::string_view bytes, bool last, std::string& out);
  std::optional<Fault> add_single(std::string_view bytes, bool last, std::string& out);

  Encoding encoding_;
  std::string pending_;       // bytes of a character that is not complete yet
  char previous_ = ' ';       // the byte before the next one, of single-byte encodings
  bool single_seen_ = false;  // a high byte that is no part of UTF-8 was met
};

/// The length of the longest prefix of `text` that is valid UTF-8 (RFC 3629), whole characters
/// only.
std::size_t valid_utf8(std::string_view text);

/// Where text that was decoded with the wrong encoding, then encoded again, begins ("Ã©" for "é");
/// npos when nowhere.
std::size_t find_double_encoding(std::string_view utf8);

/// Line ends in `text`: LF, CR LF and CR count one each.
std::uint32_t count_lines(std::string_view text);

/// What the bytes are when they are no text at all ("gzip", "zip", "PDF", "XML", ...), or empty.
std::string_view sniff_content(std::string_view first_bytes);

/// Encodes one stream of UTF-8.
class TextEncoder {
 public:
  explicit TextEncoder(Encoding encoding) : encoding_(encoding) {}

  /// Appends `utf8` to `out`. A character that the encoding lacks is written as `replacement`, and
  /// counted; without a replacement it is refused: false.
  bool add(std::string_view utf8, std::optional<char> replacement, std::string& out);
  /// The byte order mark of the encoding; empty when it has none.
  std::string_view mark() const;
  std::uint64_t replaced() const { return replaced_; }

 private:
  Encoding encoding_;
  std::uint64_t replaced_ = 0;
};

}  // namespace charmille::codec
