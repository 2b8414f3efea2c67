// YAML to tree: every value and every key keeps the line and the column where it was written.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "gateway/base/result.h"
#include "gateway/tree/document.h"

namespace charmille::config {

/// Reads one YAML document (YAML 1.2). `file_name` is the name that faults show. Lines and columns
/// count from 1, columns in characters; `Document::key_origin` tells where a key stands.
///
/// Types are those of the core schema (YAML 1.2.2 §10.3), numbers narrowed to what JSON can write:
/// `06`, `+5`, `0x1F` and `2026-06-30` stay text, so that codes keep their zeros; quoted scalars
/// are text. Keys are text as written. Refused: duplicate keys, tags other than the core ones, a
/// second document, aliases that expand to more than 1,000,000 values, more than 100 levels, more
/// than 16 MiB, bytes that are not UTF-8 text.
Result<tree::Document> read_yaml(std::string_view text, std::string file_name);

/// The same for a file; `shown` is its name in faults.
Result<tree::Document> read_yaml_file(const std::filesystem::path& file, std::string shown);

}  // namespace charmille::config
