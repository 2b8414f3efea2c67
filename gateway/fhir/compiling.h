// Puts a definition together: its expressions share one scope.
#pragma once

#include "gateway/fhir/definition.h"
#include "gateway/fhirpath/model.h"

namespace charmille::fhir {

class Compiling {
 public:
  Compiling(Definition& into, std::shared_ptr<const fhirpath::Model> model) : into_(into) {
    scope_.set_model(std::move(model));
    scope_.set_clock(true);
  }

  /// The expression is left out when the engine does not know what it uses.
  Constraint constraint(std::string_view key, bool is_error, std::string_view expression,
                        std::string_view words);
  void done() {
    into_.slots = scope_.slots();
    into_.members = scope_.members();
  }

 private:
  Definition& into_;
  fhirpath::Scope scope_;
};

/// "coding.where(x)" in steps at its dots; those inside brackets part nothing.
std::vector<std::string> steps_of(std::string_view path);

}  // namespace charmille::fhir
