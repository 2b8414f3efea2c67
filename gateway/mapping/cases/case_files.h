// Where the cases of a mapping are: beside mappings/eo/enfants.yaml, in mappings/eo/cases/enfants/.
//
//   NAME.in.json    one item of `each`, or the whole input, as under `tests:`
//   NAME.in.csv     a real file (.ndjson and .xml too), read as decode reads it
//   NAME.in/        the files of a lot, named as the lot names them: EO_Usagers.csv, EO_Mesures.csv
//   NAME.out.json   the result wanted: for a real file with `each`, a list with one result an item
//   NAME.out.faults codes of the faults wanted, one a line
//   NAME.with.json  optional: {"vars": {...}, "format": {"encoding": ..., "delimiter": ...}}
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gateway/codec/options.h"
#include "gateway/mapping/mapping.h"

namespace charmille::mapping {

struct Case {
  std::string name;
  std::filesystem::path input;  ///< a file, or the folder NAME.in
  bool is_folder = false;
  std::string shown;  ///< the input's name in faults

  std::filesystem::path beside(std::string_view suffix) const {
    return input.parent_path() / (name + std::string(suffix));
  }
  base::Place place_of(std::string_view suffix) const {
    return {(std::filesystem::path(shown).parent_path() / (name + std::string(suffix)))
                .generic_string(),
            0,
            0,
            {}};
  }
};

struct CaseFolder {
  std::vector<Case> cases;    ///< by name
  std::vector<Fault> faults;  ///< files that belong to no case: CH-MAP-061, CH-MAP-062
};

/// The cases beside the mapping's file; a folder that is not there has none.
CaseFolder find_cases(const Mapping& mapping);

/// CH-MAP-065 for each folder of cases below `folder` that stands beside no mapping: nothing runs
/// them.
std::vector<Fault> stray_cases(const std::filesystem::path& folder);

/// How the case is to be run.
struct CaseOptions {
  Variables variables;
  codec::Options format;
};
/// NAME.with.json, or what goes without it: UTF-8, semicolons.
Result<CaseOptions> read_case_options(const Case& one);

/// What a case wants.
struct CaseWanted {
  std::optional<tree::Document> result;           ///< NAME.out.json
  std::optional<std::vector<std::string>> codes;  ///< NAME.out.faults
};
/// CH-MAP-060 when neither is there.
Result<CaseWanted> read_case_wanted(const Case& one);

/// The files of a case's folder by the names of the lot, the main one under "". CH-MAP-063.
Result<std::map<std::string, std::filesystem::path>> files_of_case(const Case& one,
                                                                   const Mapping& mapping);

}  // namespace charmille::mapping
