// charmille exchanges list | show | payload | replay | release | cancel.
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "gateway/cli/asked.h"
#include "gateway/cli/session.h"

namespace charmille::cli {
namespace {

struct ListOptions {
  std::string direction, state, partner, endpoint, route, since, until, before, limit;
};

/// A lot that is the same as the last one done was not processed again: its own word.
Cell state_of(const Session& s, const tree::Node& exchange) {
  const tree::Node* fault = exchange.find("fault");
  if (fault != nullptr && text_at(*fault, "code") == "CH-EXC-032")
    return {std::string(s.say("déjà reçu", "received already")), Style::dim};
  return state_cell(s, text_at(exchange, "state"));
}

Table exchange_table(Session& s, std::span<const tree::Node> exchanges) {
  Table table({std::string(s.say("échange", "exchange")), s.timed("créé", "created"), "",
               std::string(s.say("partenaire", "partner")),
               std::string(s.say("point d'accès", "endpoint")), std::string(s.say("état", "state")),
               std::string(s.say("détail", "detail"))});
  for (const tree::Node& exchange : exchanges) {
    const bool out = text_at(exchange, "direction") == "out";
    std::string detail = text_at(exchange, "lotFile");
    if (const std::string lot = text_at(exchange, "lot"); !lot.empty() && detail.empty())
      detail = "lot " + lot;
    if (const tree::Node* fault = exchange.find("fault"))
      detail += (detail.empty() ? "" : " ") + text_at(*fault, "code");
    if (const std::string refused = text_at(exchange, "refused");
        !refused.empty() && refused != "0")
      detail += " " + refused +
                std::string(text_at(exchange, "state") == "rejected"
                                ? s.say(" faute(s)", " fault(s)")
                                : s.say(" en quarantaine", " in quarantine"));
    table.add({text_at(exchange, "id"), s.moment(text_at(exchange, "created")), out ? "→" : "←",
               text_at(exchange, "partner"), text_at(exchange, "endpoint"), state_of(s, exchange),
               detail});
  }
  return table;
}

Exit list(Session& s, const ListOptions& o) {
  if (!s.load_configuration()) return Exit::usage;
  const auto since = s.time_given(o.since);
  if (!since) return s.print(since.error()), Exit::usage;
  const auto until = s.time_given(o.until);
  if (!until) return s.print(until.error()), Exit::usage;
  Question question;
  question.target = "/v1/exchanges" + query_of({{"direction", o.direction},
                                                {"state", states_given(o.state)},
                                                {"partner", o.partner},
                                                {"endpoint", o.endpoint},
                                                {"route", o.route},
                                                {"since", *since},
                                                {"until", *until},
                                                {"before", o.before},
                                                {"limit", o.limit}});
  s.warn_of_unknown_partner(o.partner);
  return ask_and_show(s, std::move(question), [&](const tree::Node& root) {
    exchange_table(s, items_at(root, "exchanges")).print(s.console);
    if (const std::string next = text_at(root, "next"); !next.empty())
      s.console.out << s.console.styled(
                           std::string(s.say("la suite : --before ", "more: --before ")) + next,
                           Style::dim)
                    << '\n';
  });
}

/// What a file's lot waits for.
void add_waiting(Session& s, const tree::Node& waits,
                 std::vector<std::pair<std::string, Cell>>& fields) {
  std::string missing;
  for (const tree::Node& name : items_at(waits, "missing"))
    missing += (missing.empty() ? "" : ", ") + std::string(name.chars());
  const std::string until = s.moment(text_at(waits, "until"));
  fields.emplace_back(s.say("il manque", "missing"), Cell{missing, Style::yellow});
  if (missing.empty())
    fields.emplace_back(s.say("rien d'obligatoire ne manque", "nothing required is missing"),
                        std::string(s.say("le lot part le ", "the lot goes on ")) + until);
  else
    fields.emplace_back(s.say("une personne est prévenue le", "a person is told on"), until);
}

Exit show(Session& s, const std::string& id) {
  Question question;
  question.target = "/v1/exchanges/" + encoded(id);
  return ask_and_show(s, std::move(question), [&](const tree::Node& root) {
    const tree::Node* exchange = root.find("exchange");
    if (exchange == nullptr) return;
    const auto at = [&](std::string_view name) { return Cell(text_at(*exchange, name)); };
    const bool out = text_at(*exchange, "direction") == "out";
    std::vector<std::pair<std::string, Cell>> fields{
        {std::string(s.say("échange", "exchange")), {text_at(*exchange, "id"), Style::bold}},
        {std::string(s.say("sens", "direction")),
         std::string(out ? s.say("livré", "delivered") : s.say("reçu", "received"))},
        {std::string(s.say("état", "state")), state_of(s, *exchange)},
        {std::string(s.say("partenaire", "partner")), at("partner")},
        {std::string(s.say("point d'accès", "endpoint")), at("endpoint")},
        {std::string(s.say("trajet", "route")), at("route")},
        {"lot", at("lot")},
        {std::string(s.say("fichier du lot", "file of the lot")), at("lotFile")},
        {std::string(s.say("créé", "created")), s.moment(text_at(*exchange, "created"))},
        {std::string(s.say("dernier changement", "last change")),
         s.moment(text_at(*exchange, "updated"))},
        {std::string(s.say("prochain essai", "next attempt")), s.moment(text_at(*exchange, "due"))},
        {std::string(s.say("tentatives", "attempts")), at("attempts")},
        {std::string(s.say("pris en compte", "accepted")), at("accepted")},
        {std::string(s.say("refusés", "refused")), at("refused")},
        {std::string(s.say("cause", "cause")), at("cause")}};
    if (const tree::Node* waits = root.find("waitsFor")) add_waiting(s, *waits, fields);
    if (const tree::Node* payload = root.find("payload")) {
      fields.emplace_back(s.say("octets", "bytes"), text_at(*payload, "size"));
      fields.emplace_back("SHA-256", text_at(*payload, "sha256"));
    }
    fields.emplace_back(s.say("heures", "times"), s.time_zone());
    add_fault(s, exchange->find("fault"), fields);
    print_fields(s.console, fields);
    if (items_at(root, "flow").size() < 2) return;
    s.console.out << '\n'
                  << s.console.styled(s.say("Le même flux :", "The same flow:"), Style::bold)
                  << '\n';
    exchange_table(s, items_at(root, "flow")).print(s.console);
  });
}

/// Content goes to the output as it is; not to a terminal unless asked, since it may hold anything.
Exit payload(Session& s, const std::string& id, const std::string& reason) {
  if (!s.load_configuration()) return Exit::usage;
  const auto gateway = s.open_gateway();
  if (!gateway) return Exit::system;
  Question question = post("/v1/exchanges/" + encoded(id) + "/payload", {{"reason", reason}});
  question.at_most = std::chrono::seconds(600);
  const Asked asked = ask(s, *gateway, std::move(question));
  if (asked.ok()) s.console.out << asked.answer.body;
  return asked.exit;
}

Exit act(Session& s, const std::string& verb, const std::string& id, const std::string& reason) {
  return ask_and_show(
      s, post("/v1/exchanges/" + encoded(id) + "/" + verb, {{"reason", reason}}),
      [&](const tree::Node& root) {
        if (const std::string released = text_at(root, "released"); !released.empty())
          s.console.out << released << s.say(" livraison(s) libérée(s)", " delivery(ies) released")
                        << '\n';
        else
          s.console.out << text_at(root, "id") << " : "
                        << state_cell(s, text_at(root, "state")).text << '\n';
      });
}

struct ActOptions {
  std::string id, reason;
};

std::shared_ptr<ActOptions> add_act_options(CLI::App& command, const Session& s,
                                            bool needs_reason) {
  auto options = std::make_shared<ActOptions>();
  command
      .add_option("exchange", options->id,
                  std::string(s.say("numéro de l'échange", "id of the exchange")))
      ->required();
  auto* reason = command.add_option(
      "--reason", options->reason,
      std::string(s.say("motif, inscrit au journal d'audit", "why; written to the audit log")));
  if (needs_reason) reason->required();
  return options;
}

void add_list(CLI::App& exchanges, Session& s) {
  auto* command = exchanges.add_subcommand(
      "list", std::string(s.say("les derniers échanges, reçus et livrés",
                                "the latest exchanges, received and delivered")));
  auto o = std::make_shared<ListOptions>();
  command
      ->add_option("--direction", o->direction,
                   std::string(s.say("in (reçus) ou out (livrés)", "in or out")))
      ->check(CLI::IsMember({"in", "out"}));
  command->add_option(
      "--state", o->state,
      std::string(s.say("états, séparés par des virgules : ", "states, separated by commas: ")) +
          all_states(s));
  command->add_option("--partner", o->partner,
                      std::string(s.say("d'un partenaire", "of one partner")));
  command->add_option("--endpoint", o->endpoint,
                      std::string(s.say("d'un point d'accès", "of one endpoint")));
  command->add_option("--route", o->route, std::string(s.say("d'un trajet", "of one route")));
  command->add_option("--since", o->since,
                      std::string(s.say("depuis : 2026-06-30, 2026-06-30T14:00",
                                        "since: 2026-06-30, 2026-06-30T14:00")));
  command->add_option("--until", o->until, std::string(s.say("jusqu'à", "until")));
  command->add_option("--before", o->before,
                      std::string(s.say("la page suivante", "the next page")));
  command->add_option("--limit", o->limit, std::string(s.say("combien (100)", "how many (100)")));
  command->callback([&s, o] { s.chosen = [&s, o] { return list(s, *o); }; });
}

}  // namespace

void add_exchanges(CLI::App& app, Session& s) {
  auto* exchanges = app.add_subcommand(
      "exchanges", std::string(s.say("les échanges : les voir, les reprendre",
                                     "exchanges: seeing them, taking them up again")));
  exchanges->require_subcommand(1);
  add_list(*exchanges, s);
  auto* shown =
      exchanges->add_subcommand("show", std::string(s.say("un échange, et ceux du même flux",
                                                          "one exchange, and those of its flow")));
  const auto to_show = add_act_options(*shown, s, false);
  shown->callback([&s, to_show] { s.chosen = [&s, to_show] { return show(s, to_show->id); }; });
  auto* content = exchanges->add_subcommand(
      "payload", std::string(s.say("le contenu, tel quel, sur la sortie standard",
                                   "the content, as it is, on standard output")));
  const auto to_read = add_act_options(*content, s, true);
  content->callback([&s, to_read] {
    s.chosen = [&s, to_read] { return payload(s, to_read->id, to_read->reason); };
  });
  const auto add_verb = [&](const char* verb, std::string_view meaning, bool needs_reason) {
    auto* command = exchanges->add_subcommand(verb, std::string(meaning));
    const auto options = add_act_options(*command, s, needs_reason);
    command->callback([&s, options, name = std::string(verb)] {
      s.chosen = [&s, options, name] { return act(s, name, options->id, options->reason); };
    });
  };
  add_verb("replay",
           s.say("refait le traitement de ce qui a été reçu, ou la livraison",
                 "processes, or delivers, again"),
           false);
  add_verb(
      "release",
      s.say("laisse partir une livraison retenue, ou celles d'un flux ; fait traiter un lot retenu",
            "lets a held delivery go, or those of a flow; has a held lot processed"),
      false);
  add_verb("cancel",
           s.say("ne sera pas envoyé ; un lot retenu est refusé",
                 "will not be sent; a held lot is refused"),
           true);
}

}  // namespace charmille::cli
