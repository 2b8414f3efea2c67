// The specification of an object that people write (an adapter's settings, a codec's options):
// every field with its type, default, example and meaning. The check, the JSON Schema, the
// reference page and `charmille adapters NAME` all come from it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/tree/document.h"

namespace charmille::tree {

enum class FieldType : std::uint8_t {
  text,
  integer,
  boolean,
  duration,  ///< 250ms, 10s, 5m, 2h, 7d
  size,      ///< 64KiB, 10MiB, or a number of bytes
  choice,    ///< one of `choices`
  path,      ///< a file or folder; relative ones count from the configuration's folder
  url,       ///< absolute, http or https
  secret,    ///< a reference: {file: PATH} or {env: NAME}; never the secret itself
  list,      ///< of `item`
  map,       ///< free keys, each value of `item`
  object,    ///< of `fields`
  any,       ///< checked elsewhere
};

struct Field {
  std::string_view name{};
  FieldType type = FieldType::text;
  std::string_view meaning_fr{};
  std::string_view meaning_en{};
  std::string_view example{};        ///< as YAML
  std::string_view default_value{};  ///< as YAML; empty with required = false: absent means absent
  bool required = false;
  std::int64_t least =
      INT64_MIN;  ///< of integers; of durations and sizes in microseconds and bytes
  std::int64_t most = INT64_MAX;
  std::vector<std::string_view> choices{};
  std::vector<Field> item{};    ///< of lists and maps: exactly one, unnamed
  std::vector<Field> fields{};  ///< of objects
};

/// A named specification: of an adapter in one direction, of a codec, of a part of the
/// configuration.
struct Spec {
  std::string_view name;
  std::string_view summary_fr;
  std::string_view summary_en;
  std::vector<Field> fields;
};

/// Every fault of `node` against `fields`: unknown keys with the nearest name, missing ones, wrong
/// types, values out of range. `path` names the node for people (`endpoints.eo`).
std::vector<base::Fault> check(const Document& document, const Node& node,
                               const std::vector<Field>& fields, const std::string& path);

/// JSON Schema (draft 2020-12 subset that editors understand) of an object with these fields, as a
/// node of `into`.
Node to_json_schema(Document& into, const std::vector<Field>& fields);

// Reading a checked object; defaults of the specification apply. Each expects a node that `check`
// accepted.
std::string read_text(const Node& object, const Field& field);
std::int64_t read_integer(const Node& object,
                          const Field& field);  ///< also durations (us) and sizes (bytes)
bool read_boolean(const Node& object, const Field& field);
/// The field of that name; the name must exist.
const Field& field_of(const std::vector<Field>& fields, std::string_view name);

/// "64KiB", "10MiB", "1GiB", "4096": bytes.
Result<std::int64_t> parse_size(std::string_view text);

}  // namespace charmille::tree
