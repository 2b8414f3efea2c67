// The base types of FHIR R4 from the compact table that the program carries
// (schemas/fhir-r4.definitions, made by scripts/fhir-definitions.py).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/fhir/definition.h"
#include "gateway/fhir/terminology.h"
#include "gateway/fhirpath/model.h"

namespace charmille::fhir {

inline constexpr std::string_view base_url = "http://hl7.org/fhir/StructureDefinition/";

using Types = std::map<std::string, DefinitionPtr, std::less<>>;

/// By name; each has the elements of its base too, its constraints are its own.
Types read_base_types(std::string_view table, const std::shared_ptr<const fhirpath::Model>& model,
                      Terminology& terminology);

}  // namespace charmille::fhir
