#include "gateway/fhirpath/types.h"

#include <algorithm>
#include <array>

namespace charmille::fhirpath {
namespace {

constexpr std::array<std::string_view, 9> system_types{
    "Any", "Boolean", "String", "Integer", "Decimal", "Date", "DateTime", "Time", "Quantity"};
/// FHIR primitives that a value shows without a model.
constexpr std::array<std::array<std::string_view, 2>, 7> primitives{{{"boolean", "Boolean"},
                                                                     {"string", "String"},
                                                                     {"integer", "Integer"},
                                                                     {"decimal", "Decimal"},
                                                                     {"date", "Date"},
                                                                     {"dateTime", "DateTime"},
                                                                     {"time", "Time"}}};

}  // namespace

std::optional<TypeName> type_name(std::string_view text, const Model* model) {
  TypeName out;
  if (text.starts_with("System.")) {
    out.space = TypeName::Space::system;
    out.name = text.substr(7);
    if (std::ranges::find(system_types, out.name) == system_types.end()) return {};
    return out;
  }
  if (text.starts_with("FHIR.")) {
    out.space = TypeName::Space::model;
    text.remove_prefix(5);
  }
  out.name = text;
  if (model != nullptr) out.model_type = model->find(text);
  const bool known =
      model == nullptr ? !text.empty() && text.find('.') == text.npos
      : out.space == TypeName::Space::any
          ? out.model_type != untyped || std::ranges::find(system_types, text) != system_types.end()
          : out.model_type != untyped;
  return known ? std::optional(out) : std::nullopt;
}

std::string_view said_type(const tree::Node& object) {
  const tree::Node* said = object.find("resourceType");
  return said == nullptr ? std::string_view{} : said->chars();
}

TypeId model_type(const Value& value, const Model* model) {
  if (model == nullptr || value.model_type() != untyped || !value.is(Type::complex))
    return value.model_type();
  return model->concrete(untyped, said_type(value.node()));
}

std::string_view system_type(const Value& value) {
  switch (value.type()) {
    case Type::boolean:
      return "Boolean";
    case Type::integer:
      return "Integer";
    case Type::number:
      return value.chars().find_first_of(".eE") == std::string_view::npos ? "Integer" : "Decimal";
    case Type::decimal:
      return "Decimal";
    case Type::text:
      return "String";
    case Type::quantity:
      return "Quantity";
    case Type::temporal:
      break;
    case Type::complex:
      return {};
  }
  switch (value.temporal().type) {
    case Temporal::Type::date:
      return "Date";
    case Temporal::Type::date_time:
      return "DateTime";
    case Temporal::Type::time:
      break;
  }
  return "Time";
}

bool has_type(const Value& value, const TypeName& type, const Model* model) {
  if (type.name == "Any") return true;
  if (model != nullptr) {
    const TypeId of = model_type(value, model);
    if (of == untyped)
      return type.space != TypeName::Space::model && system_type(value) == type.name;
    return type.space != TypeName::Space::system && model->is_a(of, type.model_type);
  }
  if (value.is(Type::complex)) {
    const std::string_view said = said_type(value.node());
    return !said.empty() && said == type.name;
  }
  std::string_view name = type.name;
  for (const auto& [fhir, system] : primitives)
    if (name == fhir) name = system;
  return system_type(value) == name;
}

}  // namespace charmille::fhirpath
