// The formats of FHIR's primitive types (FHIR R4, §2.24.0.1).
#pragma once

#include <string_view>

#include "gateway/tree/node.h"

namespace charmille::fhir {

/// The JSON kind that values of the primitive type have: a boolean, a number or a text.
tree::Kind kind_of(std::string_view type);
/// Whether the characters (or the lexeme of a number) are of the type's format. Types that are not
/// known have none.
bool has_format(std::string_view type, std::string_view chars);

}  // namespace charmille::fhir
