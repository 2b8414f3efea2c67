#include "gateway/policy/folding.h"

#include <algorithm>
#include <array>

#include <utf8proc.h>

#include "gateway/codec/text_tables.h"
#include "gateway/fhirpath/text.h"

namespace charmille::policy {
namespace {

/// Characters of Latin, of punctuation and of signs are looked up: all that a French text uses.
constexpr char32_t table_size = 0x2500;

/// What a character is before it is folded. Marks, and characters that only steer the layout (soft
/// hyphen, zero-width space), part nothing.
Letter nature_of_character(char32_t character) {
  if (character > 0x10FFFF) return Letter::gap;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(character))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
      return Letter::letter;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return Letter::digit;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
      return Letter::mark;
    default:
      return Letter::gap;
  }
}

Folded fold_slowly(char32_t character) {
  Folded folded;
  folded.nature = nature_of_character(character);
  if (folded.nature == Letter::gap || folded.nature == Letter::mark) return folded;
  const std::string form = fold_long(character);
  if (form.empty()) return {{}, 0, Letter::mark};
  folded.nature = nature_of(form.front());
  const bool alike = std::ranges::all_of(form, [&](char byte) {
    return static_cast<unsigned char>(byte) < 0x80 && nature_of(byte) == folded.nature;
  });
  if (!alike || form.size() > std::size(folded.bytes)) return {{}, Folded::long_form, Letter::gap};
  std::ranges::copy(form, folded.bytes);
  folded.count = static_cast<std::uint8_t>(form.size());
  return folded;
}

std::array<Folded, table_size> make_table() {
  std::array<Folded, table_size> table;
  for (char32_t c = 0; c < table_size; ++c) table[c] = fold_slowly(c);
  return table;
}

}  // namespace

Folded fold_any(char32_t character) {
  static const std::array<Folded, table_size> table = make_table();
  return character < table_size ? table[character] : fold_slowly(character);
}

std::string fold_long(char32_t character) {
  std::string utf8;
  codec::append_utf8(character, utf8);
  return fhirpath::normalize(utf8);
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  Letter last = Letter::gap;
  const auto add = [&](char byte, Letter nature) {
    if (nature == Letter::mark) return;
    if (nature != Letter::gap && nature != last) words.emplace_back();
    if (nature != Letter::gap) words.back() += byte;
    last = nature;
  };
  Utf8Reader().read(text, [&](char32_t character) {
    const Folded folded = fold(character);
    if (folded.count == Folded::long_form) {
      for (const char byte : fold_long(character)) add(byte, nature_of(byte));
    } else if (folded.count == 0) {
      add(' ', folded.nature);
    } else {
      for (std::uint8_t i = 0; i < folded.count; ++i) add(folded.bytes[i], folded.nature);
    }
  });
  return words;
}

}  // namespace charmille::policy
