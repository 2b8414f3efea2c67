// Judges resources by the rules of FHIR R4 and of the profiles that they claim: structure,
// cardinality, types, fixed values and patterns, slices, constraints, required bindings, and
// references inside a Bundle (FHIR R4, §2.1.0.8, §5.1).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gateway/fhir/definitions.h"
#include "gateway/fhir/issue.h"
#include "gateway/tree/document.h"

namespace charmille::fhir {

class Validator {
 public:
  explicit Validator(std::shared_ptr<const Definitions> definitions)
      : definitions_(std::move(definitions)) {}

  /// `profiles` are canonicals that the resource must conform to, beside those that it claims
  /// itself (meta.profile). In the order of the document; nothing wrong gives no error.
  std::vector<Issue> validate(const tree::Document& document,
                              std::span<const std::string> profiles = {}) const;

 private:
  std::shared_ptr<const Definitions> definitions_;
};

}  // namespace charmille::fhir
