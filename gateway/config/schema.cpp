// The JSON Schema of a configuration: the one of its specification, with what depends on adapters
// and codecs put in.
#include <algorithm>
#include <array>

#include "gateway/config/policy.h"
#include "gateway/config/reference.h"
#include "gateway/config/specification.h"

namespace charmille::config {
namespace {

using tree::Document;
using tree::Node;
using Members = std::vector<Document::Member>;

constexpr std::string_view dialect = "https://json-schema.org/draft/2020-12/schema";

/// Properties whose schema stands under `$defs`, because the specification leaves them open.
constexpr std::array<std::string_view, 3> defined{"tls", "format", "endpoints"};

Node reference(Document& into, std::string_view name, const Node& open) {
  const Node ref = into.text("#/$defs/" + std::string(name));
  Members members{{"$ref", ref}};
  if (const Node* description = open.find("description"))
    members.emplace_back("description", *description);
  return into.object(members);
}

/// The schema with references in place of the open properties.
Node with_references(Document& into, const Node& schema) {
  if (schema.is(tree::Kind::array)) {
    std::vector<Node> items;
    for (const Node& item : schema.items()) items.push_back(with_references(into, item));
    return into.array(items);
  }
  if (!schema.is(tree::Kind::object)) return schema;
  Members members;
  for (std::size_t i = 0; i < schema.items().size(); ++i) {
    const Node& value = schema.items()[i];
    if (schema.key(i) != "properties") {
      members.emplace_back(schema.key(i), with_references(into, value));
      continue;
    }
    Members properties;
    for (std::size_t j = 0; j < value.items().size(); ++j) {
      const bool open = std::ranges::find(defined, value.key(j)) != defined.end();
      properties.emplace_back(value.key(j), open ? reference(into, value.key(j), value.items()[j])
                                                 : with_references(into, value.items()[j]));
    }
    members.emplace_back("properties", into.object(properties));
  }
  return into.object(members);
}

Node schema_of(Document& into, const std::vector<tree::Field>& fields) {
  return with_references(into, tree::to_json_schema(into, fields));
}

Node any_of(Document& into, const std::vector<Node>& ways) {
  return into.object({{"anyOf", into.array(ways)}});
}

Node constant(Document& into, std::string_view word) {
  return into.object({{"const", into.text(word)}});
}

/// A copy of an object schema whose property `name` is `schema`.
Node with_property(Document& into, const Node& object, std::string_view name, const Node& schema) {
  Members members;
  for (std::size_t i = 0; i < object.items().size(); ++i) {
    Node value = object.items()[i];
    if (object.key(i) == "properties") {
      Members properties;
      for (std::size_t j = 0; j < value.items().size(); ++j)
        properties.emplace_back(value.key(j), value.key(j) == name ? schema : value.items()[j]);
      value = into.object(properties);
    }
    members.emplace_back(object.key(i), value);
  }
  return into.object(members);
}

Node endpoint_schema(Document& into, std::span<const adapters::Adapter* const> adapters) {
  std::vector<Node> ways;
  for (const adapters::Adapter* adapter : adapters) {
    for (const tree::Spec* spec : {adapter->source, adapter->destination}) {
      if (spec == nullptr) continue;
      std::vector<tree::Field> fields = endpoint_fields();
      if (spec == adapter->destination)
        std::erase_if(fields, [](const tree::Field& f) { return f.name == "lot"; });
      fields.insert(fields.end(), spec->fields.begin(), spec->fields.end());
      ways.push_back(
          with_property(into, schema_of(into, fields), "adapter", constant(into, adapter->name)));
    }
  }
  return into.object({{"type", into.text("object")}, {"additionalProperties", any_of(into, ways)}});
}

Node format_schema(Document& into, std::span<const KnownCodec> codecs) {
  std::vector<Node> names;
  Members blocks;
  for (const KnownCodec& codec : codecs) {
    names.push_back(into.text(codec.name));
    std::vector<Node> ways;
    for (const tree::Spec* spec : {codec.decode, codec.encode}) {
      if (spec == nullptr) continue;
      std::vector<tree::Field> fields = spec->fields;
      std::erase_if(fields, [](const tree::Field& f) { return f.name == "format"; });
      ways.push_back(tree::to_json_schema(into, fields));
    }
    blocks.emplace_back(codec.name, any_of(into, ways));
  }
  const Node block = into.object({{"type", into.text("object")},
                                  {"properties", into.object(blocks)},
                                  {"minProperties", into.integer(1)},
                                  {"maxProperties", into.integer(1)},
                                  {"additionalProperties", Node::boolean(false)}});
  return any_of(into, {into.object({{"enum", into.array(names)}}), block});
}

/// The schema of a whole file: dialect and title in front, definitions behind.
Node file_schema(Document& into, const tree::Spec& spec, const Members& definitions) {
  const Node schema = schema_of(into, spec.fields);
  Members members{{"$schema", into.text(dialect)}, {"title", into.text(spec.summary_fr)}};
  for (std::size_t i = 0; i < schema.items().size(); ++i)
    members.emplace_back(schema.key(i), schema.items()[i]);
  if (!definitions.empty()) members.emplace_back("$defs", into.object(definitions));
  return into.object(members);
}

}  // namespace

Document configuration_schema(std::span<const adapters::Adapter* const> adapters,
                              std::span<const KnownCodec> codecs) {
  Document document;
  const Members definitions{
      {"endpoints", endpoint_schema(document, adapters)},
      {"format", format_schema(document, codecs)},
      {"tls", any_of(document, {constant(document, "none"), schema_of(document, tls_fields())})},
  };
  document.set_root(file_schema(document, site_spec(), definitions));
  return document;
}

Document policy_schema() {
  Document document;
  document.set_root(file_schema(document, policy_spec(), {}));
  return document;
}

}  // namespace charmille::config
