#include "gateway/config/validate.h"

#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "gateway/base/bytes.h"
#include "gateway/config/specification.h"
#include "gateway/config/validation.h"
#include "gateway/config/yaml.h"

namespace charmille::config {
namespace {

const tree::Field& root_field() {
  static const tree::Field field{.type = tree::FieldType::object, .fields = site_spec().fields};
  return field;
}

View root_of(const tree::Document& document) {
  return {document, document.root(), root_field(), {}};
}

/// Sorted, and each only once: a block that YAML aliases repeat is checked in each of its places.
void settle(std::vector<Fault>& faults, const std::string& main_file) {
  std::ranges::stable_sort(faults, {}, [&](const Fault& f) {
    return std::tuple(f.place.file != main_file, f.place.file, f.place.line, f.place.column,
                      f.place.path);
  });
  using Seen = std::tuple<std::string_view, std::string, std::uint32_t, std::uint32_t, base::Args>;
  std::set<Seen> seen;
  std::erase_if(faults, [&](const Fault& f) {
    return f.place.line != 0 &&
           !seen.emplace(f.code, f.place.file, f.place.line, f.place.column, f.args).second;
  });
}

/// Reads the policies that a configuration names; `read` gives one of them.
template <class Read>
void read_policy_files(Files& files, Read read) {
  for (const View& item : root_of(files.configuration)["policies"].items()) {
    auto document = read(item);
    if (document) {
      files.policies.push_back(std::move(*document));
    } else if (document.error().code == "CH-CFG-015") {
      files.faults.push_back(
          fault("CH-CFG-070", item.place(), {{"file", base::printable(item.text())}}));
    } else {
      files.faults.push_back(std::move(document.error()));
    }
  }
}

}  // namespace

std::vector<std::filesystem::path> Files::mapping_folders() const {
  std::vector<std::filesystem::path> folders;
  for (const View& item : root_of(configuration)["mappings"].items())
    folders.push_back(item.path_from(folder));
  return folders;
}

Result<Files> read_files(const std::filesystem::path& configuration) {
  auto document = read_yaml_file(configuration, configuration.string());
  if (!document) return fail(document.error());
  std::error_code error;
  const auto absolute = std::filesystem::absolute(configuration, error);
  Files files{configuration.string(),
              (error ? configuration : absolute).parent_path(),
              std::move(*document),
              {},
              {}};
  const auto shown_folder = configuration.parent_path();
  read_policy_files(files, [&](const View& item) {
    return read_yaml_file(item.path_from(files.folder),
                          resolve(shown_folder, item.text()).string());
  });
  return files;
}

Result<Files> files_of(std::string_view configuration, std::string name,
                       std::filesystem::path folder,
                       const std::vector<std::pair<std::string, std::string>>& policies) {
  auto document = read_yaml(configuration, name);
  if (!document) return fail(document.error());
  Files files{std::move(name), std::move(folder), std::move(*document), {}, {}};
  read_policy_files(files, [&](const View& item) -> Result<tree::Document> {
    const auto at = std::ranges::find(policies, item.text(), [](const auto& p) { return p.first; });
    if (at == policies.end()) return fail("CH-CFG-015", {item.text(), 0, 0, {}});
    return read_yaml(at->second, at->first);
  });
  return files;
}

Validated validate(Files files, const Surroundings& surroundings) {
  return Validation(std::move(files), surroundings).run();
}

Validated Validation::run() && {
  add_all(tree::check(document_, document_.root(), site_spec().fields, {}));
  const View root = root_of(document_);
  read_base(root);
  read_policies();
  read_partners(root["partners"]);
  note_uses(root["routes"], root["relays"]);
  read_endpoints(root["endpoints"]);
  read_routes(root["routes"]);
  read_relays(root["relays"]);
  check_uses();
  settle(faults_, parts_.file);
  settle(warnings_, parts_.file);
  Validated result{nullptr, std::move(faults_), std::move(warnings_)};
  if (result.faults.empty()) result.site.reset(new Site(std::move(parts_), std::move(document_)));
  return result;
}

void Validation::add_all(std::vector<Fault> faults) {
  for (Fault& f : faults) faults_.push_back(std::move(f));
}

void Validation::unknown(const View& view, std::string_view section,
                         const std::vector<std::string_view>& names) {
  const std::string name = view.text();
  const std::string_view near = base::nearest(name, names);
  constexpr std::size_t shown = 12;
  const std::vector<std::string_view> first(
      names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), shown)));
  add(near.empty() ? "CH-CFG-021" : "CH-CFG-020", view.place(),
      {{"name", base::printable(name)},
       {"section", std::string(section)},
       {"near", std::string(near)},
       {"names", first.empty() ? "-"
                               : fmt::format("{}{}", fmt::join(first, ", "),
                                             names.size() > shown ? ", …" : "")}});
}

void Validation::check_name(std::string_view name, base::Place place) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  if (name.empty() || name.size() > 63 || name.front() == '-' ||
      !std::ranges::all_of(name, allowed))
    add("CH-CFG-058", std::move(place), {{"name", base::printable(name)}});
}

}  // namespace charmille::config
