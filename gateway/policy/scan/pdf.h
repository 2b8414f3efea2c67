// What the reading of a PDF is made of: bombs are refused, qpdf takes the file apart, poppler reads
// the text of its pages.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace charmille::policy {

/// Whether the compressed streams of a PDF, bytes in and out added up, stay within `limit`: qpdf
/// reads some of them (object streams) whole into memory. Looks at the bytes only.
bool inflates_within(std::string_view pdf, std::uint64_t limit);

/// UTF-8 of one page: in the order in which it was written, and as it is laid out.
struct PageText {
  std::string written;
  std::string laid_out;
};

/// Calls `take` for each page, from 0, until it gives false. `pdf` must come from our own writer:
/// poppler ends the process at sizes that only a malformed file has. False: it does not open. One
/// file at a time, whatever the thread.
bool read_pages(std::string_view pdf,
                const std::function<bool(std::size_t page, const PageText&)>& take);

}  // namespace charmille::policy
