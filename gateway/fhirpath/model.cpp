#include "gateway/fhirpath/model.h"

#include <algorithm>

namespace charmille::fhirpath {

std::string_view fhir_r4_table();

namespace {

std::string_view take_word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(line.size(), end + 1));
  return word;
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

void Model::read(std::string_view table) {
  const auto declare = [this](std::string_view name) {
    const TypeId known = find(name);
    return known != untyped ? known : add_type(name);
  };
  // Declared first and together, so that a range tells them.
  temporal_.first = declare("date");
  declare("dateTime");
  declare("instant");
  temporal_.second = declare("time");
  TypeId current = untyped;
  while (!table.empty()) {
    std::string_view line = table.substr(0, table.find('\n'));
    table.remove_prefix(std::min(table.size(), line.size() + 1));
    if (line.empty() || line.front() == '#') continue;
    if (line.front() == ' ') {
      Element element = read_element(line.substr(1));
      types_[current].elements.push_back(element);
      continue;
    }
    const std::string_view kind = take_word(line);
    const std::string_view name = take_word(line);
    const TypeId base = line == "-" ? untyped : declare(line);
    current = add_type(name,
                       kind == "primitive"  ? Kind::primitive
                       : kind == "resource" ? Kind::resource
                                            : Kind::complex,
                       base);
  }
}

/// "deceased[x] boolean dateTime", "name* HumanName".
Model::Element Model::read_element(std::string_view line) {
  Element element;
  std::string_view name = take_word(line);
  const bool choice = name.ends_with("[x]");
  if (choice) name.remove_suffix(3);
  if (name.ends_with('*')) name.remove_suffix(1);  // how often it comes does not matter to paths
  element.name = name;
  std::vector<Form>& forms = forms_.emplace_back();
  while (!line.empty()) {
    const std::string_view type = take_word(line);
    std::string& key = words_.emplace_back("_" + std::string(name));
    if (choice) {
      key += type;
      char& first = key[name.size() + 1];
      if (first >= 'a' && first <= 'z') first = static_cast<char>(first - 'a' + 'A');
    }
    const TypeId known = find(type);
    forms.push_back(
        {std::string_view(key).substr(1), key, known != untyped ? known : add_type(type)});
  }
  element.forms = forms;
  return element;
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
