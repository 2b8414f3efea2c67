#include "gateway/fhirpath/navigation.h"

#include "gateway/fhirpath/types.h"

namespace charmille::fhirpath {
namespace {

constexpr std::uint32_t absent = tree::Shape::npos;

const tree::Node* at(const tree::Node& object, std::uint32_t slot) {
  return slot == absent ? nullptr : &object.items()[slot];
}

Context::Found locate(const Model& model, const tree::Shape& shape, TypeId of,
                      std::string_view name) {
  Context::Found found{&shape, absent, absent, of, untyped};
  const Model::Element* element = model.element(of, name);
  if (name == "resourceType") found.slot = shape.index_of(name);
  if (element == nullptr) return found;
  for (const Model::Form& form : element->forms) {
    found.slot = shape.index_of(form.key);
    if (model.is_primitive(form.type)) found.beside = shape.index_of(form.extension_key);
    found.type = form.type;
    if (found.slot != absent || found.beside != absent) break;
  }
  return found;
}

/// `node` and what stands beside it; an array item by item.
void add_typed(Context& context, const tree::Node* node, const tree::Node* beside, TypeId type,
               Collection& out) {
  if (node != nullptr && node->is(tree::Kind::array)) {
    const auto items = node->items();
    const bool pairs = beside != nullptr && beside->is(tree::Kind::array);
    for (std::size_t i = 0; i < items.size(); ++i)
      add_typed(context, &items[i],
                pairs && i < beside->items().size() ? &beside->items()[i] : nullptr, type, out);
    return;
  }
  if (node == nullptr || node->is(tree::Kind::null)) {
    // A primitive without a value, but with extensions, is there.
    if (beside != nullptr && beside->is(tree::Kind::object))
      out.add(Value::of(*beside).typed(type), context.arena());
    return;
  }
  if (!node->is(tree::Kind::object)) context.note_read(node->origin());
  Value value = Value::of(*node).typed(type);
  if (node->is(tree::Kind::object) && context.model()->is_resource(type))
    value = value.typed(context.model()->concrete(type, said_type(*node)));
  if (beside != nullptr && beside->is(tree::Kind::object))
    value = value.with_element(*beside, context.arena());
  out.add(value, context.arena());
}

std::optional<Value> as_quantity(Context& context, const Value& value) {
  const tree::Node* number = value.node().find("value");
  if (number == nullptr || value.node().find("comparator") != nullptr) return {};
  const auto amount = Value::of(*number).as_decimal();
  if (!amount) return {};
  const tree::Node* unit = value.node().find("code");
  if (unit == nullptr) unit = value.node().find("unit");
  const std::string_view word = unit == nullptr ? "1" : unit->chars();
  return Value::quantity({*amount, word, false}, context.arena(), value.origin());
}

std::optional<Temporal> as_temporal(std::string_view text, std::string_view type) {
  if (type == "date") return Temporal::parse_date(text);
  return type == "time" ? Temporal::parse_time(text) : Temporal::parse_date_time(text);
}

}  // namespace

void add_element(Context& context, const tree::Node& object, TypeId of, std::string_view name,
                 Context::Found& found, Collection& out) {
  const tree::Shape& shape = object.shape();
  if (found.shape != &shape || found.of != of) found = locate(*context.model(), shape, of, name);
  if (found.slot == absent && found.beside == absent) return;
  add_typed(context, at(object, found.slot), at(object, found.beside), found.type, out);
}

void add_children(Context& context, const Value& value, Collection& out) {
  const tree::Node* object = value.element();
  if (object == nullptr) return;
  const Model* model = context.model();
  const TypeId of = model_type(value, model);
  if (of == untyped) {
    for (const tree::Node& child : object->items()) out.add_node(child, context.arena());
    return;
  }
  for (const Model::Element& element : model->type(of).elements) {
    Context::Found found;
    add_element(context, *object, of, element.name, found, out);
  }
}

Value system_value(Context& context, const Value& value) {
  const Model* model = context.model();
  if (model == nullptr || value.model_type() == untyped) return value;
  if (value.is(Type::text) && model->is_temporal(value.model_type()))
    if (const auto moment = as_temporal(value.chars(), model->type(value.model_type()).name))
      return Value::temporal(*moment, context.arena(), value.origin());
  if (value.is(Type::complex) && model->is_a(value.model_type(), model->quantity()))
    if (const auto quantity = as_quantity(context, value)) return *quantity;
  return value;
}

}  // namespace charmille::fhirpath
