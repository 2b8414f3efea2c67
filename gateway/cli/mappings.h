// The mappings that a command works on, and the files that it gives them. Nothing here opens the
// store.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/cli/session.h"
#include "gateway/codec/codec.h"
#include "gateway/mapping/joins.h"
#include "gateway/mapping/mapping.h"

namespace charmille::cli {

using Mappings = std::map<std::string, std::shared_ptr<const mapping::Mapping>, std::less<>>;

/// All mappings of `--mappings` folders, or else of the configuration. Prints every fault; nothing
/// when there is one.
std::optional<Mappings> load_mappings(Session& session, const std::vector<std::string>& folders);

/// The mapping of that name. Prints the fault, with the nearest name, when there is none.
const mapping::Mapping* find_mapping(Session& session, const Mappings& mappings,
                                     const std::string& name);

/// The mapping `name`: of the folders or the configuration, or a file when it ends with ".yaml".
/// Prints every fault.
std::shared_ptr<const mapping::Mapping> mapping_given(Session& session, const std::string& name,
                                                      const std::vector<std::string>& folders);

/// How a partner writes the files that a mapping reads: as the first source whose route uses the
/// mapping says, or as given.
struct Formats {
  codec::Options main;
  std::map<std::string, codec::Options, std::less<>> files;  ///< by the lot's names
  const config::Lot* lot = nullptr;
  std::string main_file;  ///< the lot's name of the main file, or empty
};
Formats formats_for(const config::Site* site, const mapping::Mapping& mapping);

/// The files of a command, each under the name that the mapping knows it by; the main one under "".
Result<std::map<std::string, std::filesystem::path>> assign_files(
    const mapping::Mapping& mapping, const Formats& formats, const std::vector<std::string>& files);

/// Variables from NAME=FILE options: a file in JSON, or a text. CH-CLI-008, CH-CLI-009;
/// CH-CLI-028 for one that `mapping`, when given, does not know.
Result<mapping::Variables> read_variables(const std::vector<std::string>& options,
                                          const mapping::Mapping* mapping);

Result<tree::Document> read_json_file(const std::filesystem::path& file);

}  // namespace charmille::cli
