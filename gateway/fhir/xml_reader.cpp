#include "gateway/fhir/xml_reader.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "gateway/base/bytes.h"
#include "gateway/codec/json_reader.h"
#include "gateway/codec/xml_encoding.h"
#include "gateway/codec/xml_reader.h"
#include "gateway/fhir/narrative.h"
#include "gateway/fhir/path.h"
#include "gateway/fhir/primitives.h"
#include "gateway/fhir/xml_form.h"

namespace charmille::fhir {
namespace {

using codec::XmlAttribute;
using codec::XmlEvent;
using tree::Kind;
using tree::Node;
using tree::Origin;

constexpr std::string_view xsi_uri = "http://www.w3.org/2001/XMLSchema-instance";
constexpr std::string_view blanks = " \t\r\n";
constexpr std::size_t piece = 1U << 20;
constexpr std::size_t most_parsed_levels = 300;  ///< with those of a narrative

class Reader {
 public:
  Reader(std::string_view text, std::string name, const Definitions& definitions)
      : text_(text),
        name_(std::move(name)),
        definitions_(definitions),
        events_(base::Payload(std::string(text)), name_,
                {most_parsed_levels, most_xml_bytes, piece, true}) {}

  Result<tree::Document> read();

 private:
  using Done = Result<void>;
  struct Attributes {
    std::optional<Node> value;
    std::vector<tree::Document::Member> others;
  };
  /// The members of an object so far; those of the key that is being read apart.
  struct Members {
    std::vector<tree::Document::Member> done;
    const Content::Key* key = nullptr;
    bool repeats = false;
    std::vector<Node> values;   ///< null where there is none
    std::vector<Node> besides;  ///< likewise
  };
  struct Value {
    Node node;    ///< null: there is none
    Node beside;  ///< likewise
  };

  /// At the start of an element: its name and attributes are valid until the next event.
  Result<Node> resource(const XmlEvent& start);
  Done children(Members& members, const Content& content, std::string_view type, bool is_resource,
                Origin origin);
  Done child(const XmlEvent& start, Members& members, const Content& content, std::string_view type,
             bool is_resource);
  Result<const Content::Key*> key_of(const XmlEvent& start, const Members& members,
                                     const Content& content, std::string_view type,
                                     bool is_resource);
  Result<Value> value(const XmlEvent& start, const XmlForm& form, Origin origin);
  Result<Value> primitive(const XmlEvent& start, const XmlForm& form, Origin origin);
  Result<Value> complex(const XmlEvent& start, const XmlForm& form, Origin origin);
  Result<Value> wrapped(const XmlEvent& start, const XmlForm& form, Origin origin);
  Result<Value> narrative(const XmlEvent& start, Origin origin);
  void flush(Members& members);

  Result<Attributes> attributes(const XmlEvent& start, const XmlForm& form, Origin origin);
  Result<Node> literal(std::string_view text, std::string_view type, Origin origin);

  /// The next tag; text between tags is refused unless it is blank. Never at the end of the file.
  Result<const XmlEvent*> tag(Origin parent);
  Result<const XmlEvent*> next();
  Origin origin_of(const XmlEvent& start) const { return {file_, start.line, start.column}; }
  tl::unexpected<Fault> refuse(std::string_view code, Origin origin, base::Args args = {}) const {
    return fail(code, document_.place_of(origin, path_.text()), std::move(args));
  }

  const std::string_view text_;
  const std::string name_;
  const Definitions& definitions_;
  codec::XmlReader events_;
  tree::Document document_;
  std::uint16_t file_ = 0;
  Path path_;
  std::size_t depth_ = 0;
};

Result<tree::Document> Reader::read() {
  file_ = document_.add_file(name_);
  const auto start = tag({});
  if (!start) return fail(start.error());
  const Path::Step at(path_, base::printable((*start)->name.local, 60));
  const auto root = resource(**start);
  if (!root) return fail(root.error());
  for (;;) {
    const auto rest = next();
    if (!rest) return fail(rest.error());
    if (*rest == nullptr) break;
  }
  document_.set_root(*root);
  return std::move(document_);
}

Result<const XmlEvent*> Reader::next() {
  auto event = events_.next();
  if (!event && event.error().code == "CH-XML-008")
    return fail("CH-FHIR-013", std::move(event.error().place));
  return event;
}

Result<const XmlEvent*> Reader::tag(Origin parent) {
  for (;;) {
    auto event = next();
    if (!event) return event;
    if (*event == nullptr) return refuse("CH-XML-002", parent);  // the parser has refused it before
    if ((*event)->kind != XmlEvent::Kind::text) return event;
    if ((*event)->text.find_first_not_of(blanks) != std::string_view::npos)
      return refuse("CH-FHIR-055", parent);
  }
}

Result<Node> Reader::resource(const XmlEvent& start) {
  const Origin origin = origin_of(start);
  const std::string name = base::printable(start.name.local, 40);
  if (start.name.uri != fhir_namespace)
    return refuse("CH-FHIR-052", origin,
                  {{"element", name}, {"namespace", std::string(fhir_namespace)}});
  const Definition* definition = resource_type(definitions_, start.name.local);
  if (definition == nullptr) return refuse("CH-FHIR-002", origin, {{"type", name}});
  const XmlForm form{XmlForm::Kind::resource, definition->type, nullptr};
  if (auto none = attributes(start, form, origin); !none) return fail(std::move(none.error()));
  Members members;
  members.done.emplace_back("resourceType", document_.text(definition->type, origin));
  auto done = children(members, *definition->root.content, definition->type, true, origin);
  if (!done) return fail(std::move(done.error()));
  return document_.object(members.done, origin);
}

/// Up to the end of the element.
Reader::Done Reader::children(Members& members, const Content& content, std::string_view type,
                              bool is_resource, Origin origin) {
  if (++depth_ > most_xml_levels) return refuse("CH-FHIR-013", origin);
  for (;;) {
    const auto event = tag(origin);
    if (!event) return fail(event.error());
    if ((*event)->kind == XmlEvent::Kind::end) break;
    if (auto done = child(**event, members, content, type, is_resource); !done) return done;
  }
  flush(members);
  --depth_;
  return {};
}

Reader::Done Reader::child(const XmlEvent& start, Members& members, const Content& content,
                           std::string_view type, bool is_resource) {
  const Origin origin = origin_of(start);
  const auto key = key_of(start, members, content, type, is_resource);
  if (!key) return fail(key.error());
  const Element& element = content.elements[(*key)->element];
  const Path::Step at(path_, element.name);
  if (*key != members.key) flush(members);
  members.key = *key;
  members.repeats = element.repeats;
  std::optional<Path::Step> index;
  if (element.repeats) index.emplace(path_, members.values.size());
  auto one = value(start, xml_form(definitions_, element, (*key)->type), origin);
  if (!one) return fail(std::move(one.error()));
  members.values.push_back(one->node);
  members.besides.push_back(one->beside);
  return {};
}

/// What the element is called in JSON, when it may stand here.
Result<const Content::Key*> Reader::key_of(const XmlEvent& start, const Members& members,
                                           const Content& content, std::string_view type,
                                           bool is_resource) {
  const Origin origin = origin_of(start);
  const std::string name = base::printable(start.name.local, 60);
  const Content::Key* key = content.find(start.name.local);
  const Path::Step at(path_, key == nullptr ? name : content.elements[key->element].name);
  const auto elsewhere = [&](std::string_view wanted) {
    return refuse("CH-FHIR-052", origin, {{"element", name}, {"namespace", std::string(wanted)}});
  };
  if (key == nullptr) {
    if (start.name.uri != fhir_namespace) return elsewhere(fhir_namespace);
    std::vector<std::string_view> names;
    for (const Content::Key& known : content.keys) names.emplace_back(known.name);
    return refuse("CH-FHIR-053", origin,
                  {{"element", name}, base::suggestion(start.name.local, names)});
  }
  const Element& element = content.elements[key->element];
  const bool div = xml_form(definitions_, element, key->type).kind == XmlForm::Kind::narrative;
  const std::string_view wanted = div ? xhtml_namespace : fhir_namespace;
  if (start.name.uri != wanted) return elsewhere(wanted);
  if (is_xml_attribute(type, is_resource, element.name))
    return refuse("CH-FHIR-057", origin, {{"element", name}});
  if (members.key == nullptr || key->element > members.key->element) return key;
  if (key->element < members.key->element)
    return refuse("CH-FHIR-056", origin, {{"element", name}, {"previous", members.key->name}});
  if (key != members.key || !element.repeats)
    return refuse("CH-FHIR-005", origin, {{"element", element.name}, {"max", "1"}});
  return key;
}

Result<Reader::Value> Reader::value(const XmlEvent& start, const XmlForm& form, Origin origin) {
  switch (form.kind) {
    case XmlForm::Kind::primitive:
      return primitive(start, form, origin);
    case XmlForm::Kind::narrative:
      return narrative(start, origin);
    case XmlForm::Kind::complex:
      return complex(start, form, origin);
    case XmlForm::Kind::resource:
      return wrapped(start, form, origin);
  }
  return Value{};
}

Result<Reader::Value> Reader::primitive(const XmlEvent& start, const XmlForm& form, Origin origin) {
  auto own = attributes(start, form, origin);
  if (!own) return fail(std::move(own.error()));
  Members beside;
  beside.done = std::move(own->others);
  if (auto done = children(beside, *form.content, form.type, false, origin); !done)
    return fail(std::move(done.error()));
  if (!own->value && beside.done.empty()) return refuse("CH-FHIR-012", origin);
  return Value{own->value.value_or(Node::null(origin)),
               beside.done.empty() ? Node::null(origin) : document_.object(beside.done, origin)};
}

Result<Reader::Value> Reader::complex(const XmlEvent& start, const XmlForm& form, Origin origin) {
  auto own = attributes(start, form, origin);
  if (!own) return fail(std::move(own.error()));
  Members members;
  members.done = std::move(own->others);
  const Content none;
  const Content& content = form.content == nullptr ? none : *form.content;
  if (auto done = children(members, content, form.type, false, origin); !done)
    return fail(std::move(done.error()));
  if (members.done.empty()) return refuse("CH-FHIR-012", origin);
  return Value{document_.object(members.done, origin), Node::null(origin)};
}

/// A resource inside of an element: <contained><Patient>...</Patient></contained>.
Result<Reader::Value> Reader::wrapped(const XmlEvent& start, const XmlForm& form, Origin origin) {
  if (auto none = attributes(start, form, origin); !none) return fail(std::move(none.error()));
  ++depth_;
  const auto inner = tag(origin);
  if (!inner) return fail(inner.error());
  if ((*inner)->kind == XmlEvent::Kind::end) return refuse("CH-FHIR-058", origin);
  const auto node = resource(**inner);
  if (!node) return fail(node.error());
  const auto end = tag(origin);
  if (!end) return fail(end.error());
  if ((*end)->kind != XmlEvent::Kind::end) return refuse("CH-FHIR-058", origin_of(**end));
  --depth_;
  return Value{*node, Node::null(origin)};
}

/// The text of the file from tag to tag.
Result<Reader::Value> Reader::narrative(const XmlEvent& start, Origin origin) {
  const std::uint64_t begin = start.offset;
  std::uint64_t end = begin;
  for (std::size_t open = 1; open > 0;) {
    const auto event = next();
    if (!event) return fail(event.error());
    if (*event == nullptr) return refuse("CH-XML-002", origin);
    if ((*event)->kind == XmlEvent::Kind::start) ++open;
    if ((*event)->kind != XmlEvent::Kind::end) continue;
    --open;
    end = (*event)->offset;
  }
  const std::string_view div = text_.substr(begin, end - begin);
  if (auto safe = check_narrative(div, name_); !safe) {
    base::Place& place = safe.error().place;
    if (place.line == 1 && place.column > 0 && origin.column > 0) place.column += origin.column - 1;
    place.line += std::max(origin.line, 1U) - 1;
    place.path = path_.text();
    return fail(std::move(safe.error()));
  }
  return Value{document_.text(div, origin), Node::null(origin)};
}

/// What was read of one key becomes a member, or two: the values, and what stands beside them.
void Reader::flush(Members& members) {
  if (members.key == nullptr) return;
  const std::string& name = members.key->name;
  const auto add = [&](std::string_view key, std::span<const Node> nodes) {
    if (std::ranges::all_of(nodes, [](const Node& one) { return one.is(Kind::null); })) return;
    members.done.emplace_back(
        document_.arena().copy(key),
        members.repeats ? document_.array(nodes, nodes.front().origin()) : nodes.front());
  };
  add(name, members.values);
  add('_' + name, members.besides);
  members.values.clear();
  members.besides.clear();
}

Result<Reader::Attributes> Reader::attributes(const XmlEvent& start, const XmlForm& form,
                                              Origin origin) {
  Attributes found;
  for (const XmlAttribute& one : start.attributes) {
    const auto& [uri, name] = one.name;
    if (uri == xsi_uri && (name == "schemaLocation" || name == "noNamespaceSchemaLocation"))
      continue;
    if (uri.empty() && name == "value" && form.kind == XmlForm::Kind::primitive) {
      auto value = literal(one.value, form.type, origin);
      if (!value) return fail(std::move(value.error()));
      found.value = *value;
    } else if (uri.empty() && form.kind != XmlForm::Kind::resource &&
               is_xml_attribute(form.type, false, name)) {
      found.others.emplace_back(name == "id" ? "id" : "url", document_.text(one.value, origin));
    } else {
      return refuse("CH-FHIR-054", origin, {{"attribute", base::printable(name, 60)}});
    }
  }
  return found;
}

/// The value as JSON has it.
Result<Node> Reader::literal(std::string_view text, std::string_view type, Origin origin) {
  const Kind kind = kind_of(type);
  if (kind == Kind::text) return codec::text_or_attachment(document_, text, origin);
  if (kind == Kind::number && codec::is_json_number(text)) return document_.number(text, origin);
  if (kind == Kind::boolean && (text == "true" || text == "false"))
    return Node::boolean(text == "true", origin);
  return refuse("CH-FHIR-009", origin, {{"type", std::string(type)}});
}

}  // namespace

Result<tree::Document> read_xml(std::string_view bytes, std::string name,
                                const Definitions& definitions) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  if (bytes.size() > most_xml_bytes)
    return fail("CH-FHIR-050", {name, 0, 0, {}}, {{"limit", std::to_string(most_xml_bytes)}});
  const auto encoding = codec::xml_encoding(bytes.substr(0, 1024), name);
  if (!encoding) return fail(encoding.error());
  if (*encoding != codec::Encoding::utf8)
    return fail("CH-FHIR-051", {name, 1, 0, {}},
                {{"encoding", std::string(codec::name_of(*encoding))}});
  if (bytes.starts_with(mark)) bytes.remove_prefix(mark.size());
  return Reader(bytes, std::move(name), definitions).read();
}

}  // namespace charmille::fhir
