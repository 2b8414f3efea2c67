// One validation: a resource and what its definitions say, walked side by side.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/fhir/bundle.h"
#include "gateway/fhir/definitions.h"
#include "gateway/fhir/issue.h"
#include "gateway/fhir/members.h"
#include "gateway/fhir/path.h"
#include "gateway/fhirpath/context.h"
#include "gateway/tree/document.h"

namespace charmille::fhir {

class Walk {
 public:
  Walk(const Definitions& definitions, const tree::Document& document)
      : definitions_(definitions), document_(document) {}

  void root(std::span<const std::string> profiles);
  std::vector<Issue> take();

 private:
  /// A value and what stands beside it: a primitive, and the `id` and `extension` of its companion.
  struct Item {
    const tree::Node* node = nullptr;  ///< nothing: only the companion is there
    const tree::Node* beside = nullptr;
    std::uint32_t type = 0;   ///< of a choice: the rank of its type
    std::string_view key;     ///< as it is written: "valueQuantity"
    std::uint32_t index = 0;  ///< in its list
  };
  using Items = std::vector<Item>;
  /// An element, and the definition that its expressions belong to.
  struct Rule {
    const Element* element = nullptr;
    const Definition* owner = nullptr;
  };
  /// The elements inside a value, and where they are defined.
  struct Inside {
    const Content* content = nullptr;
    const Definition* owner = nullptr;
    const Definition* profile = nullptr;  ///< whose own constraints hold too
  };
  using At = Path::Step;
  /// The resource that is judged.
  struct Where {
    const tree::Node* resource = nullptr;   ///< the nearest one
    const tree::Node* container = nullptr;  ///< which contains it, or itself
    const BundleIndex* bundle = nullptr;    ///< the nearest one
  };

  // Objects (walk.cpp).
  void resource(const tree::Node& node, std::span<const std::string> profiles,
                bool is_contained = false);
  void entries(const BundleIndex& bundle);
  void contained();
  void as_defined(const tree::Node& node, const Definition& definition);
  void object(const tree::Node& node, const Inside& inside, fhirpath::TypeId type,
              bool is_resource);
  void elements(const std::vector<Items>& items, const Inside& inside, fhirpath::TypeId type);
  std::vector<Items> items_of(const tree::Node& node, const Inside& inside, bool is_resource);
  void add_items(const Content::Key& key, const tree::Node* value, const tree::Node* beside,
                 std::string_view name, const Element& element, Items& into);
  void element(const Rule& rule, const Items& items, fhirpath::TypeId parent);
  void cardinality(const Element& element, std::size_t count);

  // Values (walk_value.cpp).
  void value(const Rule& rule, const Item& item, fhirpath::TypeId type);
  void primitive(const Rule& rule, const Item& item, const TypeUse& use, fhirpath::TypeId type);
  void complex(const Rule& rule, const Item& item, const TypeUse& use, fhirpath::TypeId type);
  Inside inside_of(const Rule& rule, const TypeUse& use) const;
  void narrative(const tree::Node& div);
  void companion(const Rule& rule, const tree::Node* beside);
  void fixed(const Element& element, const tree::Node& node);
  void binding(const Element& element, const tree::Node& node);
  std::optional<bool> is_bound(const Element& element, const tree::Node& node);
  void extension(const tree::Node& node, bool modifies);
  void reference(const tree::Node& node, const TypeUse& use);
  void constraints(std::span<const Constraint> constraints, const Definition& owner,
                   const Item& item, fhirpath::TypeId type);
  void type_constraints(const Definition& type, const Item& item, fhirpath::TypeId model_type);
  const TypeUse& type_of(const Element& element, const Item& item) const;
  fhirpath::TypeId model_type(fhirpath::TypeId parent, const Element& element,
                              const Item& item) const;

  // Slices (walk_slices.cpp).
  void slices(const Rule& rule, const Items& items, fhirpath::TypeId parent);
  bool fits(const Rule& slice, const Slicing& slicing, const Item& item);
  bool fits(const Rule& slice, const Discriminator& by, const Item& item);
  bool is_of_type(const Element& element, const Item& item) const;
  bool has_profile(const Element& element, const Item& item);
  Rule step(const Rule& rule, std::string_view name) const;
  std::vector<Item> step(const Item& item, std::string_view name) const;
  bool says(const Rule& rule, const Item& item);
  bool conforms(const tree::Node& resource, const std::string& profile);
  /// Nothing is told of what `judge` finds; whether it found an error.
  template <class Judge>
  bool quietly(Judge judge);

  // What was found.
  void tell(Severity severity, std::string_view type, std::string_view code, const tree::Node* node,
            base::Args args = {});

  const Definitions& definitions_;
  const tree::Document& document_;
  tree::Arena arena_;
  std::vector<Issue> issues_;
  std::set<std::string> told_;
  std::set<std::string, std::less<>> unknown_value_sets_;
  std::unordered_map<const Definition*, fhirpath::Context> contexts_;
  std::map<std::pair<const tree::Node*, std::string>, bool> conforming_;
  Path path_;
  Where where_;
  std::vector<const tree::Node*> parents_;
  bool undecided_ = false;  ///< a slice depends on codes that are not known
  int quiet_ = 0;
  int depth_ = 0;
};

/// Everything that `pattern` has is in `node` too (FHIR R4, ElementDefinition.pattern[x]).
bool has_pattern(const tree::Node& node, const tree::Node& pattern);

}  // namespace charmille::fhir
