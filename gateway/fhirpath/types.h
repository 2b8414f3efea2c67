// Names of types, and which values have them. Without a model, a JSON object is of the type that
// its `resourceType` says.
#pragma once

#include <optional>
#include <string_view>

#include "gateway/fhirpath/value.h"

namespace charmille::fhirpath {

/// A type as an expression names it: `Patient`, `FHIR.Patient`, `System.String`.
struct TypeName {
  enum class Space : std::uint8_t { any, system, model };
  Space space = Space::any;
  std::string_view name;        ///< without its namespace
  TypeId model_type = untyped;  ///< when a model has it
};

/// What a name that `is`, `as` and `ofType` use stands for; nothing for an unknown one.
std::optional<TypeName> type_name(std::string_view text, const Model* model);

/// What an object says that it is (`resourceType`); empty when it says nothing.
std::string_view said_type(const tree::Node& object);

/// The type in the model of a value of the input: the one it was read with, or what an object says
/// by its `resourceType`.
TypeId model_type(const Value& value, const Model* model);

bool has_type(const Value& value, const TypeName& type, const Model* model);

/// The name in the namespace System ("Integer"); empty for an object.
std::string_view system_type(const Value& value);

}  // namespace charmille::fhirpath
