// What a type or a profile says of its elements (FHIR R4, StructureDefinition), compiled once: what
// the validator walks beside a resource, and what XML needs to know of order and types.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/fhirpath/expression.h"
#include "gateway/tree/document.h"

namespace charmille::fhir {

inline constexpr std::uint32_t many = 0xFFFFFFFF;

/// A type that a value may have: its code, the profiles of it that are asked for (one is enough),
/// and for references what they may point to.
struct TypeUse {
  std::string code;
  std::vector<std::string> profiles;
  std::vector<std::string> targets;
};

struct Constraint {
  std::string key;  ///< "pat-1"
  bool is_error = true;
  std::string words;
  /// Nothing: it uses a function that the engine has not.
  std::optional<fhirpath::Expression> expression;
};

struct Discriminator {
  enum class By : std::uint8_t { value, exists, type, profile };
  By by = By::value;
  std::vector<std::string> steps;  ///< "type", "coding", "extension(url)", "resolve()"; none: $this
};

struct Slicing {
  std::vector<Discriminator> by;
  bool closed = false;
};

struct Element;

/// "valueQuantity": how JSON and XML write a choice of that type.
std::string choice_key(std::string_view name, std::string_view type);

/// The elements of an object, in the order of the definition, and the keys that they are written
/// with.
struct Content {
  struct Key {
    std::string name;
    std::uint32_t element = 0;
    std::uint32_t type = 0;  ///< of a choice: the rank of its type
  };
  std::vector<Element> elements;
  std::vector<Key> keys;  ///< by name

  const Key* find(std::string_view name) const;
  /// To be called once, when the elements are complete.
  void index();
};

struct Element {
  std::string name;      ///< "contact"; "value" for value[x]
  std::string slice;     ///< of a slice: its name
  bool choice = false;   ///< value[x]
  bool repeats = false;  ///< in the base definition: an array in JSON
  std::uint32_t min = 0;
  std::uint32_t max = many;
  std::vector<TypeUse> types;
  std::string same_as;                  ///< "Questionnaire.item": the content of that element
  std::string value_set;                ///< of a required binding
  const tree::Node* fixed = nullptr;    ///< in the definition's document
  const tree::Node* pattern = nullptr;  ///< likewise
  std::vector<Constraint> constraints;
  std::optional<Slicing> slicing;
  std::vector<Element> slices;
  std::shared_ptr<const Content> content;  ///< nothing: that of its type
};

struct Definition {
  enum class Kind : std::uint8_t { primitive, complex, resource, logical };

  std::string url;
  std::string version;
  std::string type;  ///< "Patient"
  std::string base;  ///< url or name of what it specialises or constrains
  Kind kind = Kind::complex;
  bool is_profile = false;
  Element root;
  std::uint32_t slots = 0;                         ///< of its expressions, for a fhirpath::Context
  std::uint32_t members = 0;                       ///< likewise
  std::shared_ptr<const tree::Document> document;  ///< what `fixed` and `pattern` point into
};

using DefinitionPtr = std::shared_ptr<const Definition>;

}  // namespace charmille::fhir
