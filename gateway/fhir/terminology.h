// Value sets whose codes can be counted: from the lists and whole code systems of the packages.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "gateway/tree/document.h"

namespace charmille::fhir {

class Terminology {
 public:
  /// Codes of a value set of the base types.
  void add(std::string value_set, std::string_view system, std::vector<std::string> codes);
  /// A ValueSet or a CodeSystem of a package.
  void add_value_set(const tree::Node& resource);
  void add_code_system(const tree::Node& resource);
  /// Counts the codes of every value set; what a filter or an unknown system keeps from being
  /// counted is left out.
  void close();

  /// Whether the value set has the code; an empty `system` stands for any. Nothing when its codes
  /// are not known.
  std::optional<bool> has(std::string_view value_set, std::string_view system,
                          std::string_view code) const;

 private:
  using Codes = std::unordered_set<std::string>;
  struct Part {
    std::string system;               ///< empty: only `others`
    std::vector<std::string> codes;   ///< none: the whole system
    std::vector<std::string> others;  ///< value sets that are part of it
    bool filtered = false;
  };
  struct Composed {
    std::vector<Part> in;
    std::vector<Part> out;
  };
  /// By system.
  using Counted = std::map<std::string, Codes, std::less<>>;

  std::optional<Counted> count(const std::string& url, std::set<std::string>& open) const;
  std::optional<Counted> count(const Part& part, std::set<std::string>& open) const;

  std::map<std::string, std::vector<std::string>, std::less<>> systems_;  ///< complete ones
  std::map<std::string, Composed, std::less<>> composed_;
  std::map<std::string, Counted, std::less<>> counted_;
};

}  // namespace charmille::fhir
