// Units of measure (UCUM) as far as records use them: prefixes, products, powers, and the calendar
// words of FHIRPath.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/fhirpath/decimal.h"
#include "gateway/fhirpath/temporal.h"
#include "gateway/fhirpath/value.h"

namespace charmille::fhirpath {

/// -1, 0 or 1; nothing when the units measure different things, or one is not known.
std::optional<int> compare(const Quantity& a, const Quantity& b);
/// Whether the units measure the same.
bool comparable(const Quantity& a, const Quantity& b);
/// `~` (FHIRPath 2.0.0 §6.1.2): equal when both are rounded to the precision of the less precise.
bool equivalent(const Quantity& a, const Quantity& b);
/// `quantity` in the unit of `like`.
std::optional<Decimal> converted(const Quantity& quantity, const Quantity& like);

/// A product or quotient, its unit in base units ("m2", "g/m").
struct Product {
  Decimal value;
  std::string unit;
};
std::optional<Product> multiply(const Quantity& a, const Quantity& b);
std::optional<Product> divide(const Quantity& a, const Quantity& b);

/// The calendar unit by which a date moves (§6.7): of a calendar word, or of a UCUM code that is of
/// definite length; nothing for others ('mo', 'a', 'cm').
std::optional<Unit> moving_unit(const Quantity& quantity);

}  // namespace charmille::fhirpath
