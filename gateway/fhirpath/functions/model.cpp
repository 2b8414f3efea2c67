// Types and elements as a model has them: type, and FHIR's own functions (FHIRPath 2.0.0 §6.3; FHIR
// R4, FHIRPath §2.9.1).
#include <array>

#include "gateway/fhirpath/functions.h"
#include "gateway/fhirpath/types.h"

namespace charmille::fhirpath {
namespace {

constexpr std::string_view definitions = "http://hl7.org/fhir/StructureDefinition/";

/// type(): {namespace, name} of each item.
Collection type_of(Call& call) {
  static constexpr std::array<std::string_view, 2> keys{"namespace", "name"};
  static const tree::Shape shape(keys);
  const Model* model = call.context().model();
  Collection out;
  for (const Value& item : call.input()) {
    const TypeId id = model_type(item, model);
    const std::string_view system = system_type(item);
    const std::string_view said =
        item.is(Type::complex) ? said_type(item.node()) : std::string_view{};
    const auto slots = call.arena().array<tree::Node>(2);
    slots[0] = tree::Node::text(id == untyped && !system.empty() ? "System" : "FHIR");
    slots[1] = tree::Node::text(id != untyped     ? model->type(id).name
                                : !system.empty() ? system
                                : !said.empty()   ? said
                                                  : std::string_view("Element"));
    const auto info = call.arena().array<tree::Node>(1);
    info[0] = tree::Node::object(shape, slots, item.origin());
    out.add(Value::of(info[0]), call.arena());
  }
  return out;
}

Collection extension(Call& call) {
  std::string_view url;
  Collection out;
  if (!call.text_argument(0, url)) return out;
  const Model* model = call.context().model();
  for (const Value& item : call.input()) {
    const tree::Node* element = item.element();
    const tree::Node* list = element == nullptr ? nullptr : element->find("extension");
    if (list == nullptr) continue;
    for (const tree::Node& one : list->items()) {
      const tree::Node* said = one.find("url");
      if (said == nullptr || said->chars() != url) continue;
      out.add(Value::of(one).typed(model == nullptr ? untyped : model->extension()), call.arena());
    }
  }
  return out;
}

Collection has_value(Call& call) {
  return call.result(call.input().size() == 1 && !call.input().front().is(Type::complex));
}

Collection get_value(Call& call) {
  const Value* value = call.single();
  if (value == nullptr || value->is(Type::complex)) return {};
  return value->alone();
}

/// Only the types of FHIR itself are known here, not profiles.
Collection conforms_to(Call& call) {
  std::string_view url;
  const Value* value = call.single();
  if (value == nullptr || !call.text_argument(0, url)) return {};
  const Model* model = call.context().model();
  const TypeId wanted = model != nullptr && url.starts_with(definitions)
                            ? model->find(url.substr(definitions.size()))
                            : untyped;
  if (wanted == untyped) return call.fault("CH-PATH-035");
  return call.result(model->is_a(model_type(*value, model), wanted));
}

bool says(const tree::Node& object, std::string_view key, std::string_view text) {
  const tree::Node* found = object.find(key);
  return found != nullptr && found->chars() == text;
}

/// "Patient/1": that type and id.
bool is_resource(const tree::Node& object, std::string_view reference) {
  const std::size_t slash = reference.find('/');
  return slash != reference.npos && says(object, "resourceType", reference.substr(0, slash)) &&
         says(object, "id", reference.substr(slash + 1));
}

/// The resource of a reference: contained in %resource, or an entry of the Bundle that it is.
const tree::Node* resolved(const tree::Node& root, std::string_view reference) {
  if (reference == "#") return &root;
  if (reference.starts_with('#')) {
    const tree::Node* contained = root.find("contained");
    if (contained == nullptr) return nullptr;
    for (const tree::Node& one : contained->items())
      if (says(one, "id", reference.substr(1))) return &one;
    return nullptr;
  }
  const tree::Node* entries = root.find("entry");
  if (entries == nullptr) return nullptr;
  for (const tree::Node& entry : entries->items()) {
    const tree::Node* resource = entry.find("resource");
    if (resource == nullptr) continue;
    if (says(entry, "fullUrl", reference) || is_resource(*resource, reference)) return resource;
  }
  return nullptr;
}

Collection resolve(Call& call) {
  Collection out;
  for (const Value& item : call.input()) {
    std::string_view reference;
    if (item.is(Type::text)) reference = item.chars();
    if (item.is(Type::complex))
      if (const tree::Node* said = item.node().find("reference")) reference = said->chars();
    if (reference.empty()) continue;
    for (const Value& root : call.context().resource()) {
      if (!root.is(Type::complex)) continue;
      const tree::Node* entries =
          root.node().find(reference.starts_with('#') ? "contained" : "entry");
      if (!call.context().step(1 + (entries == nullptr ? 0 : entries->items().size())))
        return call.too_many_steps();
      if (const tree::Node* found = resolved(root.node(), reference))
        out.add(Value::of(*found), call.arena());
    }
  }
  return out;
}

constexpr Function functions[] = {
    {"type", 0, 0, type_of},       {"extension", 1, 1, extension},    {"hasValue", 0, 0, has_value},
    {"getValue", 0, 0, get_value}, {"conformsTo", 1, 1, conforms_to}, {"resolve", 0, 0, resolve},
};

}  // namespace

std::span<const Function> model_functions() {
  return functions;
}

}  // namespace charmille::fhirpath
