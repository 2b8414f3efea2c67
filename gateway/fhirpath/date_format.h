// Dates as people write them: 'dd/MM/yyyy', 'yyyyMMdd', 'dd/MM/yyyy HH:mm'.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/fhirpath/temporal.h"

namespace charmille::fhirpath {

/// `yyyy` `MM` `dd` `HH` `mm` `ss` with all their digits, `M` `d` `H` with one or two; any other
/// letter but T is refused; all else stands for itself.
class DateFormat {
 public:
  static std::optional<DateFormat> parse(std::string_view pattern);

  /// A date or date-time that exists, of the precision that the format has; nothing otherwise.
  std::optional<Temporal> read(std::string_view text) const;
  /// Nothing when the value is less precise than the format.
  std::optional<std::string> write(const Temporal& value) const;

 private:
  struct Part {
    char field = 0;  ///< y M d H m s, or 0 for a character that stands for itself
    char character = 0;
    std::uint8_t digits = 0;  ///< 0: one or two
  };
  static constexpr std::size_t most_parts = 32;

  std::array<Part, most_parts> parts_{};
  std::uint8_t count_ = 0;
};

}  // namespace charmille::fhirpath
