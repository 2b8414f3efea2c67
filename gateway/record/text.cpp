#include "gateway/record/text.h"

#include <algorithm>
#include <cstdlib>

#include <utf8proc.h>

namespace charmille::record {
namespace {

/// The next code point; `text` is valid UTF-8 and not empty.
utf8proc_int32_t take(std::string_view& text) {
  utf8proc_int32_t point = 0;
  const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                     static_cast<utf8proc_ssize_t>(text.size()), &point);
  text.remove_prefix(size > 0 ? static_cast<std::size_t>(size) : 1);
  return size > 0 ? point : 0xFFFD;
}

bool is_hidden(utf8proc_int32_t c) {
  return (c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7F && c <= 0x9F) || c == 0x00AD ||
         c == 0x061C || c == 0x180E || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
         (c >= 0xE0000 && c <= 0xE007F);
}

/// Nothing to do: no control but TAB and LF, and nothing from U+0300 on (where combining marks
/// begin), so it is in NFC.
bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte < 0x7F) || byte == '\t' || byte == '\n' || byte == 0xC3 ||
           (byte >= 0xC4 && byte < 0xCC) || (byte >= 0x80 && byte < 0xC0);
  });
}

std::string nfc(const std::string& text) {
  utf8proc_uint8_t* out = nullptr;
  const auto size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &out,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  if (size < 0) return text;
  std::string result(reinterpret_cast<const char*>(out), static_cast<std::size_t>(size));
  std::free(out);  // NOLINT: utf8proc allocates with malloc
  return result;
}

/// Latin, Greek, Cyrillic and so on as small numbers; 0 for what is no letter, or belongs to all.
int script_of(utf8proc_int32_t c) {
  const auto category = utf8proc_category(c);
  if (category < UTF8PROC_CATEGORY_LU || category > UTF8PROC_CATEGORY_LO) return 0;
  if (c < 0x0250 || (c >= 0x1E00 && c <= 0x1EFF) || (c >= 0xA720 && c <= 0xA7FF) ||
      (c >= 0xFF21 && c <= 0xFF5A))
    return 1;
  if ((c >= 0x0370 && c <= 0x03FF) || (c >= 0x1F00 && c <= 0x1FFF)) return 2;
  if (c >= 0x0400 && c <= 0x052F) return 3;
  if (c >= 0x0530 && c <= 0x058F) return 4;
  if (c >= 0x0590 && c <= 0x05FF) return 5;
  if ((c >= 0x0600 && c <= 0x06FF) || (c >= 0x0750 && c <= 0x077F)) return 6;
  if (c >= 0x10A0 && c <= 0x10FF) return 7;
  if (c >= 0x13A0 && c <= 0x13FF) return 8;
  return c >= 0x2E80 ? 9 : 0;
}

}  // namespace

CleanText clean(std::string_view text) {
  // Letters of Latin-1 and Latin Extended begin with C3 to CB; C2 opens the C1 controls and the
  // soft hyphen too.
  if (is_plain(text)) return {};
  CleanText result;
  std::string kept;
  kept.reserve(text.size());
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view before = rest;
    const auto c = take(rest);
    if (c == '\r' && rest.starts_with('\n')) continue;
    if (is_hidden(c)) {
      result.remarks |= text_stripped;
    } else {
      kept += before.substr(0, before.size() - rest.size());
    }
  }
  std::string composed = nfc(kept);
  if (composed != kept) result.remarks |= text_normalised;
  if (composed != text) result.changed = std::move(composed);
  return result;
}

std::uint8_t look_at_name(std::string_view name) {
  std::uint8_t remarks = 0;
  int script = 0;
  while (!name.empty()) {
    const auto c = take(name);
    if (c == '?' || c == 0xFFFD) remarks |= text_lost;
    const int here = script_of(c);
    if (here == 0) continue;
    if (script != 0 && here != script) remarks |= text_mixed;
    script = here;
  }
  return remarks;
}

std::size_t length_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace charmille::record
