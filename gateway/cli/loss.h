// What of an export a mapping leaves behind: `charmille map --loss`.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gateway/cli/session.h"
#include "gateway/mapping/mapping.h"

namespace charmille::cli {

class Loss {
 public:
  /// Notes the columns of rows of `file` ({rows: [...]}) and how many of their cells are filled.
  void count(const std::string& file, const tree::Document& rows);
  /// Columns that a join reads.
  void read(const std::string& file, const std::vector<std::string>& columns);
  /// What the mapping read for one item, and the codes that it did not know. The item was mapped
  /// with explanations.
  void take(const mapping::Item& item);
  /// What the rules of the target refused, dropped or shortened.
  void cut(const std::vector<Fault>& faults);

  void print(Session& session) const;
  tree::Node node(tree::Document& into) const;

 private:
  struct Column {
    std::string name;
    std::uint64_t filled = 0;
    bool read = false;
  };
  std::map<std::string, std::map<std::uint32_t, Column>> files_;  ///< by number of the column
  std::map<std::pair<std::string, std::string>, std::uint64_t> unknown_;  ///< by table and field
  std::map<std::pair<std::string, std::string>, std::uint64_t> cut_;      ///< by code and path
};

}  // namespace charmille::cli
