// What a department or an establishment wants to be told about a record that is valid: a child
// without a title, a measure past its term, a conflict of placements (canonical child record §9).
// Alerts change nothing and hold nothing back.
#pragma once

#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/tree/document.h"

namespace charmille::record {

/// The alerts of one child's record on the day `today` (ISO), in the order of the sections. Legal
/// durations are those of CASF L223-2, L223-5 and C. civ. 375; what the record does not say raises
/// nothing.
std::vector<Fault> alerts(const tree::Document& record, std::string_view today);

}  // namespace charmille::record
