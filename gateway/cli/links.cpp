// Who is who: what the rules linked or propose, and what persons decide about it.
#include "gateway/cli/links.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "gateway/cli/asked.h"

namespace charmille::cli {
namespace {

struct Options {
  std::string number, reason, state, after, limit;
};

std::string_view rule_words(const Session& s, const std::string& rule) {
  if (rule == "identifier") return s.say("même identifiant", "same identifier");
  if (rule == "ins") return s.say("même INS qualifiée", "same qualified INS");
  if (rule == "traits") return s.say("tous les traits stricts", "all strict traits");
  if (rule == "likeness") return s.say("ressemblance", "likeness");
  return rule;
}

Cell link_state(const Session& s, const std::string& state) {
  if (state == "linked") return {std::string(s.say("relié", "linked")), Style::green};
  if (state == "accepted")
    return {std::string(s.say("accepté par une personne", "accepted by a person")), Style::green};
  if (state == "proposed") return {std::string(s.say("proposé", "proposed")), Style::yellow};
  if (state == "suspended") return {std::string(s.say("suspendu", "suspended")), Style::yellow};
  if (state == "refused") return {std::string(s.say("refusé", "refused")), Style::dim};
  return state;
}

Exit list(Session& s, const Options& o) {
  Question question;
  question.target =
      "/v1/links" + query_of({{"state", o.state}, {"after", o.after}, {"limit", o.limit}});
  return ask_and_show(s, std::move(question), [&](const tree::Node& root) {
    const auto links = items_at(root, "links");
    if (links.empty()) {
      s.console.out << s.say("Aucun lien à décider. Tous les liens : --state all",
                             "No link to decide. All links: --state all")
                    << '\n';
      return;
    }
    Table table(
        {"n°", std::string(s.say("état", "state")), std::string(s.say("règle", "rule")),
         std::string(s.say("ressemblance", "likeness")), s.timed("depuis", "since"),
         std::string(s.say("fiche", "record")), std::string(s.say("et fiche", "and record"))},
        {0, 3});
    for (const tree::Node& link : links)
      table.add({text_at(link, "number"), link_state(s, text_at(link, "state")),
                 std::string(rule_words(s, text_at(link, "rule"))), text_at(link, "score") + " %",
                 s.moment(text_at(link, "since")), text_at(link, "a"), text_at(link, "b")});
    table.print(s.console);
    if (const std::string next = text_at(root, "next"); !next.empty())
      s.console.out << s.console.styled(
                           std::string(s.say("la suite : --after ", "more: --after ")) + next,
                           Style::dim)
                    << '\n';
  });
}

std::string words_of(const tree::Node* node) {
  if (node == nullptr) return {};
  if (!node->is(tree::Kind::array)) return std::string(node->chars());
  std::string all;
  for (const tree::Node& item : node->items())
    all += (all.empty() ? "" : " ") + std::string(item.chars());
  return all;
}

const tree::Node* at_path(const tree::Node* node, std::initializer_list<std::string_view> path) {
  for (const std::string_view name : path)
    if (node != nullptr) node = node->find(name);
  return node;
}

/// What left about both as one child, and what corrects it.
void print_deliveries(Session& s, const tree::Node& root) {
  const auto deliveries = items_at(root, "deliveries");
  if (deliveries.empty()) {
    s.console.out << '\n'
                  << s.say("Rien n'est parti sous ce lien.", "Nothing left under this link.")
                  << '\n';
    return;
  }
  s.console.out
      << '\n'
      << s.say("Parti sous ce lien, à corriger chez le destinataire si c'était une erreur :",
               "Left under this link, to be corrected at the recipient if it was a mistake:")
      << '\n';
  Table table({std::string(s.say("échange", "exchange")),
               std::string(s.say("partenaire", "partner")), std::string(s.say("état", "state")),
               s.timed("le", "at"), std::string(s.say("correction", "correction"))});
  for (const tree::Node& one : deliveries) {
    const std::string correction = text_at(one, "correction");
    table.add({text_at(one, "exchange"), text_at(one, "partner"),
               state_cell(s, text_at(one, "state")), s.moment(text_at(one, "updated")),
               correction.empty() ? std::string(s.say("aucune : prévenir le destinataire",
                                                      "none: tell the recipient"))
                                  : correction});
  }
  table.print(s.console);
}

Exit show(Session& s, const Options& o) {
  return ask_and_show(
      s, post("/v1/links/" + encoded(o.number) + "/_show", {{"reason", o.reason}}),
      [&s](const tree::Node& root) {
        const tree::Node* link = root.find("link");
        if (link == nullptr) return;
        print_fields(
            s.console,
            {{"n°", {text_at(*link, "number"), Style::bold}},
             {std::string(s.say("état", "state")), link_state(s, text_at(*link, "state"))},
             {std::string(s.say("règle", "rule")),
              std::string(rule_words(s, text_at(*link, "rule")))},
             {std::string(s.say("ressemblance", "likeness")), text_at(*link, "score") + " %"},
             {std::string(s.say("depuis", "since")), s.moment(text_at(*link, "since"))},
             {std::string(s.say("décidé par", "decided by")), text_at(*link, "by")}});
        s.console.out << '\n';
        Table table({"", std::string(s.say("première fiche", "first record")),
                     std::string(s.say("seconde fiche", "second record"))});
        const auto row = [&](std::string_view title, std::initializer_list<std::string_view> path) {
          const std::string a = words_of(at_path(root.find("a"), path));
          const std::string b = words_of(at_path(root.find("b"), path));
          const Style style = a == b ? Style::plain : Style::yellow;
          if (!a.empty() || !b.empty()) table.add({std::string(title), {a, style}, {b, style}});
        };
        row(s.say("fiche", "record"), {"id"});
        row(s.say("nom de naissance", "birth name"), {"identity", "birthName"});
        row(s.say("prénoms", "given names"), {"identity", "birthGivenNames"});
        row(s.say("date de naissance", "birth date"), {"identity", "birthDate"});
        row(s.say("sexe", "sex"), {"identity", "sex", "code"});
        row(s.say("lieu de naissance", "birth place"), {"identity", "birthPlace", "insee"});
        table.print(s.console);
        for (const char* side : {"a", "b"})
          if (const tree::Node* child = root.find(side))
            for (const tree::Node& id : items_at(*child, "ids"))
              s.console.out << (side[0] == 'a' ? s.say("première : ", "first: ")
                                               : s.say("seconde : ", "second: "))
                            << text_at(id, "system") << " = " << text_at(id, "value") << '\n';
        print_deliveries(s, root);
      });
}

Exit decide(Session& s, const Options& o, const std::string& act) {
  return ask_and_show(
      s, post("/v1/links/" + encoded(o.number) + "/" + act, {{"reason", o.reason}}),
      [&s, &act](const tree::Node& root) {
        const tree::Node* link = root.find("link");
        s.console.out << s.say("Lien ", "Link ")
                      << (link == nullptr
                              ? std::string(s.say("effacé : les règles décident de nouveau",
                                                  "gone: the rules decide again"))
                              : text_at(*link, "number") + " : " +
                                    link_state(s, text_at(*link, "state")).text)
                      << '\n';
        const auto made = items_at(root, "made");
        if (!made.empty())
          s.console.out << made.size() << ' '
                        << (act == "accept"
                                ? s.say("livraison(s) préparée(s)", "deliveries made")
                                : s.say("livraison(s) retenue(s), à libérer : charmille exchanges "
                                        "list --state held",
                                        "deliveries held, to be released: charmille exchanges list "
                                        "--state held"))
                        << '\n';
        print_parked(s, root);
        if (root.find("deliveries") != nullptr) print_deliveries(s, root);
      });
}

}  // namespace

void add_links(CLI::App& records, Session& s) {
  auto* links = records.add_subcommand(
      "links", std::string(s.say("qui est qui : les liens entre fiches de sources différentes",
                                 "who is who: links between records of different sources")));
  links->require_subcommand(1);
  auto o = std::make_shared<Options>();
  auto* listed =
      links->add_subcommand("list", std::string(s.say("les liens à décider, sans aucun nom",
                                                      "links to decide, without any name")));
  listed->add_option(
      "--state", o->state,
      std::string(s.say("all, ou proposed, suspended, linked, accepted, refused, séparés par des "
                        "virgules (proposed,suspended)",
                        "all, or proposed, suspended, linked, accepted, refused, separated by "
                        "commas (proposed,suspended)")));
  listed->add_option("--after", o->after, std::string(s.say("la page suivante", "the next page")));
  listed->add_option("--limit", o->limit, std::string(s.say("combien (100)", "how many (100)")));
  listed->callback([&s, o] { s.chosen = [&s, o] { return list(s, *o); }; });
  const auto act = [&](const char* name, std::string_view what, auto run) {
    auto* command = links->add_subcommand(name, std::string(what));
    command
        ->add_option("number", o->number,
                     std::string(s.say("numéro du lien", "number of the link")))
        ->required();
    command
        ->add_option("--reason", o->reason,
                     std::string(s.say("motif, inscrit au journal d'audit",
                                       "why; written to the audit log")))
        ->required();
    command->callback([&s, o, run] { s.chosen = [&s, o, run] { return run(s, *o); }; });
  };
  act("show",
      s.say("les deux fiches par leur nom, pour décider ; la consultation est inscrite au journal",
            "both records by name, to decide; reading them is written to the audit log"),
      show);
  act("accept", s.say("c'est le même enfant", "it is the same child"),
      [](Session& session, const Options& given) { return decide(session, given, "accept"); });
  act("refuse",
      s.say("ce ne sont pas le même enfant ; le lien n'est plus proposé",
            "they are not the same child; the link is not proposed again"),
      [](Session& session, const Options& given) { return decide(session, given, "refuse"); });
  act("undo",
      s.say(
          "défait un lien : chaque fiche reprend ses données, ce qui partirait est retenu, ce qui "
          "est parti est listé ; ou reprend un refus",
          "undoes a link: each record has its own data back, what would leave is held, what left "
          "is listed; or takes a refusal back"),
      [](Session& session, const Options& given) { return decide(session, given, "undo"); });
}

}  // namespace charmille::cli
