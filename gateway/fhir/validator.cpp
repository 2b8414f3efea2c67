#include "gateway/fhir/validator.h"

#include "gateway/fhir/walk.h"

namespace charmille::fhir {

std::vector<Issue> Validator::validate(const tree::Document& document,
                                       std::span<const std::string> profiles) const {
  Walk walk(*definitions_, document);
  walk.root(profiles);
  return walk.take();
}

}  // namespace charmille::fhir
