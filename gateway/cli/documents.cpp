// Documents of children whose place is secret: which are held, and what a person lets go.
#include "gateway/cli/documents.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "gateway/cli/asked.h"

namespace charmille::cli {
namespace {

struct Options {
  std::string child, sha256, reason;
  std::vector<std::string> recipients;
};

std::string words_of(const tree::Node& document, std::string_view name) {
  std::string all;
  for (const tree::Node& item : items_at(document, name))
    all += (all.empty() ? "" : ", ") + std::string(item.chars());
  return all;
}

std::string_view section_words(const Session& s, const std::string& section) {
  if (section == "administrative") return s.say("administratif", "administrative");
  if (section == "judicial") return s.say("judiciaire", "judicial");
  if (section == "health") return s.say("santé", "health");
  if (section == "social") return s.say("éducatif et social", "social");
  if (section == "school") return s.say("scolarité", "school");
  return s.say("inconnue", "unknown");
}

Exit list(Session& s, const Options& o) {
  Question question;
  question.target = "/v1/documents" + query_of({{"child", o.child}});
  return ask_and_show(s, std::move(question), [&](const tree::Node& root) {
    const auto documents = items_at(root, "documents");
    if (documents.empty()) {
      s.console.out << (o.child.empty() ? s.say("Aucun document n'est retenu pour un lieu secret.",
                                                "No document is held for a secret place.")
                                        : s.say("Cette fiche n'a aucun document.",
                                                "This record has no document."))
                    << '\n';
      return;
    }
    Table table({std::string(s.say("empreinte SHA-256", "SHA-256 digest")),
                 std::string(s.say("fiche", "record")), std::string(s.say("rubrique", "section")),
                 std::string(s.say("date", "date")), std::string(s.say("retenu pour", "held from")),
                 std::string(s.say("autorisé pour", "cleared for"))});
    for (const tree::Node& one : documents)
      table.add({text_at(one, "sha256"), text_at(one, "child"),
                 std::string(section_words(s, text_at(one, "section"))), text_at(one, "date"),
                 Cell{words_of(one, "held"), Style::yellow},
                 Cell{words_of(one, "cleared"), Style::green}});
    table.print(s.console);
  });
}

Exit decide(Session& s, const Options& o, const std::string& act) {
  std::string recipients;
  for (const std::string& one : o.recipients) recipients += (recipients.empty() ? "" : " ") + one;
  return ask_and_show(
      s,
      post("/v1/documents/" + encoded(o.sha256) + "/" + act,
           {{"for", recipients}, {"reason", o.reason}}),
      [&](const tree::Node& root) {
        const auto made = items_at(root, "made");
        s.console.out << (act == "clear" ? s.say("Document autorisé pour ", "Document cleared for ")
                                         : s.say("Document retenu pour ", "Document held from "))
                      << recipients << s.say(" ; enfants concernés : ", "; children concerned: ")
                      << text_at(root, "children")
                      << s.say(" ; livraisons préparées : ", "; deliveries made: ") << made.size()
                      << '\n';
        print_parked(s, root);
      });
}

}  // namespace

void add_documents(CLI::App& records, Session& s) {
  auto* documents = records.add_subcommand(
      "documents",
      std::string(s.say("les documents retenus parce que le lieu de l'enfant est secret",
                        "documents held because the child's place is secret")));
  documents->require_subcommand(1);
  auto o = std::make_shared<Options>();
  auto* listed = documents->add_subcommand(
      "list", std::string(s.say("ceux qui sont retenus ou autorisés, sans aucun titre",
                                "those that are held or cleared, without any title")));
  listed->add_option("record", o->child,
                     std::string(s.say("numéro d'une fiche : tous ses documents",
                                       "id of a record: all of its documents")));
  listed->callback([&s, o] { s.chosen = [&s, o] { return list(s, *o); }; });
  const auto act = [&](const char* name, std::string_view what) {
    auto* command = documents->add_subcommand(name, std::string(what));
    command
        ->add_option("sha256", o->sha256,
                     std::string(s.say("empreinte du document", "digest of the document")))
        ->required();
    command
        ->add_option("--for", o->recipients,
                     std::string(s.say("types de destinataires (recipient), par exemple care-team",
                                       "kinds of recipients, for example care-team")))
        ->required();
    command
        ->add_option("--reason", o->reason,
                     std::string(s.say("motif, inscrit au journal d'audit",
                                       "why; written to the audit log")))
        ->required();
    command->callback([&s, o, name] { s.chosen = [&s, o, name] { return decide(s, *o, name); }; });
  };
  act("clear", s.say("une personne a lu le document : il peut partir vers ces destinataires",
                     "a person read the document: it may leave for these recipients"));
  act("withhold", s.say("il ne peut plus partir vers ces destinataires",
                        "it may no longer leave for these recipients"));
}

}  // namespace charmille::cli
