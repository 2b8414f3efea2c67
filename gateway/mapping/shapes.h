// What a mapping's input looks like, as far as the mapping file tells: declared columns, or the
// JSON Schema of the child record. Paths are checked against it at load; it means nothing at run
// time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gateway/fhirpath/model.h"
#include "gateway/mapping/plan.h"

namespace charmille::mapping {

struct Shapes {
  std::shared_ptr<const fhirpath::Model> model;
  fhirpath::Types whole;  ///< of the whole input: what `each` reads
  fhirpath::Types item;   ///< of one item of it
};

/// Rows with the columns of `file` and a list for each nest. A nest without columns of its own may
/// have any.
Shapes shapes_of_rows(const std::string& file, const std::vector<std::string>& columns,
                      const std::vector<Nest>& nests);

/// A document of that JSON Schema (draft 2020-12; `$ref` to `#/$defs` only). What the schema leaves
/// open may have any member.
Shapes shapes_of_schema(const tree::Document& schema);

/// `columns:` of a mapping or a nest: a list of names, or {csv: FILE} and options of the codec, a
/// sample beside the mapping whose header counts. CH-MAP-008 when it is neither.
Result<std::vector<std::string>> read_columns(const tree::Document& document,
                                              const tree::Node& node, const std::string& path,
                                              const std::filesystem::path& folder);

}  // namespace charmille::mapping
