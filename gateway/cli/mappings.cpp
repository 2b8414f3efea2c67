#include "gateway/cli/mappings.h"

#include <algorithm>
#include <cctype>

#include "gateway/base/bytes.h"
#include "gateway/codec/codec.h"
#include "gateway/mapping/library.h"

namespace charmille::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t json_limit = 64ULL << 20;

/// Without a configuration, csv is UTF-8 with semicolons, empty cells being no value; typed lines
/// cannot be read.
codec::Options plain_options(mapping::From from) {
  codec::Options options;
  options.format = codec::format_named(mapping::name_of(from)).value_or(codec::Format::json);
  return options;
}

std::optional<codec::Options> options_of(const config::Site& site,
                                         const std::optional<config::Format>& format) {
  if (!format || format->options == nullptr) return std::nullopt;
  auto options = codec::read_options(site.document(), *format->options);
  if (!options) return std::nullopt;
  return *options;
}

/// "EO_Mesures" names EO_Mesures.csv and EO_Mesures_20250630.csv, not EO_MesuresBis.csv.
bool named(const std::string& file, const std::string& name) {
  if (!file.starts_with(name)) return false;
  return file.size() == name.size() ||
         std::isalnum(static_cast<unsigned char>(file[name.size()])) == 0;
}

bool is_path(const std::string& value) {
  return value.find('/') != value.npos || value.ends_with(".json");
}

/// One that the mapping neither declares nor is given by the engine is a slip of the pen.
Result<void> check_variable(const std::string& name, const mapping::Mapping& mapping) {
  const std::vector<std::string> declared = mapping.variables();
  std::vector<std::string_view> names(declared.begin(), declared.end());
  std::ranges::copy(mapping::engine_variables(), std::back_inserter(names));
  if (std::ranges::find(names, name) != names.end()) return {};
  return fail("CH-CLI-028", {},
              {{"mapping", mapping.name()},
               {"name", base::printable(name, 60)},
               base::suggestion(name, names)});
}

std::string name_in_lot(const Formats& formats, const std::vector<std::string>& known,
                        const std::string& file) {
  if (formats.lot != nullptr)
    for (const config::LotFile& declared : formats.lot->files)
      if (declared.pattern.match(file)) return declared.name;
  for (const std::string& name : known)
    if (named(file, name)) return name;
  if (!formats.main_file.empty() && named(file, formats.main_file)) return formats.main_file;
  return {};
}

}  // namespace

std::optional<Mappings> load_mappings(Session& s, const std::vector<std::string>& given) {
  std::vector<fs::path> folders(given.begin(), given.end());
  if (folders.empty()) {
    const auto site = s.load_configuration();
    if (!site) return std::nullopt;
    folders = site->mappings;
  }
  if (folders.empty()) return s.print(fault("CH-CLI-010")), std::nullopt;
  s.sources = folders;
  Mappings all;
  bool good = true;
  for (const fs::path& folder : folders) {
    auto library = mapping::Library::load(folder, schemas_folder(folders));
    if (!library) {
      for (const Fault& fault : library.error()) s.print(fault);
      good = false;
      continue;
    }
    for (const auto& [name, mapping] : library->all()) all.emplace(name, mapping);
  }
  if (!good) return std::nullopt;
  return all;
}

std::shared_ptr<const mapping::Mapping> mapping_given(Session& s, const std::string& name,
                                                      const std::vector<std::string>& folders) {
  if (name.ends_with(".yaml")) {
    const std::vector<fs::path> places(folders.begin(), folders.end());
    s.sources = {fs::path(name).is_absolute() ? fs::path("/") : fs::path(".")};
    auto loaded = mapping::load({name, name, schemas_folder(places)});
    if (loaded) return std::move(*loaded);
    for (const Fault& fault : loaded.error()) s.print(fault);
    return nullptr;
  }
  const auto mappings = load_mappings(s, folders);
  if (!mappings) return nullptr;
  const auto* found = find_mapping(s, *mappings, name);
  return found == nullptr ? nullptr : mappings->find(name)->second;
}

const mapping::Mapping* find_mapping(Session& s, const Mappings& mappings,
                                     const std::string& name) {
  const auto at = mappings.find(name);
  if (at != mappings.end()) return at->second.get();
  std::vector<std::string_view> names;
  for (const auto& [known, mapping] : mappings) names.push_back(known);
  s.print(
      fault("CH-CLI-005", {}, {{"name", base::printable(name)}, base::suggestion(name, names)}));
  return nullptr;
}

Formats formats_for(const config::Site* site, const mapping::Mapping& mapping) {
  Formats formats;
  formats.main = plain_options(mapping.from());
  if (site == nullptr) return formats;
  const auto route = std::ranges::find(site->routes, mapping.name(), &config::Route::mapping);
  if (route == site->routes.end()) return formats;
  const auto endpoint = site->endpoints.find(route->from);
  if (endpoint == site->endpoints.end()) return formats;
  formats.main_file = route->input;
  formats.main = options_of(*site, endpoint->second.format).value_or(formats.main);
  if (!endpoint->second.lot) return formats;
  formats.lot = &*endpoint->second.lot;
  for (const config::LotFile& file : formats.lot->files)
    formats.files.emplace(file.name, options_of(*site, file.format).value_or(formats.main));
  if (const auto main = formats.files.find(formats.main_file); main != formats.files.end())
    formats.main = main->second;
  return formats;
}

Result<std::map<std::string, fs::path>> assign_files(const mapping::Mapping& mapping,
                                                     const Formats& formats,
                                                     const std::vector<std::string>& files) {
  std::map<std::string, fs::path> assigned;
  const std::vector<std::string> nested = mapping.files();
  for (const std::string& file : files) {
    std::error_code error;
    if (!fs::is_regular_file(file, error))
      return fail("CH-CLI-009", {}, {{"name", base::printable(file)}});
    const std::string name = name_in_lot(formats, nested, fs::path(file).filename().string());
    const bool joined = std::ranges::find(nested, name) != nested.end();
    if (joined)
      assigned[name] = file;
    else if (name == formats.main_file || formats.main_file.empty())
      assigned.emplace("", file);
  }
  if (!assigned.contains(""))
    return fail("CH-CLI-006", {},
                {{"file", formats.main_file.empty() ? mapping.name() : formats.main_file}});
  return assigned;
}

Result<tree::Document> read_json_file(const fs::path& file) {
  const auto payload = base::Payload::from_file(file);
  if (!payload) return fail("CH-CLI-009", {}, {{"name", base::printable(file.string())}});
  const auto bytes = payload->bytes(json_limit);
  if (!bytes) return fail(bytes.error());
  return codec::read_json(*bytes, file.filename().string());
}

Result<mapping::Variables> read_variables(const std::vector<std::string>& options,
                                          const mapping::Mapping* mapping) {
  mapping::Variables variables;
  for (const std::string& option : options) {
    const std::size_t equals = option.find('=');
    if (equals == option.npos || equals == 0)
      return fail("CH-CLI-008", {}, {{"text", base::printable(option)}});
    const std::string name = option.substr(0, equals);
    const std::string value = option.substr(equals + 1);
    if (mapping != nullptr)
      if (auto known = check_variable(name, *mapping); !known) return fail(known.error());
    // A file when there is one of that name, or when it can only be one; else a text, as a route
    // would set it.
    std::error_code error;
    if (mapping != nullptr && !fs::is_regular_file(value, error) && !is_path(value)) {
      variables.set_text(name, value);
      continue;
    }
    const auto document = read_json_file(value);
    if (!document) return fail(document.error());
    variables.set(name, document->root());
  }
  return variables;
}

}  // namespace charmille::cli
