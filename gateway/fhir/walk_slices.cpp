// Slices: which of them an item belongs to (FHIR R4, §5.1.0.14), and how many each may have.
#include <algorithm>

#include "gateway/fhir/walk.h"

namespace charmille::fhir {

using fhirpath::TypeId;
using tree::Kind;
using tree::Node;

namespace {

/// An extension is the one that its profile names, whether its definition is known or not.
const std::string* extension_url(const Element& slice, const Discriminator& by) {
  const bool by_url = by.by == Discriminator::By::value && by.steps.size() == 1 &&
                      by.steps.front() == "url" && slice.types.size() == 1 &&
                      slice.types.front().code == "Extension";
  return by_url && slice.types.front().profiles.size() == 1 ? &slice.types.front().profiles.front()
                                                            : nullptr;
}

}  // namespace

template <class Judge>
bool Walk::quietly(Judge judge) {
  const std::size_t before = issues_.size();
  ++quiet_;
  judge();
  --quiet_;
  const bool found = issues_.size() > before;
  issues_.resize(before);
  return found;
}

void Walk::slices(const Rule& rule, const Items& items, TypeId parent) {
  const Element& element = *rule.element;
  std::vector<std::size_t> counts(element.slices.size());
  bool all_told = true;
  for (const Item& item : items) {
    const TypeId type = model_type(parent, element, item);
    const Element* own = nullptr;
    undecided_ = false;
    for (std::size_t i = 0; i < element.slices.size() && own == nullptr; ++i) {
      if (!fits({&element.slices[i], rule.owner}, *element.slicing, item)) continue;
      own = &element.slices[i];
      ++counts[i];
    }
    const bool told = own != nullptr || !undecided_;
    all_told &= told;
    const auto judge = [&] {
      if (own == nullptr && told && element.slicing->closed)
        tell(Severity::error, "structure", "CH-FHIR-026", item.node);
      Item as = item;
      // A slice of a choice names its own types.
      if (own != nullptr && element.choice && item.type < element.types.size())
        for (std::uint32_t t = 0; t < own->types.size(); ++t)
          if (own->types[t].code == element.types[item.type].code) as.type = t;
      value({own == nullptr ? &element : own, rule.owner}, as, type);
    };
    if (!element.repeats) {
      judge();
      continue;
    }
    const At at(path_, item.index);
    judge();
  }
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const Element& slice = element.slices[i];
    const Node* node = parents_.empty() ? nullptr : parents_.back();
    if (counts[i] < slice.min && all_told)
      tell(Severity::error, "required", "CH-FHIR-027", node,
           {{"slice", slice.slice}, {"min", std::to_string(slice.min)}});
    if (counts[i] > slice.max)
      tell(Severity::error, "structure", "CH-FHIR-028", node,
           {{"slice", slice.slice}, {"max", std::to_string(slice.max)}});
  }
}

bool Walk::fits(const Rule& slice, const Slicing& slicing, const Item& item) {
  return std::ranges::all_of(slicing.by,
                             [&](const Discriminator& by) { return fits(slice, by, item); });
}

bool Walk::fits(const Rule& slice, const Discriminator& by, const Item& item) {
  if (const std::string* url = extension_url(*slice.element, by))
    return item.node != nullptr && text_at(*item.node, "url") == *url;
  Rule rule = slice;
  std::vector<Item> values{item};
  for (const std::string& name : by.steps) {
    rule = step(rule, name);
    std::vector<Item> next;
    for (const Item& one : values) std::ranges::move(step(one, name), std::back_inserter(next));
    values = std::move(next);
    if (rule.element == nullptr) return false;
  }
  const Element& element = *rule.element;
  switch (by.by) {
    case Discriminator::By::exists:
      return element.max == 0 ? values.empty() : element.min == 0 || !values.empty();
    case Discriminator::By::type:
      return std::ranges::any_of(values, [&](const Item& one) { return is_of_type(element, one); });
    case Discriminator::By::profile:
      return std::ranges::any_of(values,
                                 [&](const Item& one) { return has_profile(element, one); });
    case Discriminator::By::value:
      break;
  }
  return std::ranges::any_of(values, [&](const Item& one) { return says(rule, one); });
}

/// A resource says its type, a choice has it in its key.
bool Walk::is_of_type(const Element& element, const Item& item) const {
  if (item.node == nullptr) return false;
  const std::string_view resource = text_at(*item.node, "resourceType");
  if (resource.empty() && !element.choice) return true;
  return std::ranges::any_of(element.types, [&](const TypeUse& use) {
    return resource.empty() ? item.key == choice_key(element.name, use.code)
                            : definitions_.is_a(resource, use.code);
  });
}

bool Walk::has_profile(const Element& element, const Item& item) {
  return item.node != nullptr && std::ranges::any_of(element.types, [&](const TypeUse& use) {
           return std::ranges::any_of(
               use.profiles, [&](const std::string& url) { return conforms(*item.node, url); });
         });
}

/// The value is what the element asks for: fixed, a pattern, a code, or parts that are so.
bool Walk::says(const Rule& rule, const Item& item) {
  const Element& element = *rule.element;
  if (item.node == nullptr) return false;
  if (element.fixed != nullptr) return tree::equal(*element.fixed, *item.node);
  if (element.pattern != nullptr) return has_pattern(*item.node, *element.pattern);
  if (!element.value_set.empty()) {
    const auto bound = is_bound(element, *item.node);
    undecided_ |= !bound;
    return bound.value_or(false);
  }
  if (element.slicing && !element.slices.empty())
    return std::ranges::any_of(element.slices, [&](const Element& slice) {
      return fits({&slice, rule.owner}, *element.slicing, item);
    });
  return !quietly([&] { value(rule, item, fhirpath::untyped); });
}

bool Walk::conforms(const Node& resource, const std::string& profile) {
  const Definition* definition = definitions_.find(profile);
  if (definition == nullptr || definition->type != text_at(resource, "resourceType")) return false;
  if (!definition->is_profile) return true;
  // Who says which profile it has is taken at its word, and then judged by it.
  if (const Node* meta = resource.find("meta")) {
    bool named = false;
    for (const Node& one : items_at(*meta, "profile")) {
      const std::string_view url = one.chars();
      if (url.substr(0, url.find('|')) == profile) return true;
      named = true;
    }
    if (named) return false;
  }
  const auto [at, made] = conforming_.try_emplace({&resource, profile}, false);
  if (made) {
    const Where outer = where_;
    where_.resource = where_.container = &resource;
    at->second = !quietly([&] { as_defined(resource, *definition); });
    where_ = outer;
  }
  return at->second;
}

Walk::Rule Walk::step(const Rule& rule, std::string_view name) const {
  const Element& element = *rule.element;
  static const TypeUse none;
  const TypeUse& use = element.types.empty() ? none : element.types.front();
  if (name == "resolve()") {
    const Definition* target =
        use.targets.empty() ? nullptr : definitions_.find(use.targets.front());
    return target == nullptr ? Rule{} : Rule{&target->root, target};
  }
  if (name.starts_with("ofType(")) return rule;
  const bool by_url = name.starts_with("extension(");
  const Inside inside = inside_of(rule, use);
  if (inside.content == nullptr) return {};
  for (const Element& child : inside.content->elements) {
    if (!by_url) {
      if (child.name == name) return {&child, inside.owner};
      continue;
    }
    if (child.name != "extension") continue;
    const std::string_view url = name.substr(11, name.size() - 13);
    for (const Element& slice : child.slices)
      for (const TypeUse& type : slice.types)
        if (std::ranges::find(type.profiles, url) != type.profiles.end())
          return {&slice, inside.owner};
  }
  return {};
}

std::vector<Walk::Item> Walk::step(const Item& item, std::string_view name) const {
  std::vector<Item> found;
  if (item.node == nullptr || !item.node->is(Kind::object)) return found;
  const auto add = [&](const Node& node, std::string_view key) {
    if (!node.is(Kind::array)) return found.push_back({&node, nullptr, 0, key, 0});
    for (std::uint32_t i = 0; i < node.items().size(); ++i)
      found.push_back({&node.items()[i], nullptr, 0, key, i});
  };
  if (name == "resolve()") {
    const std::string_view reference = text_at(*item.node, "reference");
    if (where_.bundle != nullptr)
      if (const Node* resource = where_.bundle->find(reference)) add(*resource, {});
    if (reference.starts_with('#') && where_.resource != nullptr)
      for (const Node& one : items_at(*where_.resource, "contained"))
        if (text_at(one, "id") == reference.substr(1)) add(one, {});
    return found;
  }
  if (name.starts_with("ofType(")) return {item};
  if (name.starts_with("extension(")) {
    for (const Node& one : items_at(*item.node, "extension"))
      if (text_at(one, "url") == name.substr(11, name.size() - 13)) add(one, "extension");
    return found;
  }
  if (const Node* member = item.node->find(name)) {
    add(*member, name);
    return found;
  }
  for (std::size_t i = 0; i < item.node->items().size(); ++i) {
    const std::string_view key = item.node->key(i);
    if (key.size() > name.size() && key.starts_with(name) && key[name.size()] >= 'A' &&
        key[name.size()] <= 'Z')
      add(item.node->items()[i], key);
  }
  return found;
}

}  // namespace charmille::fhir
