#include "gateway/mapping/library.h"

#include <algorithm>

#include "gateway/base/bytes.h"

namespace charmille::mapping {

AllFaults<Library> Library::load(const std::filesystem::path& folder,
                                 const std::filesystem::path& schemas) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    const std::string suffix = at->path().extension().string();
    std::error_code ignored;
    if ((suffix == ".yaml" || suffix == ".yml") && at->is_regular_file(ignored))
      files.push_back(at->path());
  }
  if (error)
    return tl::unexpected(
        std::vector{fault("CH-MAP-002", {base::printable(folder.string()), 0, 0, {}})});
  std::ranges::sort(files);
  Library out;
  std::vector<Fault> faults;
  for (const std::filesystem::path& file : files) {
    const std::filesystem::path below = file.lexically_relative(folder);
    auto mapping = mapping::load({file, below.generic_string(), schemas});
    if (!mapping) {
      std::ranges::move(mapping.error(), std::back_inserter(faults));
      continue;
    }
    const std::string name = std::filesystem::path(below).replace_extension().generic_string();
    if ((*mapping)->name() != name)
      faults.push_back(fault("CH-MAP-007", {below.generic_string(), 1, 0, "mapping"},
                             {{"name", base::printable((*mapping)->name())}, {"wanted", name}}));
    out.mappings_.emplace(name, std::move(*mapping));
  }
  if (!faults.empty()) return tl::unexpected(std::move(faults));
  return out;
}

std::shared_ptr<const Mapping> Library::find(std::string_view name) const {
  const auto at = mappings_.find(name);
  return at == mappings_.end() ? nullptr : at->second;
}

std::vector<std::string_view> Library::names() const {
  std::vector<std::string_view> out;
  for (const auto& [name, mapping] : mappings_) out.push_back(name);
  return out;
}

}  // namespace charmille::mapping
