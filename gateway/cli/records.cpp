// charmille records list | show | transmit | check | links | documents. Identifiers of children
// never come as arguments, which every login of the machine can see.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "gateway/base/uuid.h"
#include "gateway/cli/asked.h"
#include "gateway/cli/child_option.h"
#include "gateway/cli/documents.h"
#include "gateway/cli/links.h"
#include "gateway/cli/records_check.h"
#include "gateway/cli/session.h"

namespace charmille::cli {
namespace {

struct Options {
  std::string id, reason, after, limit;
  bool from_input = false;
};

std::string joined(const tree::Node& node, std::string_view name) {
  std::string out;
  for (const tree::Node& item : items_at(node, name))
    out += (out.empty() ? "" : ", ") + std::string(item.chars());
  return out;
}

Exit list(Session& s, const Options& o) {
  Question question;
  question.target = "/v1/records" + query_of({{"after", o.after}, {"limit", o.limit}});
  return ask_and_show(s, std::move(question), [&](const tree::Node& root) {
    Table table({std::string(s.say("fiche", "record")), std::string(s.say("sources", "sources")),
                 s.timed("dernière extraction", "latest extraction"),
                 std::string(s.say("sections", "sections"))});
    for (const tree::Node& record : items_at(root, "records"))
      table.add({text_at(record, "id"), joined(record, "sources"),
                 s.moment(text_at(record, "latest")), joined(record, "sections")});
    table.print(s.console);
    if (const std::string next = text_at(root, "next"); !next.empty())
      s.console.out << s.console.styled(
                           std::string(s.say("la suite : --after ", "more: --after ")) + next,
                           Style::dim)
                    << '\n';
  });
}

/// A value as a person reads it: the code of a coded value, how many items a list has.
std::string shown(Session& s, const tree::Node& value) {
  if (value.is(tree::Kind::array))
    return std::to_string(value.items().size()) + std::string(s.say(" élément(s)", " item(s)"));
  if (!value.is(tree::Kind::object)) return std::string(value.chars());
  const std::string code = text_at(value, "code");
  return code.empty() ? text_at(value, "raw") : code;
}

/// Where sources contradict each other, under the record: to people only, after the JSON.
void print_conflicts(Session& s, const tree::Node& root) {
  Table table({std::string(s.say("désaccord sur", "differs")),
               std::string(s.say("retenu", "taken")), std::string(s.say("dit par", "told by")),
               std::string(s.say("autrement", "otherwise")),
               std::string(s.say("dit par", "told by"))});
  for (const tree::Node& conflict : items_at(root, "conflicts")) {
    const auto told = items_at(conflict, "told");
    for (std::size_t other = 1; other < told.size(); ++other)
      table.add({text_at(conflict, "field"), shown(s, *told[0].find("value")),
                 text_at(told[0], "source"), shown(s, *told[other].find("value")),
                 text_at(told[other], "source")});
  }
  if (table.empty()) return;
  // Beside the JSON, which stays whole for whoever reads it by program.
  const Console beside{s.console.err, s.console.err, s.console.in,   false,
                       false,         false,         s.console.width};
  beside.err << '\n';
  table.print(beside);
}

Exit show(Session& s, const Options& o) {
  auto fields = fields_of_child(s, o.id);
  if (!fields) return s.print(fields.error()), Exit::usage;
  fields->emplace_back("reason", o.reason);
  const auto print = [&s](const tree::Node& root) {
    if (const tree::Node* record = root.find("record")) s.print_json(*record);
    print_conflicts(s, root);
  };
  return ask_and_show(s, post("/v1/records/_search", *fields), print);
}

struct TransmitOptions {
  std::string id, to, from, decision, reason;
  bool from_input = false, everything = false, nothing = false;
};

Exit transmit(Session& s, const TransmitOptions& o) {
  auto fields = fields_of_child(s, o.id);
  if (!fields) return s.print(fields.error()), Exit::usage;
  fields->emplace_back("to", o.to);
  fields->emplace_back("from", o.everything ? "everything" : o.nothing ? "nothing" : o.from);
  fields->emplace_back("decision", o.decision);
  fields->emplace_back("reason", o.reason);
  return ask_and_show(s, post("/v1/records/_transmit", *fields), [&](const tree::Node& root) {
    const auto made = items_at(root, "made");
    const tree::Node* const concerned = root.find("concerned");
    s.console.out << (o.nothing ? s.say("Décision reprise. ", "Decision withdrawn. ")
                                : s.say("Décision inscrite. ", "Decision recorded. "));
    if (concerned != nullptr && !concerned->boolean_value())
      s.console.out << s.say(
          "Ce département n'a pas de décision sur cet enfant : rien ne lui est dit avant.\n",
          "This department has no decision about this child: nothing is told to it before.\n");
    else if (made.empty())
      s.console.out << s.say(
          "Rien ne part aussitôt : rien de plus à dire, ou avec le prochain lot.\n",
          "Nothing leaves at once: nothing more to tell, or with the next lot.\n");
    else
      s.console.out << made.size() << s.say(" livraison(s) :\n", " delivery(ies):\n");
    for (const tree::Node& id : made) s.console.out << "  " << id.chars() << '\n';
    print_parked(s, root);
  });
}

void add_transmit(CLI::App& records, Session& s) {
  const auto o = std::make_shared<TransmitOptions>();
  auto* command = records.add_subcommand(
      "transmit",
      std::string(s.say("transmet l'ancien dossier d'un enfant au département où il est à présent, "
                        "sur décision écrite",
                        "hands a child's former file over to the department where it is now, on a "
                        "written decision")));
  add_child(*command, s, o->id, o->from_input);
  command
      ->add_option("--to", o->to,
                   std::string(s.say("le partenaire, un département", "the partner, a department")))
      ->required();
  auto* scope = command->add_option_group("scope");
  scope->add_option("--from", o->from,
                    std::string(s.say("les faits depuis ce jour : 2024-01-01",
                                      "facts since this day: 2024-01-01")));
  scope->add_flag("--all", o->everything,
                  std::string(s.say("tout ce qui précède", "everything before")));
  scope->add_flag("--none", o->nothing,
                  std::string(s.say("reprend la décision ; ce qui est parti l'est",
                                    "takes the decision back; what left has left")));
  scope->require_option(1);
  command
      ->add_option("--decision", o->decision,
                   std::string(s.say("référence de la décision écrite",
                                     "reference of the written decision")))
      ->required();
  command
      ->add_option(
          "--reason", o->reason,
          std::string(s.say("motif, inscrit au journal d'audit", "why; written to the audit log")))
      ->required();
  command->callback([&s, o] { s.chosen = [&s, o] { return transmit(s, *o); }; });
}

}  // namespace

void add_records(CLI::App& app, Session& s) {
  auto* records = app.add_subcommand(
      "records", std::string(s.say("les fiches des enfants", "the records of the children")));
  records->require_subcommand(1);
  auto o = std::make_shared<Options>();
  auto* listed = records->add_subcommand(
      "list", std::string(s.say("les fiches, sans aucun nom", "the records, without any name")));
  listed->add_option("--after", o->after, std::string(s.say("la page suivante", "the next page")));
  listed->add_option("--limit", o->limit, std::string(s.say("combien (100)", "how many (100)")));
  listed->callback([&s, o] { s.chosen = [&s, o] { return list(s, *o); }; });
  auto* shown = records->add_subcommand(
      "show", std::string(s.say("une fiche ; la consultation est inscrite au journal d'audit",
                                "one record; reading it is written to the audit log")));
  add_child(*shown, s, o->id, o->from_input);
  shown
      ->add_option(
          "--reason", o->reason,
          std::string(s.say("motif, inscrit au journal d'audit", "why; written to the audit log")))
      ->required();
  shown->callback([&s, o] { s.chosen = [&s, o] { return show(s, *o); }; });
  add_transmit(*records, s);
  add_records_check(*records, s);
  add_links(*records, s);
  add_documents(*records, s);
}

}  // namespace charmille::cli
