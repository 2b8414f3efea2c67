// A StructureDefinition with its snapshot, as packages have it (FHIR R4, §5.3), compiled.
#pragma once

#include "gateway/base/result.h"
#include "gateway/fhir/definition.h"
#include "gateway/fhirpath/model.h"

namespace charmille::fhir {

/// Takes the document, which `fixed` and `pattern` point into. Faults: CH-FHIR-042 (elements
/// without their parents, or without a name).
Result<DefinitionPtr> compile(tree::Document resource,
                              const std::shared_ptr<const fhirpath::Model>& model);

}  // namespace charmille::fhir
