#include "gateway/mapping/schema_check.h"

#include <algorithm>
#include <string>

#include "gateway/base/bytes.h"

namespace charmille::mapping {
namespace {

using tree::Kind;
using tree::Node;

class Checker {
 public:
  Checker(const tree::Document& mapping, const tree::Document& schema)
      : mapping_(mapping), root_(schema.root()) {}

  void check(const Rule& rule, const Node* schema) {
    schema = resolved(schema);
    if (schema == nullptr) return;
    switch (rule.kind) {
      case Rule::Kind::literal:
        return literal(rule, *schema);
      case Rule::Kind::single:
        if (!one_value(*schema)) fault("CH-MAP-051", rule.origin, rule.path);
        return;
      case Rule::Kind::joined:
        if (!allows(*schema, "string"))
          fault("CH-MAP-052", rule.origin, rule.path, {{"wanted", types_of(*schema)}});
        return;
      case Rule::Kind::list:
        if (!allows(*schema, "array")) fault("CH-MAP-053", rule.origin, rule.path);
        return;
      case Rule::Kind::object:
        return object(rule, *schema);
      case Rule::Kind::array:
      case Rule::Kind::each:
      case Rule::Kind::context:
        return list(rule, *schema);
      case Rule::Kind::choice:
        for (const RulePtr& body : rule.bodies) check(*body, schema);
        return;
      case Rule::Kind::merge:
        for (const RulePtr& body : rule.bodies) merged(*body, schema);
        return;
    }
  }

  std::vector<Fault> faults;

 private:
  void fault(std::string_view code, tree::Origin at, const std::string& path,
             base::Args args = {}) {
    faults.push_back(charmille::fault(code, mapping_.place_of(at, path), std::move(args)));
  }

  /// Follows $ref; nullptr for anything that says nothing here.
  const Node* resolved(const Node* schema) const {
    for (int hops = 0; schema != nullptr && hops < 32; ++hops) {
      const Node* reference = schema->find("$ref");
      if (reference == nullptr) return schema->is(Kind::object) ? schema : nullptr;
      std::string_view path = reference->chars();
      if (!path.starts_with("#/")) return nullptr;
      path.remove_prefix(2);
      schema = &root_;
      while (schema != nullptr && !path.empty()) {
        const std::size_t end = std::min(path.find('/'), path.size());
        schema = schema->find(path.substr(0, end));
        path.remove_prefix(std::min(end + 1, path.size()));
      }
    }
    return nullptr;
  }

  static bool allows(const Node& schema, std::string_view type) {
    const Node* types = schema.find("type");
    if (types == nullptr) return true;
    if (types->is(Kind::text)) return types->chars() == type;
    return std::ranges::any_of(types->items(),
                               [&](const Node& one) { return one.chars() == type; });
  }
  static bool one_value(const Node& schema) {
    static constexpr std::string_view singles[] = {"string",  "number", "integer",
                                                   "boolean", "object", "null"};
    return std::ranges::any_of(singles,
                               [&](std::string_view type) { return allows(schema, type); });
  }
  static std::string types_of(const Node& schema) {
    const Node* types = schema.find("type");
    if (types == nullptr) return "-";
    if (types->is(Kind::text)) return std::string(types->chars());
    std::string out;
    for (const Node& one : types->items())
      out += (out.empty() ? "" : ", ") + std::string(one.chars());
    return out;
  }

  void literal(const Rule& rule, const Node& schema) {
    const Node& value = rule.literal;
    if (value.is(Kind::null)) return;
    const bool whole =
        value.is(Kind::number) && value.chars().find_first_of(".eE") == std::string_view::npos;
    const bool fits = value.is(Kind::text) ? allows(schema, "string")
                      : value.is(Kind::boolean)
                          ? allows(schema, "boolean")
                          : allows(schema, "number") || (whole && allows(schema, "integer"));
    if (!fits) return fault("CH-MAP-052", rule.origin, rule.path, {{"wanted", types_of(schema)}});
    const Node* values = schema.find("enum");
    if (values == nullptr) return;
    if (std::ranges::any_of(values->items(),
                            [&](const Node& one) { return tree::equal(one, value); }))
      return;
    std::vector<std::string_view> names;
    for (const Node& one : values->items()) names.push_back(one.chars());
    fault("CH-MAP-054", rule.origin, rule.path,
          {{"value", base::printable(value.chars())}, base::suggestion(value.chars(), names)});
  }

  void object(const Rule& rule, const Node& schema) {
    if (!allows(schema, "object"))
      return fault("CH-MAP-052", rule.origin, rule.path, {{"wanted", types_of(schema)}});
    const Node* properties = schema.find("properties");
    const Node* others = schema.find("additionalProperties");
    for (const Rule::Member& member : rule.members) {
      if (member.splice) {
        check(*member.rule, &schema);
        continue;
      }
      const Node* property = properties != nullptr ? properties->find(member.key) : nullptr;
      if (property != nullptr) {
        check(*member.rule, property);
      } else if (others != nullptr && others->is(Kind::object)) {
        check(*member.rule, others);
      } else if (others != nullptr && others->is(Kind::boolean) && !others->boolean_value()) {
        const auto names = properties != nullptr ? properties->shape().keys()
                                                 : std::span<const std::string_view>{};
        fault("CH-MAP-050", member.origin, member.rule->path,
              {{"field", base::printable(member.key)}, base::suggestion(member.key, names)});
      }
    }
  }

  void list(const Rule& rule, const Node& schema) {
    if (!allows(schema, "array")) return fault("CH-MAP-053", rule.origin, rule.path);
    for (const RulePtr& body : rule.bodies) item(*body, schema);
  }

  /// What stands in a list: a list inside is flattened, so that it is held to the list's own
  /// schema.
  void item(const Rule& rule, const Node& schema) {
    switch (rule.kind) {
      case Rule::Kind::list:
      case Rule::Kind::array:
      case Rule::Kind::each:
      case Rule::Kind::context:
        return check(rule, &schema);
      case Rule::Kind::choice:
        for (const RulePtr& body : rule.bodies) item(*body, schema);
        return;
      default:
        return check(rule, schema.find("items"));
    }
  }

  void merged(const Rule& rule, const Node* schema) {
    if (rule.kind == Rule::Kind::each || rule.kind == Rule::Kind::context) {
      for (const RulePtr& body : rule.bodies) merged(*body, schema);
    } else {
      check(rule, schema);
    }
  }

  const tree::Document& mapping_;
  const Node& root_;
};

}  // namespace

std::vector<Fault> check_against_schema(const Rule& root, const tree::Document& mapping,
                                        const tree::Document& schema) {
  Checker checker(mapping, schema);
  checker.check(root, &schema.root());
  return std::move(checker.faults);
}

}  // namespace charmille::mapping
