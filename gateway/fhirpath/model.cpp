#include "gateway/fhirpath/model.h"

#include <algorithm>
#include <optional>

namespace charmille::fhirpath {

namespace {

/// The text before the next separator, which goes with it.
std::string_view take(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(text.size(), end + 1));
  return taken;
}

std::optional<Model::Kind> kind_of(std::string_view word) {
  if (word == "complex") return Model::Kind::complex;
  if (word == "primitive") return Model::Kind::primitive;
  if (word == "resource") return Model::Kind::resource;
  return {};
}

}  // namespace

std::shared_ptr<const Model> Model::fhir_r4() {
  static const std::shared_ptr<const Model> model = [] {
    auto made = std::make_shared<Model>();
    made->read(fhir_r4_table());
    made->close();
    return made;
  }();
  return model;
}

Model::Model() {
  types_.emplace_back();  // untyped
}

TypeId Model::add_type(std::string_view name, Kind kind, TypeId base) {
  const auto known = by_name_.find(name);
  const TypeId id = known == by_name_.end() ? static_cast<TypeId>(types_.size()) : known->second;
  if (known == by_name_.end()) {
    types_.emplace_back().name = words_.emplace_back(name);
    by_name_.emplace(types_.back().name, id);
  }
  types_[id].kind = kind;
  types_[id].base = base;
  return id;
}

void Model::add_element(TypeId to, std::string_view name, std::span<const TypeId> types) {
  const std::string& key = words_.emplace_back("_" + std::string(name));
  Element element;
  element.name = std::string_view(key).substr(1);
  std::vector<Form>& forms = forms_.emplace_back();
  for (const TypeId type : types) forms.push_back({element.name, key, type});
  element.forms = forms;
  types_[to].elements.push_back(element);
}

void Model::close() {
  std::vector<bool> done(types_.size());
  for (std::size_t id = 1; id < types_.size(); ++id) inherit(static_cast<TypeId>(id), done);
  quantity_ = find("Quantity");
  extension_ = find("Extension");
  element_ = find("Element");
}

TypeId Model::declare(std::string_view name) {
  const TypeId known = find(name);
  return known != untyped ? known : add_type(name);
}

/// Of the table the types and their elements; how often one comes and what binds it does not matter
/// to paths.
void Model::read(std::string_view table) {
  // Declared first and together, so that a range tells them.
  temporal_.first = declare("date");
  declare("dateTime");
  declare("instant");
  temporal_.second = declare("time");
  TypeId current = untyped;
  while (!table.empty()) {
    std::string_view line = take(table, '\n');
    if (line.starts_with('=')) {
      read_element(current, line.substr(1));
      continue;
    }
    const auto kind = kind_of(take(line, '\t'));
    if (!kind) continue;
    const std::string_view name = take(line, '\t');
    current = add_type(name, *kind, line == "-" ? untyped : declare(line));
  }
}

/// "contact.name", cardinality, "HumanName"; "deceased[x]", "boolean,dateTime"; "entry.link",
/// "#Bundle.link".
void Model::read_element(TypeId type, std::string_view line) {
  std::string_view name = take(line, '\t');
  take(line, '\t');
  take(line, '\t');
  std::string_view types = take(line, '\t');
  const std::size_t dot = name.rfind('.');
  const TypeId owner = dot == name.npos ? type : inner(type, name.substr(0, dot));
  if (dot != name.npos) name.remove_prefix(dot + 1);
  const bool choice = name.ends_with("[x]");
  if (choice) name.remove_suffix(3);
  std::vector<Form>& forms = forms_.emplace_back();
  while (!types.empty()) {
    std::string_view code = take(types, ',');
    if (code == "-") break;
    if (code.starts_with('#')) code.remove_prefix(1);
    code = code.substr(0, code.find('('));
    std::string& key = words_.emplace_back("_" + std::string(name));
    if (choice) {
      key += code;
      char& first = key[name.size() + 1];
      if (first >= 'a' && first <= 'z') first = static_cast<char>(first - 'a' + 'A');
    }
    forms.push_back({std::string_view(key).substr(1), key, declare(code)});
  }
  types_[owner].elements.push_back({name, forms});
}

/// An element that has elements of its own is of a type of its own: "Patient.contact".
TypeId Model::inner(TypeId type, std::string_view path) {
  const std::string name = std::string(types_[type].name) + '.' + std::string(path);
  const TypeId known = find(name);
  if (known != untyped && types_[known].base != untyped) return known;
  const std::size_t dot = path.rfind('.');
  const TypeId owner = dot == path.npos ? type : inner(type, path.substr(0, dot));
  const std::string_view last = path.substr(dot == path.npos ? 0 : dot + 1);
  const auto at = [&]() -> Element& {
    return *std::ranges::find(types_[owner].elements, last, &Element::name);
  };
  std::vector<Form>& forms = forms_.emplace_back(at().forms.begin(), at().forms.end());
  const TypeId made = add_type(name, Kind::complex, forms.front().type);
  forms.front().type = made;
  at().forms = forms;
  return made;
}

/// A type has the elements of its base too.
void Model::inherit(TypeId id, std::vector<bool>& done) {
  if (id == untyped || done[id]) return;
  done[id] = true;
  Type& type = types_[id];
  inherit(type.base, done);
  const auto& base = types_[type.base].elements;
  type.elements.insert(type.elements.end(), base.begin(), base.end());
  std::ranges::sort(type.elements, {}, &Element::name);
}

TypeId Model::find(std::string_view name) const {
  const auto at = by_name_.find(name);
  return at == by_name_.end() ? untyped : at->second;
}

bool Model::is_a(TypeId type, TypeId base) const {
  for (; type != untyped; type = types_[type].base)
    if (type == base) return true;
  return false;
}

TypeId Model::concrete(TypeId declared, std::string_view resource_type) const {
  if (declared != untyped && !is_resource(declared)) return declared;
  const TypeId said = find(resource_type);
  return said != untyped && is_resource(said) ? said : declared;
}

const Model::Element* Model::element(TypeId type, std::string_view name) const {
  const auto& elements = types_[type].elements;
  const auto at = std::ranges::lower_bound(elements, name, {}, &Element::name);
  return at == elements.end() || at->name != name ? nullptr : &*at;
}

std::vector<std::string_view> Model::type_names() const {
  std::vector<std::string_view> names;
  for (const Type& type : types_)
    if (!type.name.empty()) names.push_back(type.name);
  return names;
}

}  // namespace charmille::fhirpath
