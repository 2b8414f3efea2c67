// What the reading of a PDF is made of: bombs are refused, qpdf takes the file apart, poppler reads
// the text of its pages. This header is plain C++17, as the file that sees qpdf is.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace charmille::policy {

/// Whether the compressed streams of a PDF, bytes in and out added up, stay within `limit`: qpdf
/// reads some of them (object streams) whole into memory. Looks at the bytes only.
bool inflates_within(std::string_view pdf, std::uint64_t limit);

/// What a page shows.
struct Shown {
  std::uint64_t cost = 0;    ///< bytes of operators, forms counted each time they are drawn
  std::uint64_t text = 0;    ///< bytes of its strings
  std::uint64_t pixels = 0;  ///< of its largest image
  std::uint64_t curves = 0;  ///< letters drawn as outlines have many
  bool painted = false;

  void add(const Shown& other);
};

enum class PdfTrouble : std::uint8_t { encrypted, damaged, too_large, too_deep };

/// Told what a PDF holds, in this order: the strings of each object, the streams beside the pages,
/// the strings of each page.
class PdfListener {
 public:
  virtual ~PdfListener() = default;
  /// Bytes about to be told. False: no more is wanted.
  virtual bool spend(std::uint64_t bytes) = 0;
  /// UTF-8; `is_name`: of a file.
  virtual void string(std::string_view text, bool is_name) = 0;
  virtual void object_ends() = 0;
  virtual void stream(int object, bool is_attachment, std::string bytes) = 0;
  virtual void page(std::size_t page) = 0;
  /// As its operators have it, in the encoding of its font.
  virtual void page_string(std::string_view bytes) = 0;
  virtual void page_ends() = 0;
  virtual void trouble(PdfTrouble what) = 0;
};

struct PdfLimits {
  std::uint64_t stream = 0;  ///< bytes of one stream, and of the operators of all pages
  unsigned pages = 0;
};

struct PdfPages {
  std::vector<Shown> shown;  ///< page by page
  /// The same pages in a plain file, all that is not needed to read their text left out: poppler's
  /// decoders of images, its fields and its actions have nothing to do.
  std::string plain;
};

/// Nothing: the pages cannot be read, and the listener knows why.
std::optional<PdfPages> take_apart(const std::string& pdf, const PdfLimits& limits,
                                   PdfListener& listener);

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
