// What a model says of an expression before any input is seen: paths that lead nowhere.
#pragma once

#include <optional>

#include "gateway/base/result.h"
#include "gateway/fhirpath/model.h"
#include "gateway/fhirpath/program.h"

namespace charmille::fhirpath {

/// The first step of `program` to an element that no type there can have (CH-PATH-026), at its
/// place. `root` is the type of what bare paths read.
std::optional<Fault> check_paths(const Program& program, const Model& model, TypeId root);

}  // namespace charmille::fhirpath
