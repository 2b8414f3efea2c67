// Text as the scan for secrets compares it: letters and digits only, upper case, without accents
// (as fhirpath::normalize folds them). What stands between is a gap, whatever it is, so that a line
// break, a hyphen or a layout does not part a name.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace charmille::policy {

/// What a folded byte is part of: a word is a run of one class.
enum class Letter : std::uint8_t { gap, letter, digit, mark };

/// The folding of one character: at most three bytes, or `long_form`.
struct Folded {
  static constexpr std::uint8_t long_form = 0xFF;  ///< too long for here: fold_long()

  char bytes[3] = {};
  std::uint8_t count = 0;       ///< of bytes; 0 for a gap and for a mark
  Letter nature = Letter::gap;  ///< of all its bytes
};

/// Of one folded byte. Letters of other alphabets are UTF-8: each byte counts as a letter.
constexpr Letter nature_of(char byte) {
  if (byte >= '0' && byte <= '9') return Letter::digit;
  const bool letter = (byte >= 'A' && byte <= 'Z') || static_cast<unsigned char>(byte) >= 0x80;
  return letter ? Letter::letter : Letter::gap;
}

/// Any character; those of ASCII are looked up where the call stands.
Folded fold_any(char32_t character);

namespace detail {
inline constexpr std::array<Folded, 128> ascii = [] {
  std::array<Folded, 128> table{};
  for (unsigned c = 0; c < table.size(); ++c) {
    const bool small = c >= 'a' && c <= 'z';
    const char byte = static_cast<char>(small ? c - 'a' + 'A' : c);
    const Letter nature = nature_of(byte);
    if (nature != Letter::gap) table[c] = {{byte}, 1, nature};
  }
  return table;
}();
}  // namespace detail

inline Folded fold(char32_t character) {
  return character < 128 ? detail::ascii[character] : fold_any(character);
}

/// Of a character whose folding is long, of mixed natures or not ASCII: UTF-8.
std::string fold_long(char32_t character);

/// Characters of UTF-8 that comes in pieces. Bytes that are no character part the text, they are no
/// fault: whoever searches takes what can be read.
class Utf8Reader {
 public:
  template <class Take>
  void read(std::string_view bytes, Take take) {
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      if (missing_ > 0 && (byte & 0xC0) == 0x80) {
        character_ = character_ << 6 | (byte & 0x3F);
        if (--missing_ == 0) take(character_);
        continue;
      }
      if (missing_ > 0) take(U' ');
      missing_ = byte < 0xC0 ? 0 : byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
      character_ = byte & (0x3FU >> missing_);
      if (byte < 0x80) take(static_cast<char32_t>(byte));
      if (byte >= 0x80 && (missing_ == 0 || byte > 0xF4)) {
        missing_ = 0;
        take(U' ');
      }
    }
  }

 private:
  char32_t character_ = 0;
  std::uint8_t missing_ = 0;  ///< bytes of the character under way
};

/// The words of a UTF-8 text, folded: "12bis, rue de l'Église" gives 12 BIS RUE DE L EGLISE.
std::vector<std::string> words_of(std::string_view text);

}  // namespace charmille::policy
