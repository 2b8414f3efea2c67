// What a policy file says: which sections and fields may go to a recipient, and on which ground.
// What is not written does not leave. How the lines apply to a child is the business of
// gateway/policy.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/config/words.h"
#include "gateway/tree/document.h"
#include "gateway/tree/spec.h"

namespace charmille::config {

struct PolicyLine {
  std::vector<std::string> sections;  ///< of `section_names()`; none for an extraction
  std::vector<std::string> fields;    ///< of the one section; empty: all of it
  std::string ground;                 ///< the law, shown in the audit log
  std::string purpose;
  std::string extraction;  ///< "olinpe", or empty
  base::Place place;
  /// Which documents the section `documents` means, by their own section ("health"); none: none.
  std::vector<std::string> documents = {};
  /// Codes of the security labels, beside "normal" and what is lower, that those documents may
  /// have.
  std::vector<std::string> labels = {};
};

struct Policy {
  std::string name;
  Recipient recipient = Recipient::archives;
  std::vector<PolicyLine> lines;
  base::Place place;
};

/// The specification of a policy file.
const tree::Spec& policy_spec();

/// Reads one policy; appends every fault to `faults` and gives nothing when there is one.
std::optional<Policy> read_policy(const tree::Document& document, std::vector<Fault>& faults);

}  // namespace charmille::config
