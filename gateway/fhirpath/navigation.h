// From an object of the input to its elements, as its model has them: choices by their short name,
// primitives with the extensions that stand beside them (FHIR R4, JSON §2.6.2).
#pragma once

#include "gateway/fhirpath/context.h"
#include "gateway/fhirpath/value.h"

namespace charmille::fhirpath {

/// Adds the values of the element `name` of `object`, which is of the model's type `of`.
/// `found` remembers where the element stood in the last object.
void add_element(Context& context, const tree::Node& object, TypeId of, std::string_view name,
                 Context::Found& found, Collection& out);

/// Adds all that is directly in `value`, in the order of the model, or of the input without one.
void add_children(Context& context, const Value& value, Collection& out);

/// A value as the operators compute with it: a FHIR Quantity as a Quantity, the text of a FHIR date
/// as a Date (FHIR R4, FHIRPath §2.9.1).
Value system_value(Context& context, const Value& value);

}  // namespace charmille::fhirpath
