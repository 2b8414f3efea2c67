// What went wrong, as FHIR says it (FHIR R4, OperationOutcome).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/catalogue.h"
#include "gateway/fhir/issue.h"
#include "gateway/tree/document.h"

namespace charmille::fhir {

/// `type` is of http://hl7.org/fhir/issue-type.
Issue error(std::string_view type, Fault fault);
bool has_errors(std::span<const Issue> issues);

/// One issue in words.
struct Told {
  Severity severity = Severity::error;
  std::string type;  ///< of http://hl7.org/fhir/issue-type
  std::string code;  ///< of our catalogue
  std::string text;
  std::string remedy;
  std::string expression;  ///< FHIRPath of the element, or empty
};
std::vector<Told> in_words(std::span<const Issue> issues, base::Language language);

/// An OperationOutcome. Without any issue: one that says that all went well.
tree::Document outcome(std::span<const Told> issues, base::Language language);

}  // namespace charmille::fhir
