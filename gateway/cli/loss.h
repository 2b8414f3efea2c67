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
  /// The same of a tree: a value is a column of its own, which its origin then says. Values of the
  /// same place in repeating elements are told together ("presence.from").
  void number(const std::string& file, tree::Document& input);
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
  /// What is told of one name of a file: how many values were left, of how many.
  struct Left {
    std::uint64_t unread = 0;
    std::uint64_t all = 0;
    bool never = false;  ///< something of that name was never read, filled or not
  };
  std::map<std::pair<std::string, std::string>, Left> left() const;
  tree::Node numbered(tree::Document& into, const tree::Node& node, const std::string& path,
                      std::map<std::uint32_t, Column>& columns) const;

  std::map<std::string, std::map<std::uint32_t, Column>> files_;  ///< by number of the column
  std::map<std::pair<std::string, std::string>, std::uint64_t> unknown_;  ///< by table and field
  std::map<std::pair<std::string, std::string>, std::uint64_t> cut_;      ///< by code and path
};

}  // namespace charmille::cli
