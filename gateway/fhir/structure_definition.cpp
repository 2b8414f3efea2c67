#include "gateway/fhir/structure_definition.h"

#include <algorithm>
#include <charconv>

#include "gateway/fhir/base_table.h"
#include "gateway/fhir/compiling.h"
#include "gateway/fhir/members.h"

namespace charmille::fhir {
namespace {

using tree::Node;

constexpr std::string_view system_type = "http://hl7.org/fhirpath/System.";
/// Looked at by the validator itself, as for the base types.
constexpr std::string_view own_constraints[] = {"ele-1", "ext-1", "ref-1", "dom-3",
                                                "dom-6", "txt-1", "txt-2"};

std::uint32_t max_of(std::string_view text) {
  std::uint32_t number = many;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// The value of `fixed[x]` or `pattern[x]`.
const Node* choice_at(const Node& node, std::string_view prefix) {
  for (std::size_t i = 0; i < node.items().size(); ++i)
    if (node.key(i).starts_with(prefix) && node.key(i).size() > prefix.size())
      return &node.items()[i];
  return nullptr;
}

std::vector<std::string> texts_of(std::span<const Node> items) {
  std::vector<std::string> texts;
  for (const Node& one : items) {
    const std::string_view chars = one.chars();
    texts.emplace_back(chars.substr(0, chars.find('|')));
  }
  return texts;
}

std::vector<TypeUse> types_of(const Node& element) {
  std::vector<TypeUse> types;
  for (const Node& one : items_at(element, "type")) {
    std::string_view code = text_at(one, "code");
    if (code.starts_with(system_type)) code = "string";
    if (code.starts_with(base_url)) code.remove_prefix(base_url.size());
    types.push_back({std::string(code), texts_of(items_at(one, "profile")),
                     texts_of(items_at(one, "targetProfile"))});
  }
  return types;
}

std::optional<Slicing> slicing_of(const Node& element) {
  const Node* node = element.find("slicing");
  if (node == nullptr) return std::nullopt;
  Slicing slicing;
  slicing.closed = text_at(*node, "rules") == "closed";
  for (const Node& one : items_at(*node, "discriminator")) {
    const std::string_view by = text_at(one, "type");
    Discriminator discriminator;
    discriminator.by = by == "exists"    ? Discriminator::By::exists
                       : by == "type"    ? Discriminator::By::type
                       : by == "profile" ? Discriminator::By::profile
                                         : Discriminator::By::value;
    discriminator.steps = steps_of(text_at(one, "path"));
    slicing.by.push_back(std::move(discriminator));
  }
  return slicing;
}

/// The elements of a snapshot come parents first; each knows its place by its id
/// ("Patient.identifier:INS-NIR.system").
class Snapshot {
 public:
  Snapshot(Definition& into, const std::shared_ptr<const fhirpath::Model>& model)
      : compiling_(into, model) {}

  Result<Element> read(std::span<const Node> elements) {
    if (elements.empty()) return fail("CH-FHIR-042");
    Draft root;
    root.element = element_of(elements.front());
    for (const Node& one : elements.subspan(1)) {
      Draft* parent = &root;
      const auto steps =
          steps_of(text_at(one, "id").empty() ? text_at(one, "path") : text_at(one, "id"));
      if (steps.size() < 2) return fail("CH-FHIR-042");
      for (std::size_t i = 1; i + 1 < steps.size() && parent != nullptr; ++i)
        parent = child(*parent, steps[i]);
      if (parent == nullptr) return fail("CH-FHIR-042");
      add(*parent, steps.back(), element_of(one));
    }
    compiling_.done();
    return complete(root);
  }

 private:
  struct Draft {
    Element element;
    std::vector<std::unique_ptr<Draft>> children;
    std::vector<std::unique_ptr<Draft>> slices;
  };

  static std::string_view name_of(std::string_view step) {
    const std::string_view name = step.substr(0, step.find(':'));
    return name.ends_with("[x]") ? name.substr(0, name.size() - 3) : name;
  }
  static std::string_view slice_of(std::string_view step) {
    const std::size_t colon = step.find(':');
    return colon == step.npos ? std::string_view{} : step.substr(colon + 1);
  }

  static Draft* child(Draft& parent, std::string_view step) {
    for (const auto& one : parent.children) {
      if (one->element.name != name_of(step)) continue;
      const std::string_view slice = slice_of(step);
      if (slice.empty()) return one.get();
      for (const auto& sliced : one->slices)
        if (sliced->element.slice == slice) return sliced.get();
      return nullptr;
    }
    return nullptr;
  }

  static void add(Draft& parent, std::string_view step, Element element) {
    auto draft = std::make_unique<Draft>();
    draft->element = std::move(element);
    draft->element.slice = slice_of(step);
    if (!draft->element.slice.empty())
      for (const auto& one : parent.children)
        if (one->element.name == draft->element.name) {
          one->slices.push_back(std::move(draft));
          return;
        }
    parent.children.push_back(std::move(draft));
  }

  Element element_of(const Node& node) {
    Element element;
    const std::string_view path = text_at(node, "path");
    const std::size_t dot = path.rfind('.');
    element.name = path.substr(dot == path.npos ? 0 : dot + 1);
    element.choice = element.name.ends_with("[x]");
    if (element.choice) element.name.resize(element.name.size() - 3);
    const Node* min = node.find("min");
    element.min = min == nullptr ? 0 : max_of(min->chars());
    element.max = max_of(text_at(node, "max"));
    const Node* base = node.find("base");
    const std::string_view widest = base == nullptr ? text_at(node, "max") : text_at(*base, "max");
    element.repeats = widest != "1" && widest != "0";
    element.types = types_of(node);
    const std::string_view same = text_at(node, "contentReference");
    if (const std::size_t mark = same.find('#'); mark != same.npos)
      element.same_as = same.substr(mark + 1);
    element.fixed = choice_at(node, "fixed");
    element.pattern = choice_at(node, "pattern");
    if (const Node* binding = node.find("binding");
        binding != nullptr && text_at(*binding, "strength") == "required") {
      const std::string_view url = text_at(*binding, "valueSet");
      element.value_set = url.substr(0, url.find('|'));
    }
    element.slicing = slicing_of(node);
    for (const Node& one : items_at(node, "constraint")) {
      const std::string_view key = text_at(one, "key");
      if (std::ranges::find(own_constraints, key) != std::end(own_constraints)) continue;
      if (const std::string_view text = text_at(one, "expression"); !text.empty())
        element.constraints.push_back(compiling_.constraint(
            key, text_at(one, "severity") == "error", text, text_at(one, "human")));
    }
    return element;
  }

  static Element complete(Draft& draft) {
    Element element = std::move(draft.element);
    for (const auto& slice : draft.slices) element.slices.push_back(complete(*slice));
    if (draft.children.empty()) return element;
    auto content = std::make_shared<Content>();
    for (const auto& child : draft.children) content->elements.push_back(complete(*child));
    content->index();
    element.content = std::move(content);
    return element;
  }

  Compiling compiling_;
};

}  // namespace

Result<DefinitionPtr> compile(tree::Document resource,
                              const std::shared_ptr<const fhirpath::Model>& model) {
  auto definition = std::make_shared<Definition>();
  const auto document = std::make_shared<const tree::Document>(std::move(resource));
  const Node& root = document->root();
  definition->url = text_at(root, "url");
  definition->version = text_at(root, "version");
  definition->type = text_at(root, "type");
  definition->base = text_at(root, "baseDefinition");
  definition->is_profile = text_at(root, "derivation") == "constraint";
  const std::string_view kind = text_at(root, "kind");
  definition->kind = kind == "resource"         ? Definition::Kind::resource
                     : kind == "primitive-type" ? Definition::Kind::primitive
                     : kind == "logical"        ? Definition::Kind::logical
                                                : Definition::Kind::complex;
  const Node* snapshot = root.find("snapshot");
  if (snapshot == nullptr) return fail("CH-FHIR-042");
  auto element = Snapshot(*definition, model).read(items_at(*snapshot, "element"));
  if (!element) return fail(std::move(element.error()));
  definition->root = std::move(*element);
  definition->document = document;
  return definition;
}

}  // namespace charmille::fhir
