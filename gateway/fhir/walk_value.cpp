// Values: primitives, complex types, what is fixed or bound, references, constraints.
#include <algorithm>

#include "gateway/base/bytes.h"
#include "gateway/fhir/narrative.h"
#include "gateway/fhir/primitives.h"
#include "gateway/fhir/walk.h"

namespace charmille::fhir {

using base::Args;
using fhirpath::Collection;
using fhirpath::TypeId;
using fhirpath::Value;
using tree::Kind;
using tree::Node;

namespace {

const TypeUse no_type;

}  // namespace

bool has_pattern(const Node& node, const Node& pattern) {
  if (pattern.is(Kind::object)) {
    for (std::size_t i = 0; i < pattern.items().size(); ++i) {
      const Node* found = node.find(pattern.key(i));
      if (found == nullptr || !has_pattern(*found, pattern.items()[i])) return false;
    }
    return node.is(Kind::object);
  }
  if (pattern.is(Kind::array))
    return node.is(Kind::array) && std::ranges::all_of(pattern.items(), [&](const Node& wanted) {
             return std::ranges::any_of(node.items(),
                                        [&](const Node& one) { return has_pattern(one, wanted); });
           });
  return tree::equal(node, pattern);
}

const TypeUse& Walk::type_of(const Element& element, const Item& item) const {
  return item.type < element.types.size() ? element.types[item.type] : no_type;
}

TypeId Walk::model_type(TypeId parent, const Element& element, const Item& item) const {
  const auto* known =
      parent == fhirpath::untyped ? nullptr : definitions_.model().element(parent, element.name);
  if (known == nullptr) return fhirpath::untyped;
  for (const auto& form : known->forms)
    if (form.key == item.key) return form.type;
  return known->forms.empty() ? fhirpath::untyped : known->forms.front().type;
}

void Walk::value(const Rule& rule, const Item& item, TypeId type) {
  const TypeUse& use = type_of(*rule.element, item);
  const Definition* definition = definitions_.type(use.code);
  if (definition != nullptr && definition->kind == Definition::Kind::primitive)
    return primitive(rule, item, use, type);
  if (item.node == nullptr)
    return tell(Severity::error, "structure", "CH-FHIR-008", item.beside, {{"type", use.code}});
  if (definition != nullptr && definition->kind == Definition::Kind::resource)
    return resource(*item.node, use.profiles, rule.element->name == "contained");
  complex(rule, item, use, type);
}

void Walk::primitive(const Rule& rule, const Item& item, const TypeUse& use, TypeId type) {
  companion(rule, item.beside);
  if (item.node != nullptr) {
    const Kind wanted = kind_of(use.code);
    if (item.node->is(Kind::attachment) && use.code == "base64Binary") return;
    if (!item.node->is(wanted))
      return tell(Severity::error, "structure", "CH-FHIR-008", item.node, {{"type", use.code}});
    if (!has_format(use.code, item.node->chars()))
      return tell(Severity::error, "value", "CH-FHIR-009", item.node, {{"type", use.code}});
    if (use.code == "xhtml") narrative(*item.node);
    fixed(*rule.element, *item.node);
    binding(*rule.element, *item.node);
  }
  constraints(rule.element->constraints, *rule.owner, item, type);
}

void Walk::narrative(const Node& div) {
  auto safe = check_narrative(div.chars(), {});
  if (!safe)
    tell(Severity::error, "invariant", safe.error().code, &div, std::move(safe.error().args));
}

/// The `id` and `extension` of a primitive; a profile may ask for one where there is none.
void Walk::companion(const Rule& rule, const Node* beside) {
  if (beside != nullptr && !beside->is(Kind::object))
    return tell(Severity::error, "structure", "CH-FHIR-008", beside, {{"type", "Element"}});
  const Definition* element = definitions_.type("Element");
  Inside inside{element->root.content.get(), element, nullptr};
  if (rule.element->content) inside = {rule.element->content.get(), rule.owner, nullptr};
  const TypeId type = definitions_.model().element_type();
  if (beside != nullptr) return object(*beside, inside, type, false);
  if (rule.element->content)
    elements(std::vector<Items>(inside.content->elements.size()), inside, type);
}

Walk::Inside Walk::inside_of(const Rule& rule, const TypeUse& use) const {
  const Element& element = *rule.element;
  const Definition* profile = nullptr;
  if (use.profiles.size() == 1) profile = definitions_.find(use.profiles.front());
  if (element.content) return {element.content.get(), rule.owner, profile};
  if (profile != nullptr) return {profile->root.content.get(), profile, profile};
  if (!element.same_as.empty()) {
    const Element* same = definitions_.element(element.same_as);
    const Definition* owner =
        definitions_.type(std::string_view(element.same_as).substr(0, element.same_as.find('.')));
    if (same != nullptr) return {same->content.get(), owner, nullptr};
  }
  const Definition* type = definitions_.type(use.code);
  return type == nullptr ? Inside{} : Inside{type->root.content.get(), type, nullptr};
}

void Walk::complex(const Rule& rule, const Item& item, const TypeUse& use, TypeId type) {
  const Node& node = *item.node;
  if (!node.is(Kind::object))
    return tell(Severity::error, "structure", "CH-FHIR-008", &node, {{"type", use.code}});
  const Inside inside = inside_of(rule, use);
  object(node, inside, type, false);
  fixed(*rule.element, node);
  binding(*rule.element, node);
  constraints(rule.element->constraints, *rule.owner, item, type);
  if (inside.profile != nullptr)
    constraints(inside.profile->root.constraints, *inside.profile, item, type);
  if (const Definition* base = definitions_.type(use.code); base != nullptr)
    type_constraints(*base, item, type);
  if (use.code == "Extension") extension(node, rule.element->name == "modifierExtension");
  if (use.code == "Reference") reference(node, use);
}

/// Those of the type itself and of what it specialises.
void Walk::type_constraints(const Definition& type, const Item& item, TypeId model_type) {
  for (const Definition* at = &type; at != nullptr; at = definitions_.type(at->base))
    constraints(at->root.constraints, *at, item, model_type);
}

void Walk::fixed(const Element& element, const Node& node) {
  if (element.fixed != nullptr && !tree::equal(*element.fixed, node))
    tell(Severity::error, "value", "CH-FHIR-010", &node,
         {{"wanted", base::printable(element.fixed->chars(), 120)}});
  if (element.pattern != nullptr && !has_pattern(node, *element.pattern))
    tell(Severity::error, "value", "CH-FHIR-011", &node,
         {{"wanted", base::printable(element.pattern->chars(), 120)}});
}

/// Nothing: the codes of the value set are not known.
std::optional<bool> Walk::is_bound(const Element& element, const Node& node) {
  const Terminology& terms = definitions_.terminology();
  const auto coding = [&](const Node& one) {
    return terms.has(element.value_set, text_at(one, "system"), text_at(one, "code"));
  };
  if (node.is(Kind::text)) return terms.has(element.value_set, {}, node.chars());
  if (!node.is(Kind::object)) return true;
  if (node.find("coding") == nullptr)
    return node.find("code") == nullptr ? terms.has(element.value_set, {}, {}) : coding(node);
  std::optional<bool> bound;
  for (const Node& one : items_at(node, "coding")) {
    bound = coding(one);
    if (!bound || *bound) return bound;
  }
  return bound;
}

void Walk::binding(const Element& element, const Node& node) {
  if (element.value_set.empty()) return;
  const auto bound = is_bound(element, node);
  if (!bound)
    unknown_value_sets_.insert(element.value_set);
  else if (!*bound)
    tell(Severity::error, "code-invalid", "CH-FHIR-014", &node, {{"set", element.value_set}});
}

/// By its own definition when that is known; one that modifies must be (FHIR R4, §2.4.1.2).
void Walk::extension(const Node& node, bool modifies) {
  const std::string_view url = text_at(node, "url");
  const bool inner = !url.empty() && url.find(':') == url.npos;  // of a complex extension
  const Definition* definition = definitions_.find(url);
  if (node.find("extension") == nullptr) {
    bool has_value = false;
    for (std::size_t i = 0; i < node.items().size(); ++i)
      has_value |= node.key(i).starts_with("value") || node.key(i).starts_with("_value");
    if (!has_value) tell(Severity::error, "invariant", "CH-FHIR-015", &node);
  }
  if (definition == nullptr || !definition->is_profile || definition->type != "Extension") {
    if (modifies && !inner)
      tell(Severity::error, "extension", "CH-FHIR-016", &node,
           {{"url", base::printable(url, 200)}});
    return;
  }
  const TypeId type = definitions_.model().extension();
  object(node, {definition->root.content.get(), definition, nullptr}, type, false);
  constraints(definition->root.constraints, *definition, {&node, nullptr, 0, {}, 0}, type);
}

void Walk::reference(const Node& node, const TypeUse& use) {
  const Node* said = node.find("reference");
  if (said == nullptr || !said->is(Kind::text)) return;
  const std::string_view text = said->chars();
  const Node* found = nullptr;
  if (text.starts_with('#')) {
    if (text == "#") found = where_.container;
    for (const Node& one : items_at(*where_.container, "contained"))
      if (text_at(one, "id") == text.substr(1)) found = &one;
    if (found == nullptr) return tell(Severity::error, "not-found", "CH-FHIR-017", said);
  } else if (where_.bundle != nullptr) {
    found = where_.bundle->find(text);
    if (found == nullptr && text.starts_with("urn:"))
      return tell(Severity::error, "not-found", "CH-FHIR-018", said);
    if (found == nullptr && where_.bundle->is_closed() && text.find(':') == text.npos &&
        text.find('?') == text.npos)
      tell(Severity::warning, "not-found", "CH-FHIR-018", said);
  }
  const std::string_view type = found == nullptr ? type_in(text) : text_at(*found, "resourceType");
  if (type.empty() || use.targets.empty()) return;
  const bool allowed = std::ranges::any_of(use.targets, [&](const std::string& url) {
    const Definition* target = definitions_.find(url);
    return target == nullptr || definitions_.is_a(type, target->type);
  });
  if (!allowed) {
    std::string names;
    for (const std::string& url : use.targets)
      names += (names.empty() ? "" : ", ") + definitions_.find(url)->type;
    tell(Severity::error, "structure", "CH-FHIR-019", said, {{"types", names}});
  }
}

void Walk::constraints(std::span<const Constraint> constraints, const Definition& owner,
                       const Item& item, TypeId type) {
  if (constraints.empty()) return;
  const auto [at, made] =
      contexts_.try_emplace(&owner, document_.files(), arena_, owner.slots, owner.members);
  fhirpath::Context& context = at->second;
  if (made) context.set_model(&definitions_.model());
  // %resource and %rootResource are one to the engine: what is contained is seen in its container.
  const TypeId container = definitions_.model().find(text_at(*where_.container, "resourceType"));
  context.set_resource(Collection(Value::of(*where_.container).typed(container)));
  Value value = item.node == nullptr ? Value() : Value::of(*item.node).typed(type);
  if (item.beside != nullptr) value = value.with_element(*item.beside, arena_);
  const Node* const node = item.node != nullptr ? item.node : item.beside;
  for (const Constraint& one : constraints) {
    if (quiet_ > 0 && !one.is_error) continue;
    if (!one.expression) {
      tell(Severity::information, "not-supported", "CH-FHIR-024", node, {{"key", one.key}});
      continue;
    }
    context.renew(document_.files(), arena_);
    const Collection result = one.expression->evaluate(context, std::span(&value, 1));
    if (context.take_fault()) {
      tell(Severity::warning, "processing", "CH-FHIR-024", node, {{"key", one.key}});
      continue;
    }
    // Nothing tells nothing: dates that are not precise enough to be compared, what is not there.
    if (result.empty()) {
      tell(Severity::warning, "invariant", "CH-FHIR-032", node,
           {{"key", one.key}, {"words", base::printable(one.words, 300)}});
      continue;
    }
    const bool holds = result.size() != 1 || !result.front().is(fhirpath::Type::boolean) ||
                       result.front().boolean();
    if (!holds)
      tell(one.is_error ? Severity::error : Severity::warning, "invariant", "CH-FHIR-025", node,
           {{"key", one.key}, {"words", base::printable(one.words, 300)}});
  }
}

}  // namespace charmille::fhir
