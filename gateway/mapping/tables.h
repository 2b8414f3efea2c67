// The `tables:` of a mapping file: codes written there, or in a CSV file beside it.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "gateway/base/result.h"
#include "gateway/codec/codec.h"
#include "gateway/fhirpath/table.h"

namespace charmille::mapping {

/// The bytes of the file that `name` tells, beside the mapping file in `folder` or below:
/// CH-MAP-020 when it cannot be read, CH-MAP-023 when it lies outside.
Result<base::Payload> read_beside(std::string_view name, const base::Place& place,
                                  const std::filesystem::path& folder);
/// The rows of `{csv: FILE}`, with the options of the csv codec that stand beside.
Result<std::unique_ptr<codec::RecordStream>> open_beside(const tree::Document& document,
                                                         const tree::Node& node,
                                                         const base::Place& place,
                                                         const std::filesystem::path& folder);

/// `{F: female, M: male}`; `{csv: communes.csv, key: CODE, value: NOM}` with the options of the csv
/// codec beside; or `{conceptmap: sexes.json}`, a FHIR ConceptMap (R4): each code of its groups
/// becomes the first target that is not unmatched or disjoint.
Result<std::shared_ptr<const fhirpath::Table>> read_table(std::string_view name,
                                                          const tree::Document& document,
                                                          const tree::Node& node, tree::Origin key,
                                                          const std::filesystem::path& folder);

}  // namespace charmille::mapping
