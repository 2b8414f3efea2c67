// What a validation found (FHIR R4, OperationOutcome.issue): where, how grave, and of which kind.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"

namespace charmille::fhir {

enum class Severity : std::uint8_t { error, warning, information };
std::string_view name_of(Severity severity);

/// The fault's place has the FHIRPath of the element in `path`, and its line and column. It quotes
/// no value of the resource.
struct Issue {
  Severity severity = Severity::error;
  std::string_view
      type;  ///< of http://hl7.org/fhir/issue-type: "structure", "required", "value"...
  Fault fault;
};

}  // namespace charmille::fhir
