#include "gateway/mapping/shapes.h"

#include <map>

#include "gateway/codec/codec.h"
#include "gateway/mapping/tables.h"

namespace charmille::mapping {
namespace {

using fhirpath::Model;
using fhirpath::TypeId;
using fhirpath::untyped;
using tree::Kind;
using tree::Node;

// Names of types that no input may be confused with.
constexpr std::string_view cell = "(cell)";
constexpr std::string_view value = "(value)";

TypeId add_rows(Model& model, const std::string& name, const std::vector<std::string>& columns,
                const std::vector<Nest>& nests) {
  const TypeId row = model.add_type(name);
  const TypeId cells = model.add_type(cell);
  for (const std::string& column : columns) model.add_element(row, column, {{cells}});
  for (const Nest& nest : nests) {
    const TypeId inner =
        nest.columns ? add_rows(model, nest.file, *nest.columns, nest.nests) : untyped;
    model.add_element(row, nest.name, {{inner}});
  }
  return row;
}

/// The types of a JSON Schema: one for each object in it.
class SchemaTypes {
 public:
  SchemaTypes(const Node& root, Model& model) : root_(root), model_(model) {}

  /// Of an item of a list, when `schema` is one.
  fhirpath::Types of(const Node& schema, const std::string& name) {
    if (const Node* items = schema.find("items")) return of(*items, name);
    if (const Node* reference = schema.find("$ref")) {
      const Node* target = referred(reference->chars());
      return target == nullptr ? fhirpath::Types{untyped} : of(*target, name);
    }
    if (schema.find("properties") != nullptr) return {object(schema, name)};
    const Node* type = schema.find("type");
    const bool open = type == nullptr || type->chars() == "object" || type->chars() == "array";
    return {open ? untyped : model_.add_type(value)};
  }

 private:
  const Node* referred(std::string_view reference) const {
    constexpr std::string_view definitions = "#/$defs/";
    const Node* all = root_.find("$defs");
    if (!reference.starts_with(definitions) || all == nullptr) return nullptr;
    return all->find(reference.substr(definitions.size()));
  }

  TypeId object(const Node& schema, const std::string& name) {
    const auto known = done_.find(&schema);
    if (known != done_.end()) return known->second;
    const Node* others = schema.find("additionalProperties");
    const bool closed = others != nullptr && others->is(Kind::boolean) && !others->boolean_value();
    if (!closed) return done_[&schema] = untyped;
    const TypeId type = done_[&schema] = model_.add_type(name);
    const Node& properties = *schema.find("properties");
    for (std::size_t i = 0; i < properties.items().size(); ++i) {
      const Node& property = properties.items()[i];
      const std::string key(properties.key(i));
      std::string path = name;
      if (!path.empty()) path += '.';
      path += key;
      const auto types = of(property, path);
      model_.add_element(type, key, types);
    }
    return type;
  }

  const Node& root_;
  Model& model_;
  std::map<const Node*, TypeId> done_;
};

}  // namespace

Shapes shapes_of_rows(const std::string& file, const std::vector<std::string>& columns,
                      const std::vector<Nest>& nests) {
  auto model = std::make_shared<Model>();
  model->set_unknown("CH-PATH-027");
  const TypeId row = add_rows(*model, file, columns, nests);
  const TypeId whole = model->add_type("(file)");
  model->add_element(whole, "rows", {{row}});
  model->close();
  return {std::move(model), {whole}, {row}};
}

Shapes shapes_of_schema(const tree::Document& schema) {
  auto model = std::make_shared<Model>();
  model->set_unknown("CH-PATH-028");
  fhirpath::Types root = SchemaTypes(schema.root(), *model).of(schema.root(), "(record)");
  model->close();
  if (root.front() == untyped) root.clear();
  return {std::move(model), root, root};
}

Result<std::vector<std::string>> read_columns(const tree::Document& document, const Node& node,
                                              const std::string& path,
                                              const std::filesystem::path& folder) {
  std::vector<std::string> columns;
  const base::Place place = document.place_of(node.origin(), path);
  if (node.is(Kind::array)) {
    for (const Node& name : node.items()) {
      if (!name.is(Kind::text)) return fail("CH-MAP-008", place);
      columns.emplace_back(name.chars());
    }
    return columns;
  }
  if (node.find("csv") == nullptr) return fail("CH-MAP-008", place);
  auto stream = open_beside(document, node, place, folder);
  if (!stream) return fail(std::move(stream.error()));
  const auto batch = (*stream)->next(1);
  if (!batch) return fail(batch.error());
  const Node* rows = batch->document.root().find("rows");
  if (rows == nullptr || rows->items().empty()) return fail("CH-MAP-008", place);
  for (const std::string_view key : rows->items().front().shape().keys()) columns.emplace_back(key);
  return columns;
}

}  // namespace charmille::mapping
