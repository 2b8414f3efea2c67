// charmille adapters [NAME]: the protocols that this program speaks, and every setting of one of
// them.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "adapters/adapter.h"
#include "gateway/base/bytes.h"
#include "gateway/cli/session.h"

namespace charmille::cli {
namespace {

std::string_view name_of(tree::FieldType type, const Session& s) {
  using Type = tree::FieldType;
  switch (type) {
    case Type::text:
      return s.say("texte", "text");
    case Type::integer:
      return s.say("entier", "integer");
    case Type::boolean:
      return s.say("oui/non (true, false)", "boolean");
    case Type::duration:
      return s.say("durée", "duration");
    case Type::size:
      return s.say("taille", "size");
    case Type::choice:
      return s.say("choix", "choice");
    case Type::path:
      return s.say("chemin", "path");
    case Type::url:
      return "URL";
    case Type::secret:
      return s.say("secret (référence)", "secret (reference)");
    case Type::list:
      return s.say("liste", "list");
    case Type::map:
      return s.say("table", "map");
    case Type::object:
      return s.say("bloc", "block");
    case Type::any:
      return s.say("libre", "any");
  }
  return {};
}

std::string type_text(const tree::Field& field, const Session& s) {
  std::string text(name_of(field.type, s));
  std::string choices;
  for (const std::string_view choice : field.choices)
    choices += (choices.empty() ? "" : ", ") + std::string(choice);
  return choices.empty() ? text : text + ": " + choices;
}

void print_field(const Session& s, const tree::Field& field, const std::string& indent) {
  const Console& console = s.console;
  std::string notes = type_text(field, s);
  if (field.required) notes += ", " + std::string(s.say("obligatoire", "required"));
  if (!field.default_value.empty())
    notes +=
        ", " + std::string(s.say("par défaut ", "default ")) + std::string(field.default_value);
  console.out << indent << console.styled(field.name, Style::bold)
              << console.styled("  (" + notes + ")", Style::dim) << '\n';
  console.out << indent << "    " << s.say(field.meaning_fr, field.meaning_en) << '\n';
  if (!field.example.empty())
    console.out << indent << "    "
                << console.styled(std::string(field.name) + ": " + std::string(field.example),
                                  Style::green)
                << '\n';
  for (const tree::Field& inner : field.fields) print_field(s, inner, indent + "  ");
  for (const tree::Field& item : field.item)
    for (const tree::Field& inner : item.fields) print_field(s, inner, indent + "  ");
}

void print_spec(const Session& s, const tree::Spec& spec, std::string_view heading) {
  s.console.out << '\n'
                << s.console.styled(heading, Style::bold) << " : "
                << s.say(spec.summary_fr, spec.summary_en) << "\n\n";
  for (const tree::Field& field : spec.fields) print_field(s, field, "  ");
}

tree::Node field_node(tree::Document& doc, const tree::Field& field, const Session& s) {
  std::vector<tree::Node> inner;
  for (const tree::Field& one : field.fields) inner.push_back(field_node(doc, one, s));
  for (const tree::Field& item : field.item)
    for (const tree::Field& one : item.fields) inner.push_back(field_node(doc, one, s));
  std::vector<tree::Node> choices;
  for (const std::string_view choice : field.choices) choices.push_back(doc.text(choice));
  return doc.object({{"name", doc.text(field.name)},
                     {"type", doc.text(name_of(field.type, s))},
                     {"choices", doc.array(choices)},
                     {"required", tree::Node::boolean(field.required)},
                     {"default", doc.text(field.default_value)},
                     {"example", doc.text(field.example)},
                     {"meaning", doc.text(s.say(field.meaning_fr, field.meaning_en))},
                     {"fields", doc.array(inner)}});
}

tree::Node spec_node(tree::Document& doc, const tree::Spec* spec, const Session& s) {
  if (spec == nullptr) return tree::Node::null();
  std::vector<tree::Node> fields;
  for (const tree::Field& field : spec->fields) fields.push_back(field_node(doc, field, s));
  return doc.object({{"summary", doc.text(s.say(spec->summary_fr, spec->summary_en))},
                     {"fields", doc.array(fields)}});
}

tree::Node adapter_node(tree::Document& doc, const adapters::Adapter& adapter, const Session& s) {
  std::vector<tree::Node> queries;
  for (const std::string_view query : adapter.queries) queries.push_back(doc.text(query));
  return doc.object({{"name", doc.text(adapter.name)},
                     {"guarantees", doc.text(s.say(adapter.guarantees_fr, adapter.guarantees_en))},
                     {"source", spec_node(doc, adapter.source, s)},
                     {"destination", spec_node(doc, adapter.destination, s)},
                     {"queries", doc.array(queries)}});
}

Exit list(Session& s) {
  tree::Document doc;
  std::vector<tree::Node> nodes;
  Table table({std::string(s.say("adaptateur", "adapter")), std::string(s.say("source", "source")),
               std::string(s.say("destination", "destination"))});
  const auto summary = [&](const tree::Spec* spec) {
    return spec == nullptr ? std::string("—")
                           : std::string(s.say(spec->summary_fr, spec->summary_en));
  };
  for (const adapters::Adapter* adapter : adapters::registry()) {
    nodes.push_back(adapter_node(doc, *adapter, s));
    table.add(
        {std::string(adapter->name), summary(adapter->source), summary(adapter->destination)});
  }
  if (s.json)
    s.print_json(doc.array(nodes));
  else
    table.print(s.console);
  return Exit::done;
}

Exit show(Session& s, const std::string& name) {
  const adapters::Adapter* adapter = adapters::find_adapter(name);
  if (adapter == nullptr) {
    std::vector<std::string_view> names;
    for (const adapters::Adapter* one : adapters::registry()) names.push_back(one->name);
    s.print(fault("CH-CLI-003", {},
                  {{"name", base::printable(name, 40)}, base::suggestion(name, names)}));
    return Exit::usage;
  }
  if (s.json) {
    tree::Document doc;
    s.print_json(adapter_node(doc, *adapter, s));
    return Exit::done;
  }
  s.console.out << s.console.styled(adapter->name, Style::bold) << '\n'
                << s.say(adapter->guarantees_fr, adapter->guarantees_en) << '\n';
  for (const std::string_view query : adapter->queries)
    s.console.out << "  charmille query " << s.say("POINT", "ENDPOINT") << ' ' << query << '\n';
  if (adapter->source != nullptr)
    print_spec(s, *adapter->source, s.say("Comme source", "As a source"));
  if (adapter->destination != nullptr)
    print_spec(s, *adapter->destination, s.say("Comme destination", "As a destination"));
  return Exit::done;
}

}  // namespace

void add_adapters(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand(
      "adapters",
      std::string(session.say("les protocoles connus, et tous les réglages de l'un d'eux",
                              "the protocols known, and every setting of one of them")));
  auto name = std::make_shared<std::string>();
  command->add_option("name", *name,
                      std::string(session.say("par exemple file", "for example file")));
  command->callback([&session, name] {
    session.chosen = [&session, name] {
      return name->empty() ? list(session) : show(session, *name);
    };
  });
}

}  // namespace charmille::cli
