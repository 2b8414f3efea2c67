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

}  // namespace

bool is_type_name(std::string_view name) {
  if (name.starts_with("System."))
    return std::ranges::find(system_types, name.substr(7)) != system_types.end();
  if (name.starts_with("FHIR.")) name.remove_prefix(5);
  return !name.empty() && name.find('.') == name.npos;
}

bool has_type(const Value& value, std::string_view name) {
  if (name.starts_with("System.")) name.remove_prefix(7);
  if (name.starts_with("FHIR.")) name.remove_prefix(5);
  if (name == "Any") return true;
  if (value.is(Type::complex)) {
    const tree::Node* type = value.node().find("resourceType");
    return type != nullptr && type->chars() == name;
  }
  for (const auto& [fhir, system] : primitives)
    if (name == fhir) name = system;
  return system_type(value) == name;
}

}  // namespace charmille::fhirpath
