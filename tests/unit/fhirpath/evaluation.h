// Evaluates an expression on a small document and prints the result: what the tables of these tests
// compare.
#pragma once

#include <string>
#include <string_view>

#include "gateway/fhirpath/expression.h"

namespace charmille::fhirpath::testing {

/// A child with two names, some numbers and a list; every value has an origin in "child.csv".
tree::Document child();

/// `'text'`, `12`, `1.50`, `true`, `@2014-03-12`, `4 days`, `{object}`, parted by ", "; empty for
/// no result; for a fault its code, `CH-PATH-030`.
std::string evaluate(std::string_view expression, const tree::Document& input);
inline std::string evaluate(std::string_view expression) {
  return evaluate(expression, child());
}

/// The same with FHIR R4 as the model, and the clock at 2026-11-22T10:30:00+01:00.
std::string evaluate_r4(std::string_view expression, const tree::Document& input);

/// The fault of compilation or evaluation.
Fault fault_of(std::string_view expression);

}  // namespace charmille::fhirpath::testing
