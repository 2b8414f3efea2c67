// The `tables:` of a mapping file: codes written there, or in a CSV file beside it.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "gateway/base/result.h"
#include "gateway/fhirpath/table.h"

namespace charmille::mapping {

/// `{F: female, M: male}`, or `{csv: communes.csv, key: CODE, value: NOM}` with the options of the
/// csv codec beside. `folder` is where the mapping file is; a table's file may not lie outside of
/// it.
Result<std::shared_ptr<const fhirpath::Table>> read_table(std::string_view name,
                                                          const tree::Document& document,
                                                          const tree::Node& node, tree::Origin key,
                                                          const std::filesystem::path& folder);

}  // namespace charmille::mapping
