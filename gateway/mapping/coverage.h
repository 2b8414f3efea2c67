// How much of a mapping its tests touch: lines of the template, codes of the tables.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "gateway/mapping/mapping.h"

namespace charmille::mapping {

/// What runs of one mapping touched: filled by `apply` when it explains.
struct Coverage {
  /// Line and column of each rule that gave a value (null is none) or refused, each branch that was
  /// taken, each loop that had an item.
  std::set<std::pair<std::uint32_t, std::uint32_t>> lines;
  /// Codes that were translated, by their value's place in memory: the table's own.
  std::unordered_set<const tree::Node*> codes;
};

struct Share {
  std::size_t touched = 0;
  std::size_t total = 0;

  /// 0 to 100; of nothing at all, 100.
  double percent() const {
    return total == 0 ? 100.0 : 100.0 * static_cast<double>(touched) / static_cast<double>(total);
  }
};

/// A rule or a code that no test touched.
struct Untouched {
  base::Place place;  ///< in the mapping file, or in the file of the table
  std::string what;   ///< `persons[].name`, `measures[] {% else %}`, or `sexe/F` for a code
};

struct CoverageReport {
  Share lines;  ///< a line counts as touched when every rule on it is
  Share rows;   ///< codes of the tables, each as one row
  std::vector<Untouched> rules;
  std::vector<Untouched> codes;

  /// Whether both shares reach `percent`.
  bool reaches(double percent) const {
    return lines.percent() >= percent && rows.percent() >= percent;
  }
};

CoverageReport report(const Mapping& mapping, const Coverage& coverage);

}  // namespace charmille::mapping
