// An Eo export read as the gateway reads it: codec, joins, mapping, validity rules, lot check.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/codec/options.h"
#include "gateway/mapping/mapping.h"
#include "gateway/record/validate.h"
#include "gateway/tree/document.h"

namespace charmille::conformance {

/// The synthetic data (CHARMILLE_CONFORMANCE_DATA, else beside the checkout); nothing when it is
/// not there.
std::optional<std::filesystem::path> ase_data();
/// The root of the checkout.
std::filesystem::path source_root();

/// A mapping of the checkout; the test fails when it has faults.
std::shared_ptr<const mapping::Mapping> load_mapping(const std::string& name);

/// One child, or why there is none.
struct Child {
  std::uint32_t line = 0;
  std::string local_id;
  tree::Document record;
  std::vector<Fault> refused;  ///< of the codec, the mapping, the lot or the rules
  std::vector<Fault> remarks;
};

struct LotResult {
  std::optional<Fault> refused;  ///< the main file is refused whole
  std::vector<Child> children;   ///< refused ones included, repeated ones not
  std::vector<Fault> remarks;    ///< of files
  std::vector<Fault> orphans;
  std::uint64_t repeated = 0;
};

/// `main_file` as EO_Usagers, and the twelve others of `folder` where they are; `folder` may be
/// empty.
LotResult read_lot(const std::filesystem::path& main_file, const std::filesystem::path& folder,
                   codec::Encoding encoding);

/// Every row of a CSV file, as {rows: [...]}; the first fault, if any.
Result<tree::Document> read_rows(const std::filesystem::path& file, codec::Encoding encoding);

}  // namespace charmille::conformance
