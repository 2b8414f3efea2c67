// The draft of a mapping for files of unknown origin: it loads, runs without faults on them, and
// shows no value but codes.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/catalogue.h"
#include "gateway/mapping/profile/file_profile.h"

namespace charmille::mapping {

/// A file whose rows belong to rows of the first one.
struct JoinFound {
  std::size_t file = 0;  ///< index of the profile
  std::string column;    ///< of the same name in both
};

/// For each file but the first: a column whose values are all in the column of the same name of
/// the first file, where none comes twice. Files without one are left out.
std::vector<JoinFound> find_joins(std::span<const FileProfile> files);

/// The columns that a file shares with the first by their names alone, when it is in no join.
struct NotJoined {
  std::size_t file = 0;
  std::vector<std::string> shared;
};
std::vector<NotJoined> find_not_joined(std::span<const FileProfile> files,
                                       std::span<const JoinFound> joins);

/// "EO_Mesures" for "EO_Mesures_20260630.csv": what a lot calls the file.
std::string lot_name_of(std::string_view file);

/// The text of the mapping file `name` ("eo/test"). The first file is the main one.
std::string write_draft(const std::string& name, std::span<const FileProfile> files,
                        std::span<const JoinFound> joins);

}  // namespace charmille::mapping
