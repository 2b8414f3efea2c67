// Every mapping below a folder, by name.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gateway/mapping/mapping.h"

namespace charmille::mapping {

class Library {
 public:
  /// Reads all *.yaml and *.yml files below `folder`; all faults of all files at once. Each file's
  /// name is its path there without the suffix, and must be what it says under `mapping:`.
  static AllFaults<Library> load(const std::filesystem::path& folder,
                                 const std::filesystem::path& schemas);

  /// The mapping of that name, or nullptr.
  std::shared_ptr<const Mapping> find(std::string_view name) const;
  const std::map<std::string, std::shared_ptr<const Mapping>, std::less<>>& all() const {
    return mappings_;
  }
  std::vector<std::string_view> names() const;

 private:
  std::map<std::string, std::shared_ptr<const Mapping>, std::less<>> mappings_;
};

}  // namespace charmille::mapping
