// What `map --explain` shows: each value of a result, its rule, and the cells that it comes from.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "gateway/cli/session.h"
#include "gateway/mapping/mapping.h"

namespace charmille::cli {

/// Cells are named by the header of their file, as far as it was learnt.
class Explanation {
 public:
  /// The columns of a CSV file, from its decoded rows.
  void learn(const std::string& file, const tree::Document& rows);
  /// On a terminal a table; with --json one line of JSON.
  void print(Session& s, const mapping::Item& item) const;

 private:
  std::string column_of(const base::Place& cell) const;
  tree::Node node(tree::Document& into, const mapping::Item& item) const;

  std::map<std::string, std::map<std::uint32_t, std::string>> columns_;  ///< by file, by number
};

}  // namespace charmille::cli
