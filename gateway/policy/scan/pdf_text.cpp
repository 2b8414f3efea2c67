#include <limits>
#include <memory>
#include <mutex>
#include <poppler-document.h>
#include <poppler-global.h>
#include <poppler-page.h>

#include "gateway/codec/text_tables.h"
#include "gateway/policy/scan/pdf.h"

namespace charmille::policy {
namespace {

std::string utf8_of(const poppler::ustring& text) {
  std::string utf8;
  utf8.reserve(text.size());
  char32_t high = 0;
  for (const unsigned short unit : text) {
    if (unit >= 0xDC00 && unit <= 0xDFFF && high != 0)
      codec::append_utf8(0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00U), utf8);
    else if (unit < 0xD800 || unit > 0xDFFF)
      codec::append_utf8(unit, utf8);
    high = unit >= 0xD800 && unit < 0xDC00 ? unit : 0;
  }
  return utf8;
}

/// Messages would name what the document holds.
void say_nothing(const std::string&, void*) {}

}  // namespace

bool read_pages(std::string_view pdf,
                const std::function<bool(std::size_t page, const PageText&)>& take) {
  // Poppler keeps its fonts and its messages for the whole process.
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  poppler::set_debug_error_function(say_nothing, nullptr);
  if (pdf.size() > std::numeric_limits<int>::max()) return false;
  const std::unique_ptr<poppler::document> document(
      poppler::document::load_from_raw_data(pdf.data(), static_cast<int>(pdf.size())));
  if (!document || document->is_locked()) return false;
  for (int i = 0; i < document->pages(); ++i) {
    const std::unique_ptr<poppler::page> page(document->create_page(i));
    if (!page) return false;
    const poppler::rectf whole;
    const PageText text{utf8_of(page->text(whole, poppler::page::raw_order_layout)),
                        utf8_of(page->text(whole, poppler::page::physical_layout))};
    if (!take(static_cast<std::size_t>(i), text)) break;
  }
  return true;
}

}  // namespace charmille::policy
