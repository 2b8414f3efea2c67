#include "gateway/fhir/walk.h"

#include <algorithm>
#include <set>

#include "gateway/base/bytes.h"

namespace charmille::fhir {

using base::Args;
using fhirpath::TypeId;
using tree::Kind;
using tree::Node;

namespace {

constexpr int most_deep = 100;

/// Texts that refer inside: "#", "#id".
void add_inner(const Node& node, std::set<std::string_view>& into) {
  if (node.is(Kind::text) && node.chars().starts_with('#')) into.insert(node.chars());
  for (const Node& one : node.items()) add_inner(one, into);
}

}  // namespace

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::information:
      return "information";
  }
  return "error";
}

void Walk::tell(Severity severity, std::string_view type, std::string_view code, const Node* node,
                Args args) {
  if (quiet_ > 0) {
    if (severity == Severity::error) issues_.push_back({severity, type, {}});
    return;
  }
  std::string key(code);
  key += path_.text();
  for (const auto& arg : args) key += '\n' + arg.second;
  if (!told_.insert(std::move(key)).second) return;
  const tree::Origin origin = node == nullptr ? tree::Origin{} : node->origin();
  issues_.push_back(
      {severity, type, fault(code, document_.place_of(origin, path_.text()), std::move(args))});
}

std::vector<Issue> Walk::take() {
  for (const std::string& url : unknown_value_sets_)
    tell(Severity::information, "not-supported", "CH-FHIR-020", nullptr, {{"set", url}});
  return std::move(issues_);
}

void Walk::root(std::span<const std::string> profiles) {
  const Node& node = document_.root();
  if (!node.is(Kind::object)) return tell(Severity::error, "structure", "CH-FHIR-001", &node);
  const At at(path_, text_at(node, "resourceType").empty() ? std::string_view("Resource")
                                                           : text_at(node, "resourceType"));
  resource(node, profiles);
}

/// By its type, and by each profile that it claims or that is asked for.
void Walk::resource(const Node& node, std::span<const std::string> profiles, bool is_contained) {
  const std::string_view name = text_at(node, "resourceType");
  if (name.empty()) return tell(Severity::error, "structure", "CH-FHIR-001", &node);
  const Definition* base = definitions_.type(name);
  if (base == nullptr || base->kind != Definition::Kind::resource)
    return tell(Severity::error, "structure", "CH-FHIR-002", node.find("resourceType"),
                {{"type", base::printable(name, 40)}});
  const Where outer = where_;
  where_.resource = &node;
  if (!is_contained) where_.container = &node;
  std::optional<BundleIndex> bundle;
  if (name == "Bundle") {
    bundle.emplace(node);
    where_.bundle = &*bundle;
    entries(*bundle);
  }
  std::vector<std::string> asked(profiles.begin(), profiles.end());
  if (const Node* meta = node.find("meta"))
    for (const Node& one : items_at(*meta, "profile")) asked.emplace_back(one.chars());
  contained();
  bool by_profile = false;
  for (const std::string& url : asked) {
    const Definition* profile = definitions_.find(url);
    if (profile == nullptr) {
      tell(Severity::warning, "not-found", "CH-FHIR-022", node.find("meta"),
           {{"profile", base::printable(url, 200)}});
    } else if (profile->type != name) {
      tell(Severity::error, "structure", "CH-FHIR-023", node.find("meta"),
           {{"profile", base::printable(url, 200)}, {"type", profile->type}});
    } else {
      as_defined(node, *profile);
      by_profile |= profile->is_profile;
    }
  }
  if (!by_profile) as_defined(node, *base);
  where_ = outer;
}

/// What no profile says of a Bundle: each entry has its own fullUrl, and is asked for as what it
/// is.
void Walk::entries(const BundleIndex& bundle) {
  for (const Node* twin : bundle.twins())
    tell(Severity::error, "duplicate", "CH-FHIR-021", twin->find("fullUrl"));
  std::uint32_t index = 0;
  for (const Node& entry : items_at(*where_.resource, "entry")) {
    const At list(path_, "entry");
    const At at(path_, index++);
    const Node* request = entry.find("request");
    const Node* resource = entry.find("resource");
    if (request == nullptr || resource == nullptr || text_at(*request, "method") != "POST")
      continue;
    if (text_at(*request, "url") != text_at(*resource, "resourceType"))
      tell(Severity::warning, "value", "CH-FHIR-029", request->find("url"));
  }
}

/// What is contained is there because something refers to it, or it to its container (dom-3).
void Walk::contained() {
  std::uint32_t index = 0;
  const auto inside = items_at(*where_.resource, "contained");
  std::set<std::string_view> referred;
  if (!inside.empty()) add_inner(*where_.resource, referred);
  for (const Node& one : inside) {
    const std::string mark = "#" + std::string(text_at(one, "id"));
    const At list(path_, "contained");
    const At at(path_, index++);
    if (referred.contains(mark)) continue;
    std::set<std::string_view> own;
    add_inner(one, own);
    if (!own.contains("#")) tell(Severity::error, "invariant", "CH-FHIR-030", &one);
  }
}

void Walk::as_defined(const Node& node, const Definition& definition) {
  const TypeId type = definitions_.model().find(definition.type);
  object(node, {definition.root.content.get(), &definition, nullptr}, type, true);
  const Item item{&node, nullptr, 0, {}, 0};
  constraints(definition.root.constraints, definition, item, type);
  if (const Definition* base = definitions_.type(definition.type); base != &definition)
    type_constraints(*base, item, type);
  else
    type_constraints(*definitions_.type(definition.base), item, type);
}

void Walk::object(const Node& node, const Inside& inside, TypeId type, bool is_resource) {
  if (inside.content == nullptr) return;
  if (node.items().empty()) return tell(Severity::error, "structure", "CH-FHIR-012", &node);
  if (depth_ >= most_deep) return tell(Severity::error, "too-long", "CH-FHIR-013", &node);
  ++depth_;
  parents_.push_back(&node);
  elements(items_of(node, inside, is_resource), inside, type);
  parents_.pop_back();
  --depth_;
}

void Walk::elements(const std::vector<Items>& items, const Inside& inside, TypeId type) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Element& one = inside.content->elements[i];
    const At at(path_, one.name);
    element({&one, inside.owner}, items[i], type);
  }
}

/// What stands in the object, by the elements of its content.
std::vector<Walk::Items> Walk::items_of(const Node& node, const Inside& inside, bool is_resource) {
  std::vector<Items> found(inside.content->elements.size());
  for (std::size_t i = 0; i < node.items().size(); ++i) {
    const std::string_view written = node.key(i);
    const bool companion = written.starts_with('_');
    const std::string_view name = written.substr(companion ? 1 : 0);
    if (is_resource && written == "resourceType") continue;
    const Content::Key* key = inside.content->find(name);
    if (key == nullptr) {
      const At at(path_, base::printable(written, 60));
      tell(Severity::error, "structure", "CH-FHIR-003", &node.items()[i],
           {{"element", base::printable(written, 60)}});
      continue;
    }
    const Element& element = inside.content->elements[key->element];
    Items& into = found[key->element];
    if (companion) {
      if (node.find(name) == nullptr)
        add_items(*key, nullptr, &node.items()[i], name, element, into);
      continue;
    }
    const Node* beside = node.find("_" + std::string(name));
    add_items(*key, &node.items()[i], beside, name, element, into);
  }
  return found;
}

void Walk::add_items(const Content::Key& key, const Node* value, const Node* beside,
                     std::string_view name, const Element& element, Items& into) {
  const Node& any = value != nullptr ? *value : *beside;
  const At at(path_, element.name);
  if (any.is(Kind::array) != element.repeats)
    return tell(Severity::error, "structure", element.repeats ? "CH-FHIR-006" : "CH-FHIR-007",
                &any);
  if (!element.repeats) {
    into.push_back({value, beside, key.type, name, 0});
    return;
  }
  const auto values = value == nullptr ? std::span<const Node>{} : value->items();
  const auto companions = beside == nullptr ? std::span<const Node>{} : beside->items();
  const std::size_t count = std::max(values.size(), companions.size());
  if (count == 0) return tell(Severity::error, "structure", "CH-FHIR-012", &any);
  const auto there = [](std::span<const Node> list, std::size_t i) -> const Node* {
    return i < list.size() && !list[i].is(Kind::null) ? &list[i] : nullptr;
  };
  for (std::uint32_t i = 0; i < count; ++i) {
    const Node* one = there(values, i);
    const Node* its = there(companions, i);
    if (one == nullptr && its == nullptr)
      tell(Severity::error, "structure", "CH-FHIR-012", i < values.size() ? &values[i] : &any);
    else
      into.push_back({one, its, key.type, name, i});
  }
}

void Walk::cardinality(const Element& element, std::size_t count) {
  if (count < element.min)
    tell(Severity::error, "required", "CH-FHIR-004", parents_.empty() ? nullptr : parents_.back(),
         {{"element", element.name}, {"min", std::to_string(element.min)}});
  if (count > element.max)
    tell(Severity::error, "structure", "CH-FHIR-005", parents_.empty() ? nullptr : parents_.back(),
         {{"element", element.name}, {"max", std::to_string(element.max)}});
}

void Walk::element(const Rule& rule, const Items& items, TypeId parent) {
  cardinality(*rule.element, items.size());
  if (items.empty() && rule.element->slices.empty()) return;
  if (!rule.element->slices.empty() && rule.element->slicing) return slices(rule, items, parent);
  for (const Item& item : items) {
    const TypeId type = model_type(parent, *rule.element, item);
    if (!rule.element->repeats) {
      value(rule, item, type);
      continue;
    }
    const At at(path_, item.index);
    value(rule, item, type);
  }
}

}  // namespace charmille::fhir
