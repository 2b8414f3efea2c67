#include "gateway/fhir/compiling.h"

namespace charmille::fhir {

Constraint Compiling::constraint(std::string_view key, bool is_error, std::string_view expression,
                                 std::string_view words) {
  Constraint made{std::string(key), is_error, std::string(words), {}};
  auto compiled = fhirpath::compile(expression, scope_, base::Place{into_.type, 1, 1, {}});
  if (compiled) made.expression = std::move(*compiled);
  return made;
}

std::vector<std::string> steps_of(std::string_view path) {
  std::vector<std::string> steps;
  std::string step;
  int depth = 0;
  const auto end = [&] {
    if (!step.empty() && step != "$this") steps.push_back(step);
    step.clear();
  };
  for (const char c : path) {
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (c == '.' && depth == 0)
      end();
    else
      step += c;
  }
  end();
  return steps;
}

}  // namespace charmille::fhir
