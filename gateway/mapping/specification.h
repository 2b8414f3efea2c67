// What a mapping file may say around its template.
#pragma once

#include <vector>

#include "gateway/tree/spec.h"

namespace charmille::mapping {

const std::vector<tree::Field>& mapping_fields();
const std::vector<tree::Field>& nest_fields();
const std::vector<tree::Field>& test_fields();
/// Of NAME.with.json beside a case.
const std::vector<tree::Field>& case_fields();

}  // namespace charmille::mapping
