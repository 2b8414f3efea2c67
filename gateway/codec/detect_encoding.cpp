#include "gateway/codec/detect_encoding.h"

#include <algorithm>

#include "gateway/codec/text_tables.h"

namespace charmille::codec {
namespace {

using Certainty = Detected::Certainty;

constexpr std::size_t head_size = 4096;
constexpr std::size_t longest_character = 4;

/// What French texts are written with beyond ASCII. Other letters of Latin alphabets count too, but
/// less.
constexpr std::u16string_view french = u"éèêëàâäçôöîïùûüÿœæÉÈÊËÀÂÄÇÔÖÎÏÙÛÜŒÆ°«»€’‘“”–—… ";

int weight_of(char16_t c) {
  if (french.find(c) != french.npos) return 2;
  const bool letter = c >= 0xC0 && c <= 0x17F && c != 0xD7 && c != 0xF7;
  return letter ? 1 : c == 0 ? -4 : -1;
}

/// UTF-16 of a Western text has a NUL in every other byte.
bool zeros_at(std::string_view head, std::size_t parity) {
  std::size_t here = 0;
  std::size_t there = 0;
  for (std::size_t i = 0; i < head.size(); ++i)
    if (head[i] == '\0') ++(i % 2 == parity ? here : there);
  return there == 0 && here * 3 > head.size();
}

}  // namespace

void EncodingCensus::add(std::string_view bytes) {
  head_.append(bytes.substr(0, head_size - std::min(head_size, head_.size())));
  for (const char c : bytes) ++counts_[static_cast<unsigned char>(c)];
  if (!utf8_) return;
  const std::string joined = pending_ + std::string(bytes);
  pending_ = joined.substr(valid_utf8(joined));
  utf8_ = pending_.size() < longest_character;
}

EncodingCensus::Answer EncodingCensus::answer() const {
  using namespace std::literals;
  if (head_.starts_with("\xEF\xBB\xBF"sv)) return {Encoding::utf8, Certainty::certain, true};
  if (head_.starts_with("\xFF\xFE"sv)) return {Encoding::utf16le, Certainty::certain, true};
  if (head_.starts_with("\xFE\xFF"sv)) return {Encoding::utf16be, Certainty::certain, true};
  if (zeros_at(head_, 1)) return {Encoding::utf16le, Certainty::probable, false};
  if (zeros_at(head_, 0)) return {Encoding::utf16be, Certainty::probable, false};
  const bool ascii =
      std::all_of(counts_.begin() + 128, counts_.end(), [](std::uint64_t n) { return n == 0; });
  if (ascii) return {Encoding::utf8, Certainty::any, false};
  if (utf8_ && pending_.empty()) return {Encoding::utf8, Certainty::certain, false};
  return {likeliest_single(), Certainty::probable, false};
}

/// The encoding under which the most bytes are French; windows-1252 when others say no more.
Encoding EncodingCensus::likeliest_single() const {
  Encoding best = Encoding::windows_1252;
  std::int64_t most = INT64_MIN;
  for (const Encoding encoding : {Encoding::windows_1252, Encoding::iso_8859_15, Encoding::cp850}) {
    std::int64_t score = 0;
    for (std::size_t i = 0; i < 128; ++i)
      score += static_cast<std::int64_t>(counts_[i + 128]) * weight_of(high_half(encoding)[i]);
    if (score > most) {
      most = score;
      best = encoding;
    }
  }
  return best;
}

}  // namespace charmille::codec
