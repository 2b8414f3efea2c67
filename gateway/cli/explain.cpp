// charmille explain CODE: what a fault code means and what to do. Without a code, all of them.
#include <algorithm>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "gateway/base/bytes.h"
#include "gateway/base/catalogue.h"
#include "gateway/cli/session.h"

namespace charmille::cli {
namespace {

/// Codes that only hold an area open.
bool is_placeholder(const base::CatalogueEntry& entry) {
  return entry.code.ends_with("-000");
}

/// Remarks: the data is taken.
bool is_remark(std::string_view code) {
  constexpr std::string_view remarks[] = {"CH-CSV-002", "CH-CSV-012", "CH-CSV-015", "CH-DOC-008",
                                          "CH-EXC-007", "CH-EXC-031", "CH-EXC-032", "CH-JSON-013",
                                          "CH-REC-011", "CH-XML-017", "CH-XML-029", "CH-ZIP-011",
                                          "CH-ZIP-017", "CH-ZIP-018"};
  return std::ranges::find(remarks, code) != std::end(remarks);
}

/// What answers a person or a program that asked for something: no data is concerned.
bool is_of_request(std::string_view code) {
  if (code.starts_with("CH-CLI-") || code.starts_with("CH-API-") || code.starts_with("CH-AUD-"))
    return true;
  return code >= "CH-EXC-020" && code <= "CH-EXC-025";
}

std::string_view meaning_of(const base::CatalogueEntry& entry, const Session& s) {
  if (is_remark(entry.code))
    return s.say("remarque : la donnée est prise, rien n'est refusé",
                 "a remark: the data is taken, nothing is refused");
  if (is_of_request(entry.code) && entry.action != base::Action::retry)
    return s.say("réponse à une demande : elle n'est pas exécutée, aucune donnée n'est touchée",
                 "the answer to a request: it is not carried out, no data is touched");
  switch (entry.action) {
    case base::Action::retry:
      return s.say("passagère : nouvel essai plus tard, sans intervention",
                   "passes by itself: tried again later");
    case base::Action::reject:
      return s.say("définitive : cette donnée est refusée, les autres continuent",
                   "permanent: this input is refused, others go on");
    case base::Action::hold:
      return s.say("attend la décision d'une personne", "waits for a person's decision");
    case base::Action::stop:
      return s.say("arrête : rien ne continue tant qu'elle dure",
                   "stops: nothing goes on while it lasts");
  }
  return {};
}

tree::Node to_node(tree::Document& doc, const base::CatalogueEntry& entry, const Session& s) {
  return doc.object({{"code", doc.text(entry.code)},
                     {"action", doc.text(base::name_of(entry.action))},
                     {"text", doc.text(s.say(entry.text_fr, entry.text_en))},
                     {"remedy", doc.text(s.say(entry.remedy_fr, entry.remedy_en))}});
}

Exit list_all(Session& s) {
  tree::Document doc;
  std::vector<tree::Node> nodes;
  Table table({"code", std::string(s.say("ce qu'il veut dire", "what it means"))});
  for (const base::CatalogueEntry* entry : base::all_entries()) {
    if (is_placeholder(*entry)) continue;
    nodes.push_back(to_node(doc, *entry, s));
    table.add({std::string(entry->code), std::string(s.say(entry->text_fr, entry->text_en))});
  }
  if (s.json)
    s.print_json(doc.array(nodes));
  else
    table.print(s.console);
  return Exit::done;
}

Exit explain(Session& s, std::string code) {
  if (code.empty()) return list_all(s);
  std::ranges::transform(code, code.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  // MAP-050 is short for CH-MAP-050.
  if (!code.starts_with("CH-")) code.insert(0, "CH-");
  const base::CatalogueEntry* entry = base::find_entry(code);
  if (entry == nullptr || is_placeholder(*entry)) {
    std::vector<std::string_view> codes;
    for (const base::CatalogueEntry* one : base::all_entries())
      if (!is_placeholder(*one)) codes.push_back(one->code);
    s.print(fault("CH-CLI-002", {},
                  {{"code", base::printable(code, 40)}, base::suggestion(code, codes)}));
    return Exit::usage;
  }
  if (s.json) {
    tree::Document doc;
    s.print_json(to_node(doc, *entry, s));
    return Exit::done;
  }
  print_fields(
      s.console,
      {{"code", {std::string(entry->code), Style::bold}},
       {std::string(s.say("texte", "text")), std::string(s.say(entry->text_fr, entry->text_en))},
       {std::string(s.say("que faire", "what to do")),
        std::string(s.say(entry->remedy_fr, entry->remedy_en))},
       {std::string(s.say("nature", "kind")), std::string(meaning_of(*entry, s))}});
  return Exit::done;
}

}  // namespace

void add_explain(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand(
      "explain", std::string(session.say("ce que veut dire un code de faute, et quoi faire",
                                         "what a fault code means, and what to do")));
  auto code = std::make_shared<std::string>();
  command->add_option("code", *code,
                      std::string(session.say("par exemple CH-CSV-004 ; sans code, tous",
                                              "for example CH-CSV-004; without one, all")));
  command->callback(
      [&session, code] { session.chosen = [&session, code] { return explain(session, *code); }; });
}

}  // namespace charmille::cli
