// JSON and XML of one resource, for tests.
#pragma once

#include <string>
#include <string_view>

#include "gateway/fhir/definitions.h"
#include "gateway/tree/document.h"

namespace charmille::fhir::testing {

/// The types of R4, read once.
const Definitions& r4();

/// The XML of a resource in JSON; the fault as told() when it has none.
std::string to_xml(std::string_view json, bool pretty = false);
/// The JSON of a resource in XML, with keys in the order of the tree; likewise.
std::string to_json(std::string_view xml);
/// Code, line, column and path: "CH-FHIR-053 2:3 Patient.nom".
std::string told(const Fault& fault);

/// What JSON becomes on its way through XML and back: "" when it is the same, to the
/// lexeme of each number and the bytes of each text.
std::string difference(const tree::Document& document);

}  // namespace charmille::fhir::testing
