// One expression on one document: what `charmille eval` prints.
#pragma once

#include <string_view>

#include "gateway/base/result.h"
#include "gateway/base/time.h"
#include "gateway/fhirpath/context.h"
#include "gateway/mapping/mapping.h"

namespace charmille::mapping {

struct Evaluation {
  /// FHIR R4, or nullptr: the members that the input has.
  std::shared_ptr<const fhirpath::Model> model;
  base::Time now;                  ///< for now(), today() and timeOfDay()
  fhirpath::Context::Trace trace;  ///< what trace() shows
};

/// The result collection as an array, in a document of its own. Names of `variables` are known to
/// the expression.
Result<tree::Document> evaluate(std::string_view expression, const tree::Document& input,
                                const Variables& variables, const Evaluation& how);

}  // namespace charmille::mapping
