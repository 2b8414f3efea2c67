// What the sources of one child do not say alike, kept and shown: the record tells one word, the
// others are not lost (canonical child record §1.2).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "gateway/record/assemble.h"

namespace charmille::record {

/// What one source says of the field.
struct Version {
  std::string source;
  base::Time extracted{};
  tree::Node value;  ///< in the document given to `conflicts`
};

struct Conflict {
  std::string field;  ///< "identity.birthDate", "measures[99-D2].end"
  /// Two or more; the first is the one that the record tells, save of `secretPlace`, of which it
  /// tells the strictest.
  std::vector<Version> told;
};

/// Where the latest statements of one child contradict each other, in the order of the sections. A
/// source that says nothing of a field contradicts nobody. Texts are compared without case and
/// accents, and a letter lost to an encoding (`?`) is no difference; of a coded value the code is
/// compared, the foreign word only where a code is missing. Measures are compared with the same
/// measure, stays with the stay in the same establishment from the same day, presence month by
/// month. Identifiers never contradict: each authority calls a child in its own way.
/// CH-REC-050 when a body is no JSON.
Result<std::vector<Conflict>> conflicts(tree::Document& into, std::span<const Statement> latest,
                                        const Ownership& ownership);

}  // namespace charmille::record
