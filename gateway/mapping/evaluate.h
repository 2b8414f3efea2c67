// One expression on one document: what `charmille eval` prints.
#pragma once

#include <string_view>

#include "gateway/base/result.h"
#include "gateway/mapping/mapping.h"

namespace charmille::mapping {

/// The result collection as an array, in a document of its own. Names of `variables` are known to
/// the expression.
Result<tree::Document> evaluate(std::string_view expression, const tree::Document& input,
                                const Variables& variables);

}  // namespace charmille::mapping
