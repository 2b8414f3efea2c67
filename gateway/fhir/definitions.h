// All that is known of FHIR: the base types of R4, which the program carries, and the profiles,
// extensions and value sets of the packages that were loaded. Complete before it is shared; then
// read from any thread.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/fhir/definition.h"
#include "gateway/fhir/terminology.h"
#include "gateway/fhirpath/model.h"

namespace charmille::fhir {

class Definitions {
 public:
  /// The types of R4 alone.
  Definitions();

  /// Every resource of a package (https://hl7.org/fhir/packages.html): `folder/package/*.json`, or
  /// the JSON files of `folder` itself. A file that cannot be read is a fault; what is no
  /// definition is passed over. Faults: CH-FHIR-040 to -042, -044.
  Result<void> load(const std::filesystem::path& folder);
  /// One StructureDefinition, ValueSet or CodeSystem; anything else says nothing. Takes the
  /// document.
  Result<void> add(tree::Document resource);
  /// Makes what was loaded ready; afterwards nothing is added.
  void close();

  /// A base type ("Patient", "HumanName"), or nullptr.
  const Definition* type(std::string_view name) const;
  /// A profile, an extension or a base type by its canonical; a version after `|` is passed over.
  const Definition* find(std::string_view url) const;
  /// The element of a base type that another shares its content with: "Questionnaire.item".
  const Element* element(std::string_view path) const;
  /// Profiles of resources that were loaded, by their canonicals.
  std::vector<const Definition*> resource_profiles() const;
  bool is_a(std::string_view type, std::string_view base) const;

  const Terminology& terminology() const { return terminology_; }
  const fhirpath::Model& model() const { return *model_; }

 private:
  std::shared_ptr<const fhirpath::Model> model_;
  std::map<std::string, DefinitionPtr, std::less<>> types_;
  std::map<std::string, DefinitionPtr, std::less<>> profiles_;
  Terminology terminology_;
};

/// The base types and those packages, ready; each of the profiles is among them. Faults: those of
/// `Definitions::load`, CH-FHIR-043.
Result<std::shared_ptr<const Definitions>> load_definitions(
    std::span<const std::filesystem::path> packages, std::span<const std::string> profiles);

}  // namespace charmille::fhir
