// What is generated from the specifications of mapping files: the JSON Schema for editors, and the
// reference page.
#pragma once

#include <string>

#include "gateway/tree/document.h"

namespace charmille::mapping {

/// JSON Schema (draft 2020-12) of a mapping file: `schemas/mapping.schema.json`.
tree::Document mapping_schema();

/// The reference page, in French: `docs/reference/correspondances.md`.
std::string mapping_reference();

}  // namespace charmille::mapping
