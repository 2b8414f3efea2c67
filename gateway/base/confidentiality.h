// Which security labels keep somebody out. Pure.
#pragma once

#include <string_view>

namespace charmille::base {

/// HL7 v3-Confidentiality: U, L and M are below N, "normal"; N and those below keep nobody out. Any
/// other label does: R, V, a label of another code system, one without a code. `system` is the URI
/// of the code system, or empty: then the code is taken for one of v3-Confidentiality.
bool restricts(std::string_view system, std::string_view code);

/// Whether `system` is v3-Confidentiality, as R4, its predecessors or CDA name it; also when empty.
bool is_confidentiality(std::string_view system);

}  // namespace charmille::base
