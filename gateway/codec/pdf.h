// What a PDF holds besides its pages.
#pragma once

#include <cstdint>
#include <string>

namespace charmille::codec {

/// What one stream of a PDF may inflate to: a page of colour at 600 points an inch does not fill
/// it.
inline constexpr std::uint64_t largest_pdf_stream = 128ULL << 20;

struct PdfFacts {
  bool swollen = false;    ///< a stream inflates beyond that; the rest is then unknown
  bool whole = false;      ///< ends as a PDF does, and its table of objects can be read as it is
  bool encrypted = false;  ///< with a password that opens it or not; the rest is then unknown
  bool active = false;     ///< JavaScript, or an action that starts, sends or fetches something
  bool files = false;      ///< other files inside
};

/// Nothing is repaired, and no stream is kept inflated but those that hold objects.
PdfFacts inspect_pdf(const std::string& bytes);

}  // namespace charmille::codec
