// The reference page of the child record's fields, in French: docs/reference/fiche-enfant.md.
#pragma once

#include <string>
#include <vector>

#include "gateway/tree/document.h"

namespace charmille::mapping {

struct RecordReference {
  std::string page;
  std::vector<std::string> unnamed;  ///< fields of the schema that have no French meaning
  std::vector<std::string> unknown;  ///< meanings of fields that the schema has not
};

/// `schema` is schemas/child-record.schema.json; `meanings` is child-record.fr.json beside it, an
/// object from the path of a field ("identity.birthName", "Address.lines") to what it is.
RecordReference record_reference(const tree::Document& schema, const tree::Document& meanings);

}  // namespace charmille::mapping
