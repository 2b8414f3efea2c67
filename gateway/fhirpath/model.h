// What the types of an input are and which elements each has: the model that FHIRPath reads its
// input with (FHIRPath 2.0.0 §10). Without one, an object has the members that it has.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace charmille::fhirpath {

/// A type of a model; at most 1023 of them.
using TypeId = std::uint16_t;
inline constexpr TypeId untyped = 0;
/// The types that something may be of; none: nobody knows.
using Types = std::vector<TypeId>;

/// What FHIR R4 says of its types, with what only validation reads: schemas/fhir-r4.definitions.
std::string_view fhir_r4_table();

class Model {
 public:
  enum class Kind : std::uint8_t { complex, primitive, resource };

  /// One way in which an element is written: `valueQuantity`, a Quantity.
  struct Form {
    std::string_view key;
    std::string_view extension_key;  ///< `_birthDate`, beside a primitive
    TypeId type = untyped;
  };
  struct Element {
    std::string_view name;
    std::span<const Form> forms;  ///< several for a choice (`value[x]`)
  };
  struct Type {
    std::string_view name;
    Kind kind = Kind::complex;
    TypeId base = untyped;
    std::vector<Element> elements;  ///< of its base too, in order of names
  };

  /// FHIR R4 (4.0.1), read from its table when first asked for.
  static std::shared_ptr<const Model> fhir_r4();

  // A model of our own is built type by type, and not changed once it is shared.
  Model();
  /// The type of that name, new if need be.
  TypeId add_type(std::string_view name, Kind kind = Kind::complex, TypeId base = untyped);
  /// An element written under its own name, of any of these types.
  void add_element(TypeId to, std::string_view name, std::span<const TypeId> types);
  /// The code of the fault for an element that a type has not: CH-PATH-026 unless this is called.
  void set_unknown(std::string_view code) { unknown_ = code; }
  /// Gives each type the elements of its base; afterwards nothing is added.
  void close();

  TypeId find(std::string_view name) const;  ///< or untyped
  const Type& type(TypeId id) const { return types_[id]; }
  bool is_a(TypeId type, TypeId base) const;
  bool is_primitive(TypeId id) const { return types_[id].kind == Kind::primitive; }
  bool is_resource(TypeId id) const { return types_[id].kind == Kind::resource; }
  /// The type of an object in the place of a `declared` one: a resource says itself what it is.
  TypeId concrete(TypeId declared, std::string_view resource_type) const;
  /// An element of the type, or nullptr.
  const Element* element(TypeId type, std::string_view name) const;
  std::vector<std::string_view> type_names() const;
  std::string_view unknown() const { return unknown_; }

  TypeId quantity() const { return quantity_; }
  TypeId extension() const { return extension_; }
  TypeId element_type() const { return element_; }
  /// Its texts are dates, date-times or times.
  bool is_temporal(TypeId id) const {
    return id != untyped && id >= temporal_.first && id <= temporal_.second;
  }

 private:
  TypeId declare(std::string_view name);
  void read(std::string_view table);
  void read_element(TypeId type, std::string_view line);
  TypeId inner(TypeId type, std::string_view path);
  void inherit(TypeId id, std::vector<bool>& done);

  std::string_view unknown_ = "CH-PATH-026";
  std::vector<Type> types_;
  std::unordered_map<std::string_view, TypeId> by_name_;
  std::deque<std::vector<Form>> forms_;
  std::deque<std::string> words_;
  TypeId quantity_ = untyped;
  TypeId extension_ = untyped;
  TypeId element_ = untyped;
  std::pair<TypeId, TypeId> temporal_;
};

}  // namespace charmille::fhirpath
