// What the server does, as FHIR says it (FHIR R4, CapabilityStatement): from its configuration.
#pragma once

#include <string>
#include <vector>

#include "gateway/base/time.h"
#include "gateway/fhir/definitions.h"
#include "gateway/tree/document.h"

namespace charmille::adapters::fhir {

/// `types` may be created alone; `since` is when the gateway started.
tree::Document capability(const charmille::fhir::Definitions& definitions,
                          const std::vector<std::string>& types, base::Time since);

/// Of a server that only shows documents (IHE MHD 4.2.0, Document Responder).
tree::Document document_capability(base::Time since);

}  // namespace charmille::adapters::fhir
