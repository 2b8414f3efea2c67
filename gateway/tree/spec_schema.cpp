// The JSON Schema of a specification, for editors that complete and check YAML while it is typed.
#include "gateway/tree/spec.h"

namespace charmille::tree {
namespace {

using Members = std::vector<Document::Member>;

Node property(Document& into, const Field& field);

Node described(Document& into, const Field& field, Members members) {
  std::string meaning(field.meaning_fr);
  if (!field.meaning_en.empty()) meaning += " / " + std::string(field.meaning_en);
  if (!meaning.empty()) members.emplace_back("description", into.text(meaning));
  if (!field.example.empty()) {
    const Node example = into.text(field.example);
    members.emplace_back("examples", into.array({&example, 1}));
  }
  return into.object(members);
}

Members pattern(Document& into, std::string_view expression) {
  return {{"type", into.text("string")}, {"pattern", into.text(expression)}};
}

Members integer(Document& into, const Field& field) {
  Members members{{"type", into.text("integer")}};
  if (field.least != INT64_MIN) members.emplace_back("minimum", into.integer(field.least));
  if (field.most != INT64_MAX) members.emplace_back("maximum", into.integer(field.most));
  if (!field.default_value.empty())
    members.emplace_back("default", into.number(field.default_value));
  return members;
}

Members choice(Document& into, const Field& field) {
  std::vector<Node> choices;
  for (const std::string_view word : field.choices) choices.push_back(into.text(word));
  Members members{{"enum", into.array(choices)}};
  if (!field.default_value.empty()) members.emplace_back("default", into.text(field.default_value));
  return members;
}

/// {"file": PATH} or {"env": NAME}, one of them.
Members secret(Document& into) {
  std::vector<Node> ways;
  for (const std::string_view key : {"file", "env"}) {
    const Node text = into.object({{"type", into.text("string")}, {"minLength", into.integer(1)}});
    const Node name = into.text(key);
    ways.push_back(into.object({{"type", into.text("object")},
                                {"properties", into.object({{key, text}})},
                                {"required", into.array({&name, 1})},
                                {"additionalProperties", Node::boolean(false)}}));
  }
  return {{"oneOf", into.array(ways)}};
}

Members object(Document& into, const std::vector<Field>& fields) {
  Members properties;
  std::vector<Node> required;
  for (const Field& field : fields) {
    properties.emplace_back(field.name, property(into, field));
    if (field.required) required.push_back(into.text(field.name));
  }
  Members members{{"type", into.text("object")}, {"properties", into.object(properties)}};
  if (!required.empty()) members.emplace_back("required", into.array(required));
  members.emplace_back("additionalProperties", Node::boolean(false));
  return members;
}

Members members_of(Document& into, const Field& field) {
  switch (field.type) {
    case FieldType::any:
      return {};
    case FieldType::integer:
      return integer(into, field);
    case FieldType::boolean: {
      Members members{{"type", into.text("boolean")}};
      if (!field.default_value.empty())
        members.emplace_back("default", Node::boolean(field.default_value == "true"));
      return members;
    }
    case FieldType::duration:
      return pattern(into, "^[0-9]+(ms|s|m|h|d)$");
    case FieldType::size: {
      const Node bytes =
          into.object({{"type", into.text("integer")}, {"minimum", into.integer(0)}});
      const Node text = into.object(pattern(into, "^[0-9]+([KMGT]iB)?$"));
      const Node both[] = {bytes, text};
      return {{"anyOf", into.array(both)}};
    }
    case FieldType::choice:
      return choice(into, field);
    case FieldType::url:
      return pattern(into, "^https?://[^/?#@:]");
    case FieldType::text:
    case FieldType::path: {
      const Node types[] = {into.text("string"), into.text("number")};
      return {{"type", into.array(types)}};
    }
    case FieldType::secret:
      return secret(into);
    case FieldType::list: {
      Members members{{"type", into.text("array")}};
      if (!field.item.empty()) members.emplace_back("items", property(into, field.item.front()));
      if (field.required) members.emplace_back("minItems", into.integer(1));
      return members;
    }
    case FieldType::map: {
      Members members{{"type", into.text("object")}};
      if (!field.item.empty())
        members.emplace_back("additionalProperties", property(into, field.item.front()));
      return members;
    }
    case FieldType::object:
      return object(into, field.fields);
  }
  return {};
}

Node property(Document& into, const Field& field) {
  return described(into, field, members_of(into, field));
}

}  // namespace

Node to_json_schema(Document& into, const std::vector<Field>& fields) {
  return into.object(object(into, fields));
}

}  // namespace charmille::tree
