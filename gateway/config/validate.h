// From files to a Site, in two steps: `read_files` touches the disk, `validate` is pure and tells
// every fault at once.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gateway/config/site.h"

namespace charmille::config {

/// The configuration and the policies that it names, parsed but not yet checked.
struct Files {
  std::string name;              ///< of the configuration, as given
  std::filesystem::path folder;  ///< of the configuration, absolute
  tree::Document configuration;
  std::vector<tree::Document> policies;
  std::vector<Fault> faults;  ///< of files that could not be read

  /// The folders that hold mappings, resolved: to load them before `validate`.
  std::vector<std::filesystem::path> mapping_folders() const;
};

/// Reads a configuration and its policies. Only a configuration that is no YAML is a fault here;
/// the rest waits in `Files::faults`.
Result<Files> read_files(const std::filesystem::path& configuration);

/// The same from text in memory, for tests and editors: `policies` are texts with their shown
/// names.
Result<Files> files_of(std::string_view configuration, std::string name,
                       std::filesystem::path folder,
                       const std::vector<std::pair<std::string, std::string>>& policies = {});

/// What is known of a mapping, from the folders above.
struct KnownMapping {
  std::string name;               ///< "eo/enfants"
  std::string from;               ///< a codec, or a schema
  std::string to;                 ///< a schema, or "tree"
  std::vector<std::string> vars;  ///< that may be set from outside
};

/// A codec by name, with its options in each direction; they have a field `format`, which holds the
/// name.
struct KnownCodec {
  std::string_view name;
  const tree::Spec* decode = nullptr;
  const tree::Spec* encode = nullptr;
};

/// What lies above the configuration in the house, handed down.
struct Surroundings {
  std::span<const adapters::Adapter* const> adapters;
  std::vector<KnownCodec> codecs;
  /// Every fault of the options of a codec (`Format::options`). Absent: the specification alone is
  /// checked.
  std::function<std::vector<Fault>(const tree::Document& document, const tree::Node& options,
                                   Direction direction, const std::string& path)>
      check_format;
  std::optional<std::vector<KnownMapping>> mappings;  ///< nothing: mappings are not checked
  /// Compiles a FHIRPath expression; its fault, at that place, when it is wrong. Absent: not
  /// checked.
  std::function<std::optional<Fault>(std::string_view expression, base::Place place)>
      check_expression;
};

struct Validated {
  std::shared_ptr<const Site> site;  ///< nullptr when there are faults
  std::vector<Fault> faults;         ///< sorted by position
  std::vector<Fault> warnings;       ///< sorted by position; they prevent nothing
};

/// Checks everything that can be known without looking at the world. Pure.
Validated validate(Files files, const Surroundings& surroundings);

}  // namespace charmille::config
