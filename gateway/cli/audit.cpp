// charmille audit list | about | events | verify.
#include <atomic>
#include <thread>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "gateway/cli/asked.h"
#include "gateway/cli/audit_words.h"
#include "gateway/cli/child_option.h"
#include "gateway/cli/session.h"

namespace charmille::cli {
namespace {

struct ListOptions {
  std::string since, until, peer, endpoint, event, exchange, outcome, before, limit;
};

/// The times of the options, and the rest as it was given, for the query.
Result<std::string> query_of(Session& s, const ListOptions& o) {
  const auto since = s.time_given(o.since);
  if (!since) return fail(since.error());
  const auto until = s.time_given(o.until);
  if (!until) return fail(until.error());
  return cli::query_of({{"since", *since},
                        {"until", *until},
                        {"peer", o.peer},
                        {"endpoint", o.endpoint},
                        {"event", o.event},
                        {"exchange", o.exchange},
                        {"outcome", o.outcome},
                        {"before", o.before},
                        {"limit", o.limit}});
}

Exit list(Session& s, const ListOptions& o) {
  if (!s.load_configuration()) return Exit::usage;
  const auto query = query_of(s, o);
  if (!query) return s.print(query.error()), Exit::usage;
  s.warn_of_unknown_partner(o.peer);
  Question question;
  question.target = "/v1/audit" + *query;
  return ask_and_show(s, std::move(question),
                      [&s](const tree::Node& root) { print_leaves(s, root, false); });
}

struct AboutOptions : ListOptions {
  std::string record, reason;
  bool from_input = false;
};

/// Everything about one child: the identifier is asked for, or read, never an argument.
Exit about(Session& s, const AboutOptions& o) {
  if (!s.load_configuration()) return Exit::usage;
  const auto query = query_of(s, o);
  if (!query) return s.print(query.error()), Exit::usage;
  auto fields = fields_of_child(s, o.record);
  if (!fields) return s.print(fields.error()), Exit::usage;
  fields->emplace_back("reason", o.reason);
  return ask_and_show(s, post("/v1/audit/_about" + *query, *fields), [&s](const tree::Node& root) {
    if (items_at(root, "leaves").empty())
      s.console.out << s.say("Rien au journal sur cet enfant, pour cette demande.",
                             "Nothing in the log about this child, as asked.")
                    << '\n';
    else
      print_leaves(s, root, true);
  });
}

Exit list_events(Session& s) {
  Table table({std::string(s.say("nom", "name")), std::string(s.say("événement", "event"))});
  tree::Document doc;
  std::vector<tree::Node> nodes;
  for (std::size_t i = 0; i < merkle::event_count; ++i) {
    const auto event = static_cast<merkle::Event>(i);
    table.add({std::string(merkle::name_of(event)), std::string(label_of(s, event))});
    nodes.push_back(doc.object(
        {{"name", doc.text(merkle::name_of(event))}, {"label", doc.text(label_of(s, event))}}));
  }
  if (s.json)
    s.print_json(doc.array(nodes));
  else
    table.print(s.console);
  return Exit::done;
}

/// Asks now and then how far the verification is, on a thread of its own, until `done`.
void watch(Session& s, Gateway& gateway, const std::atomic<bool>& done) {
  Progress progress(s.console, std::string(s.say("Vérification", "Verifying")));
  while (!done) {
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    Question question;
    question.target = "/v1/audit/verify";
    const auto answer = gateway.call(std::move(question));
    if (!answer || !answer->ok()) return;
    const auto document = read_answer(*answer);
    if (!document) return;
    const auto number = [&](std::string_view name) {
      return std::strtoull(text_at(document->root(), name).c_str(), nullptr, 10);
    };
    progress.show(number("done"), number("size"));
  }
}

void print_verdict(const Session& s, const tree::Node& verdict) {
  const Console& console = s.console;
  const bool whole = text_at(verdict, "flaw").empty();
  if (whole)
    console.out << console.styled("✓ ", Style::green)
                << s.say("Le journal est entier et inchangé.", "The log is whole and unaltered.")
                << '\n';
  else
    console.out << console.styled("✗ ", Style::red)
                << s.say("Le journal n'est plus celui qui a été écrit.",
                         "The log is no longer what was written.")
                << '\n';
  print_fields(console,
               {{std::string(s.say("journal", "log")), text_at(verdict, "origin")},
                {std::string(s.say("inscriptions", "leaves")), text_at(verdict, "size")},
                {std::string(s.say("vérifiées", "verified")), text_at(verdict, "verified")},
                {std::string(s.say("racine", "root")), text_at(verdict, "root")},
                {std::string(s.say("première douteuse", "first bad")),
                 {text_at(verdict, "firstBad"), Style::red}},
                {std::string(s.say("défaut", "flaw")), {text_at(verdict, "flaw"), Style::red}}});
}

Exit verify(Session& s) {
  if (!s.load_configuration()) return Exit::usage;
  const auto gateway = s.open_gateway();
  if (!gateway) return Exit::system;
  std::atomic<bool> done = false;
  std::thread watcher;
  if (s.console.progress && gateway->is_daemon())
    watcher = std::thread([&] { watch(s, *gateway, done); });
  Question question = post("/v1/audit/verify", {});
  question.at_most = std::chrono::hours(2);
  const Asked asked = ask(s, *gateway, std::move(question));
  done = true;
  if (watcher.joinable()) watcher.join();
  if (!asked.ok()) return asked.exit;
  if (s.json)
    s.print_json(asked.document.root());
  else
    print_verdict(s, asked.document.root());
  return text_at(asked.document.root(), "flaw").empty() ? Exit::done : Exit::data;
}

/// The options that narrow a list of leaves.
void add_filters(CLI::App& command, Session& s, ListOptions& o) {
  command.add_option("--since", o.since,
                     std::string(s.say("depuis : 2026-06-30, 2026-06-30T14:00",
                                       "since: 2026-06-30, 2026-06-30T14:00")));
  command.add_option("--until", o.until, std::string(s.say("jusqu'à", "until")));
  command.add_option("--peer", o.peer,
                     std::string(s.say("avec un partenaire", "with one partner")));
  command.add_option(
      "--event", o.event,
      std::string(s.say("par exemple exchange.delivered ; « audit events » les donne",
                        "for example exchange.delivered; \"audit events\" lists them")));
  command.add_option("--before", o.before, std::string(s.say("la page suivante", "the next page")));
  command.add_option("--limit", o.limit, std::string(s.say("combien (100)", "how many (100)")));
}

void add_list(CLI::App& audit, Session& s) {
  auto o = std::make_shared<ListOptions>();
  auto* listed = audit.add_subcommand(
      "list", std::string(s.say("les derniers événements ; la question y est inscrite aussi",
                                "the latest events; the question is written there too")));
  add_filters(*listed, s, *o);
  listed->add_option("--endpoint", o->endpoint,
                     std::string(s.say("par un point d'accès", "by one endpoint")));
  listed->add_option(
      "--exchange", o->exchange,
      std::string(s.say("d'un échange et de son flux", "of an exchange and its flow")));
  listed->add_option("--outcome", o->outcome,
                     std::string(s.say("0 réussi, 4 refus, 8 et 12 échecs",
                                       "0 success, 4 minor, 8 and 12 failures")));
  listed->callback([&s, o] { s.chosen = [&s, o] { return list(s, *o); }; });
}

void add_about(CLI::App& audit, Session& s) {
  auto o = std::make_shared<AboutOptions>();
  auto* command = audit.add_subcommand(
      "about",
      std::string(s.say("sur un enfant : d'où, à qui, quand, quoi, sur quel fondement ; la "
                        "question est inscrite au journal",
                        "about one child: from and to whom, when, what, on which ground; "
                        "the question is written to the log")));
  add_child(*command, s, o->record, o->from_input);
  add_filters(*command, s, *o);
  command->add_option(
      "--reason", o->reason,
      std::string(s.say("motif, inscrit au journal d'audit", "why; written to the audit log")));
  command->callback([&s, o] { s.chosen = [&s, o] { return about(s, *o); }; });
}

}  // namespace

void add_audit(CLI::App& app, Session& s) {
  auto* audit =
      app.add_subcommand("audit", std::string(s.say("le journal d'audit", "the audit log")));
  audit->require_subcommand(1);
  add_list(*audit, s);
  add_about(*audit, s);
  audit
      ->add_subcommand("events", std::string(s.say("les noms des événements, et ce qu'ils disent",
                                                   "the names of events, and what they say")))
      ->callback([&s] { s.chosen = [&s] { return list_events(s); }; });
  audit
      ->add_subcommand("verify",
                       std::string(s.say("recalcule tout le journal : entier et inchangé ?",
                                         "recomputes the whole log: is it whole and unaltered?")))
      ->callback([&s] { s.chosen = [&s] { return verify(s); }; });
}

}  // namespace charmille::cli
