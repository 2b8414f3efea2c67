// charmille audit list | verify.
#include <atomic>
#include <thread>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "gateway/cli/asked.h"
#include "gateway/cli/session.h"

namespace charmille::cli {
namespace {

struct ListOptions {
  std::string since, until, peer, endpoint, event, exchange, outcome, before, limit;
};

std::string inner(const tree::Node& node, std::string_view object, std::string_view name) {
  const tree::Node* found = node.find(object);
  return found == nullptr ? std::string{} : text_at(*found, name);
}

/// ATNA's outcomes (DICOM PS3.15 A.5.1).
Cell outcome_cell(const Session& s, const std::string& outcome) {
  if (outcome == "0") return {"✓", Style::green};
  if (outcome == "4") return {std::string(s.say("refus", "refused")), Style::yellow};
  return {std::string(s.say("échec", "failed")), Style::red};
}

void print_leaves(const Session& s, const tree::Node& root) {
  Table table(
      {"n°", std::string(s.say("quand", "when")), std::string(s.say("événement", "event")), "",
       std::string(s.say("qui, avec qui", "who, with whom")), std::string(s.say("où", "where")),
       std::string(s.say("échange", "exchange")), std::string(s.say("détail", "detail"))},
      {0});
  for (const tree::Node& row : items_at(root, "leaves")) {
    const tree::Node* leaf = row.find("leaf");
    if (leaf == nullptr) {
      table.add({text_at(row, "seq"),
                 "",
                 {std::string(s.say("effacé à terme", "purged at term")), Style::dim},
                 "",
                 "",
                 "",
                 "",
                 ""});
      continue;
    }
    const std::string agent = inner(*leaf, "agent", "id");
    const std::string peer = inner(*leaf, "peer", "name");
    const std::string code = inner(*leaf, "err", "code");
    table.add({text_at(row, "seq"), moment(text_at(*leaf, "ts")), text_at(*leaf, "ev"),
               outcome_cell(s, text_at(*leaf, "out")), peer.empty() ? agent : peer,
               inner(*leaf, "detail", "endpoint"), text_at(*leaf, "xch").substr(0, 23),
               code.empty() ? inner(*leaf, "detail", "reason") : code});
  }
  table.print(s.console);
  if (const std::string next = text_at(root, "next"); !next.empty())
    s.console.out << s.console.styled(
                         std::string(s.say("la suite : --before ", "more: --before ")) + next,
                         Style::dim)
                  << '\n';
}

Exit list(Session& s, const ListOptions& o) {
  Question question;
  question.target = "/v1/audit" + query_of({{"since", o.since},
                                            {"until", o.until},
                                            {"peer", o.peer},
                                            {"endpoint", o.endpoint},
                                            {"event", o.event},
                                            {"exchange", o.exchange},
                                            {"outcome", o.outcome},
                                            {"before", o.before},
                                            {"limit", o.limit}});
  return ask_and_show(s, std::move(question),
                      [&s](const tree::Node& root) { print_leaves(s, root); });
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

}  // namespace

void add_audit(CLI::App& app, Session& s) {
  auto* audit =
      app.add_subcommand("audit", std::string(s.say("le journal d'audit", "the audit log")));
  audit->require_subcommand(1);
  auto o = std::make_shared<ListOptions>();
  auto* listed = audit->add_subcommand(
      "list", std::string(s.say("les derniers événements ; la question y est inscrite aussi",
                                "the latest events; the question is written there too")));
  listed->add_option(
      "--since", o->since,
      std::string(s.say("depuis (2026-06-30T00:00:00Z)", "since (2026-06-30T00:00:00Z)")));
  listed->add_option("--until", o->until, std::string(s.say("jusqu'à", "until")));
  listed->add_option("--peer", o->peer,
                     std::string(s.say("avec un partenaire", "with one partner")));
  listed->add_option("--endpoint", o->endpoint,
                     std::string(s.say("par un point d'accès", "by one endpoint")));
  listed->add_option(
      "--event", o->event,
      std::string(s.say("par exemple exchange.delivered", "for example exchange.delivered")));
  listed->add_option(
      "--exchange", o->exchange,
      std::string(s.say("d'un échange et de son flux", "of an exchange and its flow")));
  listed->add_option("--outcome", o->outcome,
                     std::string(s.say("0 réussi, 4 refus, 8 et 12 échecs",
                                       "0 success, 4 minor, 8 and 12 failures")));
  listed->add_option("--before", o->before,
                     std::string(s.say("la page suivante", "the next page")));
  listed->add_option("--limit", o->limit, std::string(s.say("combien (100)", "how many (100)")));
  listed->callback([&s, o] { s.chosen = [&s, o] { return list(s, *o); }; });
  audit
      ->add_subcommand("verify",
                       std::string(s.say("recalcule tout le journal : entier et inchangé ?",
                                         "recomputes the whole log: is it whole and unaltered?")))
      ->callback([&s] { s.chosen = [&s] { return verify(s); }; });
}

}  // namespace charmille::cli
