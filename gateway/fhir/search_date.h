// A date that is searched by: "ge2026-05", "2026-05-04T10:00:00Z" (FHIR R4, search.html
// §3.1.1.5.5).
#pragma once

#include <optional>
#include <string_view>

#include "gateway/fhirpath/temporal.h"

namespace charmille::fhir {

class SearchDate {
 public:
  /// Prefixes eq, ge, le, gt and lt; without one, eq. Nothing for other prefixes, and what is no
  /// date.
  static std::optional<SearchDate> parse(std::string_view text);

  /// Whether a date or date-time meets it. One that is told more finely than asked for lies in what
  /// was asked for when they agree as far as that goes; one told less finely may or may not, and
  /// does not count.
  bool holds(std::string_view told) const;

 private:
  enum class Prefix : std::uint8_t { eq, ge, le, gt, lt };
  Prefix prefix_ = Prefix::eq;
  fhirpath::Temporal moment_;
};

}  // namespace charmille::fhir
