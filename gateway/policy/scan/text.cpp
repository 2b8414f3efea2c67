// Plain text and CSV: whatever encoding a reader could open it in.
#include <algorithm>
#include <array>

#include "gateway/codec/detect_encoding.h"
#include "gateway/codec/text_tables.h"
#include "gateway/policy/scan/text_stream.h"
#include "gateway/policy/scan/walk.h"

namespace charmille::policy {
namespace {

using codec::Encoding;

/// Bytes to characters, forgivingly: what is no character is a blank.
class Reading {
 public:
  explicit Reading(Encoding encoding) : encoding_(encoding) {}

  void add(std::string_view bytes, std::string& utf8) {
    if (encoding_ == Encoding::utf8) {
      utf8 += bytes;
    } else if (encoding_ == Encoding::utf16le || encoding_ == Encoding::utf16be) {
      for (const char c : bytes) add_half(static_cast<unsigned char>(c), utf8);
    } else {
      const codec::HighHalf& table = codec::high_half(encoding_);
      for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        codec::append_utf8(byte < 0x80 ? byte : table[byte - 0x80U], utf8);
      }
    }
  }

 private:
  void add_half(unsigned char byte, std::string& utf8) {
    if (half_ < 0) {
      half_ = byte;
      return;
    }
    const auto first = static_cast<char32_t>(std::exchange(half_, -1));
    const char32_t unit =
        encoding_ == Encoding::utf16be ? first << 8 | byte : char32_t{byte} << 8 | first;
    if (unit >= 0xDC00 && unit <= 0xDFFF && high_ != 0)
      codec::append_utf8(0x10000 + ((high_ - 0xD800) << 10) + (unit - 0xDC00), utf8);
    else if (unit < 0xD800 || unit > 0xDFFF)
      codec::append_utf8(unit, utf8);
    high_ = unit >= 0xD800 && unit < 0xDC00 ? unit : 0;
  }

  const Encoding encoding_;
  int half_ = -1;      ///< the first byte of a unit
  char32_t high_ = 0;  ///< the first unit of a pair
};

/// One reading of the whole text. False: the scan is off.
template <class Look>
void read_as(Walk& walk, const base::Payload& payload, Encoding encoding, const Spot& spot,
             Look look) {
  const auto reader = walk.open(payload);
  if (!reader) return;
  TextStream stream(walk, spot);
  Reading reading(encoding);
  std::string buffer;
  std::string utf8;
  while (const auto piece = walk.piece(*reader, buffer, spot)) {
    look(*piece);
    utf8.clear();
    reading.add(*piece, utf8);
    stream.add(utf8);
  }
  stream.finish();
}

}  // namespace

void read_text(Walk& walk, const base::Payload& payload, const Spot& spot) {
  codec::EncodingCensus census;
  bool nuls = false;
  read_as(walk, payload, Encoding::utf8, spot, [&](std::string_view piece) {
    census.add(piece);
    nuls = nuls || piece.find('\0') != piece.npos;
  });
  const Encoding likeliest = census.answer().encoding;
  const auto again = [&](Encoding encoding) {
    read_as(walk, payload, encoding, spot, [](std::string_view) {});
  };
  if (nuls || likeliest == Encoding::utf16le || likeliest == Encoding::utf16be)
    for (const Encoding encoding : {Encoding::utf16le, Encoding::utf16be}) again(encoding);
  if (likeliest != Encoding::utf8)
    for (const Encoding encoding : {Encoding::windows_1252, Encoding::iso_8859_15, Encoding::cp850})
      again(encoding);
}

}  // namespace charmille::policy
