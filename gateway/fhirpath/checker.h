// What types say of an expression before any input is seen: paths that lead nowhere.
#pragma once

#include "gateway/base/result.h"
#include "gateway/fhirpath/expression.h"
#include "gateway/fhirpath/program.h"

namespace charmille::fhirpath {

/// The types of the result; a step to an element that no type there can have is a fault at its
/// place (CH-PATH-026).
Result<Types> check_paths(const Program& program, const Scope& scope);

}  // namespace charmille::fhirpath
