// The decoded text of a payload, a window at a time: what the record readers scan.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gateway/base/payload.h"
#include "gateway/codec/text.h"

namespace charmille::codec {

/// Reads a payload in chunks of 64 KiB, decodes it strictly and keeps only what its reader has not
/// dropped. Refuses contents that are no text (CH-TXT-007), a byte order mark that contradicts the
/// encoding (CH-TXT-006, CH-TXT-003) and text that was encoded twice (CH-TXT-005).
class TextWindow {
 public:
  enum class Content : std::uint8_t { plain, markup, any_markup };

  /// Markup begins as XML does, which is no content of the other formats; any_markup may hold what
  /// looks encoded twice (a terminology tells such texts).
  TextWindow(std::unique_ptr<base::Reader> reader, Encoding encoding, std::string name,
             Content content = Content::plain)
      : reader_(std::move(reader)),
        encoding_(encoding),
        content_(content),
        decoder_(encoding),
        name_(std::move(name)) {}

  std::string_view text() const { return text_; }
  /// No more text will come.
  bool ended() const { return ended_; }
  const std::string& name() const { return name_; }

  /// Forgets the first `drop` bytes of the text and appends the next chunk. `scanned` (before the
  /// drop) is how far the reader has counted lines: it is on line `line` there, which places the
  /// faults of the new text.
  Result<void> advance(std::size_t drop, std::size_t scanned, std::uint32_t line);

  /// Warnings about the text so far, given once.
  std::vector<Fault> take_remarks() { return std::exchange(remarks_, {}); }

 private:
  Result<std::string_view> read_chunk();
  Result<std::string_view> begin(std::string_view bytes);
  Result<void> check_new(std::size_t from, std::size_t scanned, std::uint32_t line);

  std::unique_ptr<base::Reader> reader_;
  Encoding encoding_;
  Content content_;
  TextDecoder decoder_;
  std::string name_;
  std::string chunk_;
  std::string text_;
  std::string tail_;  // the last bytes of the text already checked, for patterns that a chunk cuts
  std::vector<Fault> remarks_;
  bool begun_ = false;
  bool ended_ = false;
  bool lost_character_told_ = false;
};

}  // namespace charmille::codec
