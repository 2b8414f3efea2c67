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

/// Which source's word counts for a section: the first of the list that says something. A section
/// without a list, and sources that no list names, by the latest extraction.
struct Ownership {
  std::map<std::string, std::vector<std::string>, std::less<>> order;  ///< section to sources
};

/// The record of one child from the latest statement of each (source, section); withdrawn ones
/// (empty body) say nothing. `ids` are those of every source. A secret place that any source tells
/// holds for every running stay: the strictest wins. The same statements in any order give the same
/// record. CH-REC-050 when a body is no JSON.
Result<tree::Document> assemble(std::span<const Statement> latest, const Ownership& ownership);

}  // namespace charmille::record
