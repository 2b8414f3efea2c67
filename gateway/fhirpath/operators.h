// What operators mean, on values and collections.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "gateway/fhirpath/evaluator.h"

namespace charmille::fhirpath {

/// `=` of two items (§6.1); unknown for dates of different precision.
Truth equal(const Value& a, const Value& b);
/// `~`: strings without case and with white space as one blank, decimals to the lesser precision.
bool equivalent(const Value& a, const Value& b);
/// `=` and `~` of collections that are both not empty.
Truth equal(std::span<const Value> a, std::span<const Value> b);
bool equivalent(std::span<const Value> a, std::span<const Value> b);

bool holds(std::span<const Value> items, const Value& value);

/// The order of two items; `comparable` is false for types that have none between them.
struct Order {
  bool comparable = true;
  std::optional<int> sign;  ///< nothing: unknown
};
Order order(const Value& a, const Value& b);

/// `+ - * / div mod` of all but texts. Gives nothing on overflow and division by zero; `known` is
/// false for types that do not fit.
struct Computed {
  bool known = true;
  std::optional<Value> value;
};
Computed arithmetic(Kind kind, const Value& a, const Value& b, tree::Arena& arena);

}  // namespace charmille::fhirpath
