// The child record: a pure function of the latest statements and of the rules of ownership.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/record/statement.h"
#include "gateway/tree/document.h"

namespace charmille::record {

/// Which sources' word counts for a section, best first; those of one rank count alike. Sources
/// that no rank names come last. A section without ranks: every source alike.
struct Ownership {
  using Ranks = std::vector<std::vector<std::string>>;
  std::map<std::string, Ranks, std::less<>> ranks;  ///< by section
};

/// The record of one child from the latest statement of each (source, section); withdrawn ones
/// (empty body) say nothing. Of a section the best rank speaks, its latest extraction first; what
/// several may know a part of (measures of two departments, stays in two establishments, presence,
/// documents...) is put together: from the best rank everything, from the next ones what concerns a
/// department or an establishment of which the better ones say nothing; a measure that both
/// know has what the better one leaves unsaid from the other. `ids` are those of every source. A
/// secret place that any source tells holds for every running stay: the strictest wins. A
/// matricule that the identity taken contradicts is withdrawn, its status PROVISOIRE. The same
/// statements in any order give the same record. CH-REC-050 when a body is no JSON.
Result<tree::Document> assemble(std::span<const Statement> latest, const Ownership& ownership);

}  // namespace charmille::record
