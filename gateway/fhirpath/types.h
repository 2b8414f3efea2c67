// Names of types, and which values have them. Without a model, a JSON object is of the type that
// its `resourceType` says.
#pragma once

#include <string_view>

#include "gateway/fhirpath/value.h"

namespace charmille::fhirpath {

/// A name that `is`, `as` and `ofType` may use.
bool is_type_name(std::string_view name);
bool has_type(const Value& value, std::string_view name);

}  // namespace charmille::fhirpath
