// charmille quarantine list | show | close.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "gateway/cli/asked.h"
#include "gateway/cli/session.h"

namespace charmille::cli {
namespace {

std::string fault_text(const tree::Node& entry, std::string_view name) {
  const tree::Node* fault = entry.find("fault");
  return fault == nullptr ? std::string{} : text_at(*fault, name);
}

Exit list(Session& s, const std::string& partner, bool all, const std::string& limit) {
  Question question;
  question.target = "/v1/quarantine" +
                    query_of({{"partner", partner}, {"all", all ? "true" : ""}, {"limit", limit}});
  return ask_and_show(s, std::move(question), [&](const tree::Node& root) {
    const auto entries = items_at(root, "quarantine");
    if (entries.empty()) {
      s.console.out
          << s.say(
                 "Aucun enregistrement en quarantaine. Les échanges à reprendre : charmille "
                 "exchanges list --state parked",
                 "No record in quarantine. Exchanges to take up again: charmille exchanges list "
                 "--state parked")
          << '\n';
      return;
    }
    Table table(
        {"n°", std::string(s.say("partenaire", "partner")),
         std::string(s.say("enregistrement", "record")), "code", std::string(s.say("vu", "seen")),
         s.timed("dernière fois", "last time"), std::string(s.say("faute", "fault"))},
        {0, 4});
    for (const tree::Node& entry : entries) {
      const std::string place = fault_text(entry, "place");
      table.add({text_at(entry, "number"),
                 text_at(entry, "partner"),
                 text_at(entry, "localId"),
                 {fault_text(entry, "code"), Style::yellow},
                 text_at(entry, "seen") + "×",
                 s.moment(text_at(entry, "lastSeen")),
                 place + (place.empty() ? "" : " : ") + fault_text(entry, "text")});
    }
    table.print(s.console);
  });
}

std::string closed_by(const Session& s, const std::string& by) {
  if (by == "corrected")
    return std::string(s.say("la correction reçue de la source", "the correction received"));
  if (by == "absent")
    return std::string(s.say("son absence d'un export complet reçu depuis",
                             "its absence from a complete export received since"));
  return by;
}

void print_entry(Session& s, const tree::Node& entry) {
  std::vector<std::pair<std::string, Cell>> fields{
      {"n°", {text_at(entry, "number"), Style::bold}},
      {std::string(s.say("partenaire", "partner")), text_at(entry, "partner")},
      {std::string(s.say("point d'accès", "endpoint")), text_at(entry, "endpoint")},
      {std::string(s.say("enregistrement", "record")), text_at(entry, "localId")}};
  add_fault(s, entry.find("fault"), fields);
  fields.emplace_back(s.say("vu la première fois", "first seen"),
                      s.moment(text_at(entry, "firstSeen")));
  fields.emplace_back(s.say("vu la dernière fois", "last seen"),
                      s.moment(text_at(entry, "lastSeen")));
  fields.emplace_back(s.say("vu", "seen"), text_at(entry, "seen") + "×");
  fields.emplace_back(s.say("échange", "exchange"), text_at(entry, "exchange"));
  fields.emplace_back(s.say("fermé", "closed"), s.moment(text_at(entry, "closed")));
  const std::string by = text_at(entry, "closedBy");
  fields.emplace_back(s.say("fermé par", "closed by"), closed_by(s, by));
  fields.emplace_back(s.say("heures", "times"), s.time_zone());
  print_fields(s.console, fields);
}

struct Options {
  std::string number, reason, partner, limit;
  bool all = false;
};

}  // namespace

void add_quarantine(CLI::App& app, Session& s) {
  auto* quarantine = app.add_subcommand(
      "quarantine", std::string(s.say("les enregistrements refusés qui attendent une personne",
                                      "refused records that wait for a person")));
  quarantine->require_subcommand(1);
  auto o = std::make_shared<Options>();
  auto* listed = quarantine->add_subcommand(
      "list", std::string(s.say("une ligne par enregistrement et par règle",
                                "one line a record and rule")));
  listed->add_option("--partner", o->partner,
                     std::string(s.say("d'un partenaire", "of one partner")));
  listed->add_option("--limit", o->limit, std::string(s.say("combien (100)", "how many (100)")));
  listed->add_flag("--all", o->all,
                   std::string(s.say("les entrées fermées aussi", "closed ones too")));
  listed->callback(
      [&s, o] { s.chosen = [&s, o] { return list(s, o->partner, o->all, o->limit); }; });
  const std::string number(s.say("numéro de l'entrée", "number of the entry"));
  auto* shown = quarantine->add_subcommand(
      "show",
      std::string(s.say("une entrée : la faute, quoi faire", "one entry: the fault, what to do")));
  shown->add_option("number", o->number, number)->required();
  shown->callback([&s, o] {
    s.chosen = [&s, o] {
      Question question;
      question.target = "/v1/quarantine/" + encoded(o->number);
      return ask_and_show(s, std::move(question),
                          [&s](const tree::Node& root) { print_entry(s, root); });
    };
  });
  auto* closed = quarantine->add_subcommand(
      "close", std::string(s.say("ferme une entrée", "closes an entry")));
  closed->add_option("number", o->number, number)->required();
  closed
      ->add_option(
          "--reason", o->reason,
          std::string(s.say("motif, inscrit au journal d'audit", "why; written to the audit log")))
      ->required();
  closed->callback([&s, o] {
    s.chosen = [&s, o] {
      return ask_and_show(
          s, post("/v1/quarantine/" + encoded(o->number) + "/close", {{"reason", o->reason}}),
          [&s](const tree::Node& root) { print_entry(s, root); });
    };
  });
}

}  // namespace charmille::cli
