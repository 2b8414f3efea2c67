#include "gateway/fhir/xml_writer.h"

#include <algorithm>
#include <vector>

#include "gateway/base/bytes.h"
#include "gateway/fhir/narrative.h"
#include "gateway/fhir/path.h"
#include "gateway/fhir/primitives.h"
#include "gateway/fhir/xml_form.h"
#include "gateway/fhir/xml_tags.h"

namespace charmille::fhir {
namespace {

using tree::Kind;
using tree::Node;

class Writer {
 public:
  Writer(const tree::Document& document, const Definitions& definitions, bool pretty)
      : document_(document), definitions_(definitions), tags_(pretty) {}

  Result<std::string> write(const Node& root) {
    const Node* type = root.find("resourceType");
    const bool named = type != nullptr && !type->chars().empty();
    const Path::Step at(path_, named ? base::printable(type->chars(), 60) : "Resource");
    if (auto done = resource(root); !done) return fail(std::move(done.error()));
    return tags_.take();
  }

 private:
  using Done = Result<void>;
  /// An element that the object has, and the `_x` beside it.
  struct Member {
    const Content::Key* key = nullptr;
    const Node* value = nullptr;
    const Node* beside = nullptr;

    /// One of both is there.
    const Node& any() const { return value != nullptr ? *value : *beside; }  // NOLINT
  };
  using Members = std::vector<Member>;

  tl::unexpected<Fault> refuse(std::string_view code, const Node& node,
                               base::Args args = {}) const {
    return fail(code, document_.place_of(node.origin(), path_.text()), std::move(args));
  }

  Done open(std::string_view name, const Node& node) {
    if (tags_.depth() == most_xml_levels) return refuse("CH-FHIR-013", node);
    tags_.open(name);
    return {};
  }

  Done resource(const Node& node) {
    const Node* type = node.find("resourceType");
    if (type == nullptr || !type->is(Kind::text)) return refuse("CH-FHIR-001", node);
    const Definition* definition = resource_type(definitions_, type->chars());
    if (definition == nullptr)
      return refuse("CH-FHIR-002", *type, {{"type", base::printable(type->chars(), 40)}});
    const bool root = tags_.depth() == 0;
    if (auto opened = open(definition->type, node); !opened) return opened;
    if (root) tags_.attribute("xmlns", fhir_namespace);
    if (auto done = object(node, *definition->root.content, definition->type, true); !done)
      return done;
    tags_.close();
    return {};
  }

  /// The members of an object, inside of the element that was opened for it.
  Done object(const Node& node, const Content& content, std::string_view type, bool is_resource) {
    auto members = members_of(node, content, is_resource);
    if (!members) return fail(std::move(members.error()));
    for (const bool attributes : {true, false})
      for (const Member& member : *members) {
        const Element& element = content.elements[member.key->element];
        if (is_xml_attribute(type, is_resource, element.name) != attributes) continue;
        const Path::Step at(path_, element.name);
        auto done = attributes ? attribute(member, element) : values(member, element);
        if (!done) return done;
      }
    return {};
  }

  /// In the order of the definition.
  Result<Members> members_of(const Node& node, const Content& content, bool is_resource) {
    Members members;
    for (std::size_t i = 0; i < node.items().size(); ++i) {
      const std::string_view written = node.key(i);
      if (is_resource && written == "resourceType") continue;
      const bool companion = written.starts_with('_');
      const std::string_view name = written.substr(companion ? 1 : 0);
      const Content::Key* key = content.find(name);
      if (key == nullptr) {
        const Path::Step at(path_, base::printable(written, 60));
        return refuse("CH-FHIR-003", node.items()[i], {{"element", base::printable(written, 60)}});
      }
      if (!companion)
        members.push_back({key, &node.items()[i], node.find("_" + std::string(name))});
      else if (node.find(name) == nullptr)
        members.push_back({key, nullptr, &node.items()[i]});
    }
    const auto rank = [](const Member& one) { return one.key->element; };
    std::ranges::stable_sort(members, {}, rank);
    const auto twice = std::ranges::adjacent_find(members, {}, rank);
    if (twice == members.end()) return members;
    const Path::Step at(path_, content.elements[twice->key->element].name);
    return refuse("CH-FHIR-005", std::next(twice)->any(),
                  {{"element", content.elements[twice->key->element].name}, {"max", "1"}});
  }

  Done attribute(const Member& member, const Element& element) {
    if (member.beside != nullptr)
      return refuse("CH-FHIR-059", *member.beside, {{"key", "_" + element.name}});
    if (!member.value->is(Kind::text))
      return refuse("CH-FHIR-008", *member.value, {{"type", "string"}});
    if (!is_xml_text(member.value->chars())) return refuse("CH-FHIR-060", *member.value);
    tags_.attribute(element.name, member.value->chars());
    return {};
  }

  /// One key in JSON: in XML, an element for each of its values.
  Done values(const Member& member, const Element& element) {
    for (const Node* node : {member.value, member.beside})
      if (node != nullptr && node->is(Kind::array) != element.repeats)
        return refuse(element.repeats ? "CH-FHIR-006" : "CH-FHIR-007", *node);
    const XmlForm form = xml_form(definitions_, element, member.key->type);
    if (!element.repeats) return value(member, form);
    const auto there = [](const Node* list, std::size_t i) -> const Node* {
      if (list == nullptr || i >= list->items().size()) return nullptr;
      return list->items()[i].is(Kind::null) ? nullptr : &list->items()[i];
    };
    const auto size = [](const Node* list) { return list == nullptr ? 0 : list->items().size(); };
    const std::size_t count = std::max(size(member.value), size(member.beside));
    if (count == 0) return refuse("CH-FHIR-012", member.any());
    for (std::size_t i = 0; i < count; ++i) {
      const Path::Step at(path_, i);
      const Member one{member.key, there(member.value, i), there(member.beside, i)};
      if (one.value == nullptr && one.beside == nullptr) return refuse("CH-FHIR-012", member.any());
      if (auto done = value(one, form); !done) return done;
    }
    return {};
  }

  Done value(const Member& member, const XmlForm& form) {
    using Form = XmlForm::Kind;
    if (form.kind == Form::primitive) return primitive(member, form);
    if (member.beside != nullptr)
      return refuse("CH-FHIR-059", *member.beside, {{"key", "_" + member.key->name}});
    const Node& node = *member.value;
    if (form.kind == Form::narrative) return narrative(node);
    if (!node.is(Kind::object))
      return refuse("CH-FHIR-008", node, {{"type", std::string(form.type)}});
    if (node.items().empty() || (form.kind == Form::complex && form.content == nullptr))
      return refuse("CH-FHIR-012", node);
    if (auto opened = open(member.key->name, node); !opened) return opened;
    auto done = form.kind == Form::resource ? resource(node)
                                            : object(node, *form.content, form.type, false);
    if (!done) return done;
    tags_.close();
    return {};
  }

  Done primitive(const Member& member, const XmlForm& form) {
    if (auto opened = open(member.key->name, member.any()); !opened) return opened;
    if (member.value != nullptr) {
      const auto text = lexeme(*member.value, form.type);
      if (!text) return fail(text.error());
      tags_.attribute("value", *text);
    }
    if (member.beside != nullptr) {
      if (!member.beside->is(Kind::object))
        return refuse("CH-FHIR-008", *member.beside, {{"type", "Element"}});
      if (member.beside->items().empty()) return refuse("CH-FHIR-012", *member.beside);
      if (auto done = object(*member.beside, *form.content, form.type, false); !done) return done;
    }
    tags_.close();
    return {};
  }

  /// What stands in @value.
  Result<std::string> lexeme(const Node& node, std::string_view type) const {
    const Kind wanted = kind_of(type);
    if (node.is(Kind::attachment) && wanted == Kind::text &&
        node.attachment_index() < document_.attachments().size()) {
      const base::Payload& payload = document_.attachments()[node.attachment_index()].bytes;
      const auto bytes = payload.bytes(payload.size());
      if (!bytes) return fail(bytes.error());
      return base::to_base64(base::as_bytes(*bytes));
    }
    if (!node.is(wanted)) return refuse("CH-FHIR-008", node, {{"type", std::string(type)}});
    if (node.is(Kind::boolean)) return node.boolean_value() ? "true" : "false";
    if (!is_xml_text(node.chars())) return refuse("CH-FHIR-060", node);
    return std::string(node.chars());
  }

  Done narrative(const Node& node) {
    if (!node.is(Kind::text)) return refuse("CH-FHIR-008", node, {{"type", "xhtml"}});
    // Lines inside of a JSON string are none of the file.
    if (auto safe = check_narrative(node.chars(), {}); !safe)
      return refuse(safe.error().code, node, std::move(safe.error().args));
    tags_.raw(node.chars());
    return {};
  }

  const tree::Document& document_;
  const Definitions& definitions_;
  XmlTags tags_;
  Path path_;
};

}  // namespace

Result<std::string> write_xml(const tree::Document& document, const Node& resource,
                              const Definitions& definitions, bool pretty) {
  return Writer(document, definitions, pretty).write(resource);
}

}  // namespace charmille::fhir
