// What is generated from the specifications: the JSON Schema that editors use, and the reference
// page.
#pragma once

#include <span>
#include <string>

#include "adapters/adapter.h"
#include "gateway/config/validate.h"
#include "gateway/tree/spec.h"

namespace charmille::config {

/// JSON Schema (draft 2020-12) of a configuration file: `schemas/config.schema.json`. An endpoint's
/// settings depend on its adapter, and a format's options on its codec.
tree::Document configuration_schema(std::span<const adapters::Adapter* const> adapters,
                                    std::span<const KnownCodec> codecs);

/// JSON Schema of a policy file: `schemas/policy.schema.json`.
tree::Document policy_schema();

/// The reference page, in French: `docs/reference/configuration.md`.
std::string configuration_reference(std::span<const adapters::Adapter* const> adapters,
                                    std::span<const KnownCodec> codecs);

/// One specification in Markdown, in French: a table of field, type, default, meaning and example,
/// and one for each block under it. `path` names it (`endpoints.NOM`), `level` is the depth of its
/// heading.
std::string reference_tables(const std::string& path, const std::vector<tree::Field>& fields,
                             int level);

}  // namespace charmille::config
