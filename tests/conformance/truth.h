// The truth that made an export, and a child record held against it.
#pragma once

#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "gateway/tree/document.h"

namespace charmille::conformance {

/// Counts by field, so that the report says how much was compared.
class Comparison {
 public:
  void field(const std::string& name, bool same) {
    Count& count = counts_[name];
    ++count.compared;
    if (!same && count.different++ < 5)
      std::printf("  different: %s, child %zu\n", name.c_str(), children_);
  }
  void text(const std::string& name, std::string_view ours, std::string_view truth) {
    field(name, ours == truth);
  }
  void not_carried(const std::string& name) { ++counts_[name].absent; }
  void next_child() { ++children_; }

  void report(const std::string& title) const {
    std::size_t compared = 0;
    std::printf("%s: %zu children\n", title.c_str(), children_);
    for (const auto& [name, count] : counts_) {
      std::printf("  %-28s %7zu compared %5zu different %5zu not carried\n", name.c_str(),
                  count.compared, count.different, count.absent);
      compared += count.compared;
    }
    std::printf("  %-28s %7zu compared %5zu different\n", "all", compared, different());
  }
  std::size_t different() const {
    std::size_t sum = 0;
    for (const auto& [name, count] : counts_) sum += count.different;
    return sum;
  }
  std::size_t fields() const { return counts_.size(); }

 private:
  struct Count {
    std::size_t compared = 0;
    std::size_t different = 0;
    std::size_t absent = 0;
  };
  std::map<std::string, Count> counts_;
  std::size_t children_ = 0;
};

/// What the DUI calls the child; empty when it does not say.
std::string_view local_id_of(const tree::Node& child);
void compare_child(Comparison& with, const tree::Node& child, const tree::Node& truth);
/// By the DUI's identifier. A file that cannot be read gives nothing.
std::map<std::string, tree::Document> read_truth(const std::filesystem::path& file);

}  // namespace charmille::conformance
