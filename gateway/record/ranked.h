// What each source says of a section of one child, the one whose word counts first.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "gateway/record/assemble.h"

namespace charmille::record {

/// A statement that says something, and what.
struct Said {
  const Statement* statement;
  tree::Node body;
};

/// Those of `latest` that are not withdrawn, their bodies read into the document. CH-REC-050.
Result<std::vector<Said>> read_all(tree::Document& into, std::span<const Statement> latest);

/// The rank of a source, best first.
std::size_t rank_of(const Statement& statement, const Ownership::Ranks* ranks);
/// Null: every source alike.
const Ownership::Ranks* ranks_of(const Ownership& ownership, std::string_view section);

/// Those of one section, the one that counts first.
std::vector<Said> ranked(std::span<const Said> all, std::string_view section,
                         const Ownership& ownership);

/// Two sources speak of the same measure: one decision number of one department or, where one of
/// them does not know the number, the same type begun on the same day.
bool is_same_measure(const tree::Node& a, const tree::Node& b);

}  // namespace charmille::record
