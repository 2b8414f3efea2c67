// Resources to XML (FHIR R4, §2.6.1), without loss: what has no place in XML is refused.
#pragma once

#include <string>

#include "gateway/base/result.h"
#include "gateway/fhir/definitions.h"
#include "gateway/tree/document.h"

namespace charmille::fhir {

/// `resource` is of `document`, a tree as read from JSON. UTF-8, elements in the order of the
/// definition; the same resource gives the same bytes. The narrative is written as it stands, once
/// it is found safe. Faults, with the FHIRPath of the element and its line: CH-FHIR-001 to 013 for
/// what FHIR does not know, CH-FHIR-059 and 060 for what XML cannot say, CH-FHIR-061 to 065 for a
/// narrative.
Result<std::string> write_xml(const tree::Document& document, const tree::Node& resource,
                              const Definitions& definitions, bool pretty = false);

}  // namespace charmille::fhir
