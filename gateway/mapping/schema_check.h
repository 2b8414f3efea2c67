// Whether a template can fit its target: names, kinds and fixed values against a JSON Schema,
// before anything runs.
#pragma once

#include <vector>

#include "gateway/base/result.h"
#include "gateway/mapping/rule.h"

namespace charmille::mapping {

/// Every field of the template that the schema has not (with the nearest name), a list where one
/// value is wanted or the reverse, a fixed value of another type or outside an enumeration.
/// `mapping` holds the positions. Understood: $ref to #/..., type, properties,
/// additionalProperties, items, enum; what else constrains is left to validation.
std::vector<Fault> check_against_schema(const Rule& root, const tree::Document& mapping,
                                        const tree::Document& schema);

}  // namespace charmille::mapping
