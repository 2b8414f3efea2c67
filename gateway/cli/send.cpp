// charmille send ENDPOINT FILE...: gives files to a source endpoint as if its partner had pushed
// them. A person reads what became of each; programs take --json.
#include <algorithm>
#include <filesystem>
#include <sstream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "gateway/base/bytes.h"
#include "gateway/cli/asked.h"
#include "gateway/cli/session.h"
#include "gateway/codec/codec.h"

namespace charmille::cli {
namespace {

struct Options {
  std::string endpoint, reason, wait = "20", type;
  std::vector<std::string> files;
  bool dry_run = false;
};

std::string media_type(const std::filesystem::path& file, const std::string& given) {
  if (!given.empty()) return given;
  const std::string extension = file.extension().string();
  if (extension == ".json") return "application/json";
  if (extension == ".ndjson") return "application/x-ndjson";
  if (extension == ".csv") return "text/csv";
  if (extension == ".xml") return "application/xml";
  if (extension == ".zip") return "application/zip";
  if (extension == ".pdf") return "application/pdf";
  return "application/octet-stream";
}

/// A quoted-string of RFC 9110 §5.6.4.
std::string quoted(const std::string& name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string_view what_became(const Session& s, const std::string& state) {
  if (state == "done") return s.say("traité", "processed");
  if (state == "rejected") return s.say("refusé", "refused");
  if (state == "waiting")
    return s.say("reçu ; attend le reste de son lot", "received; waits for the rest of its lot");
  return s.say("reçu ; le traitement continue", "received; processing goes on");
}

/// What became of the file, its exchange, and the report when there is one.
void print_sent(const Session& s, const std::string& file, const tree::Node& answer) {
  const std::string state = text_at(answer, "state");
  const Style style = state == "rejected" ? Style::red
                      : state == "done"   ? Style::green
                                          : Style::yellow;
  s.console.out << base::printable(file, 200) << s.say(" : ", ": ")
                << s.console.styled(what_became(s, state), style)
                << s.say(" (échange ", " (exchange ") << text_at(answer, "exchange") << ")\n";
  std::istringstream report(text_at(answer, "report"));
  for (std::string line; std::getline(report, line);)
    s.console.out << "    " << base::printable(line, 1000) << '\n';
}

Exit send_one(Session& s, Gateway& gateway, const Options& o, const std::string& file) {
  const auto payload = base::Payload::from_file(file);
  if (!payload)
    return s.print(fault("CH-CLI-009", {}, {{"name", base::printable(file)}})), Exit::usage;
  const std::filesystem::path path(file);
  Question question;
  question.method = "POST";
  question.target = "/v1/send/" + encoded(o.endpoint) + query_of({{"wait", o.wait}});
  question.headers = {
      {"Content-Type", media_type(path, o.type)},
      {"Content-Disposition", "attachment; filename=" + quoted(path.filename().string())}};
  if (!o.reason.empty()) question.headers.emplace_back("X-Reason", o.reason);
  question.body = *payload;
  question.at_most = std::chrono::seconds(600);
  const Asked asked = ask(s, gateway, std::move(question));
  const tree::Node& answer = asked.document.root();
  if (asked.answer.status == 0 || answer.is(tree::Kind::null)) return asked.exit;
  if (s.json)
    s.print_json(answer);
  else if (is_settlement(answer))
    print_sent(s, path.filename().string(), answer);
  return asked.exit;
}

/// A payload is given to a running gateway only: nothing would process it.
std::unique_ptr<Gateway> open_daemon(Session& s) {
  const auto site = s.load_configuration();
  auto daemon = gateway_at_socket(site->socket);
  if (!daemon) return s.print(daemon.error()), nullptr;
  if (!*daemon)
    s.print(
        fault("CH-CLI-018", {}, {{"file", base::printable(s.configuration_file().string(), 300)}}));
  return std::move(*daemon);
}

/// What would not leave by itself, and why.
void print_holds(const Session& s, const tree::Node& one) {
  const std::string mode = text_at(one, "mode");
  if (mode == "hold")
    s.console.out << text_at(one, "endpoint")
                  << s.say(" : mode hold, rien ne part sans qu'une personne le libère\n",
                           ": mode hold, nothing leaves unless a person releases it\n");
  if (mode == "shadow")
    s.console.out << text_at(one, "endpoint")
                  << s.say(" : mode shadow, rien ne part\n", ": mode shadow, nothing leaves\n");
  const tree::Node* held = one.find("held");
  if (mode != "live" || held == nullptr || !held->boolean_value()) return;
  s.console.out << s.console.styled(s.say("retenu : ", "held: "), Style::yellow)
                << text_at(one, "endpoint")
                << s.say(" recevrait plus de changements que max-change ne le permet (",
                         " would get more changes than max-change lets go (")
                << text_at(one, "maxChange") << s.say(", pour ", ", of ") << text_at(one, "known")
                << s.say(" enfants déjà connus) ; une personne devrait libérer\n",
                         " children known already); a person would have to release them\n");
}

void print_preview(const Session& s, const tree::Node& answer) {
  s.console.out << s.say("à blanc : rien n'est gardé ni envoyé",
                         "a dry run: nothing is stored or sent")
                << '\n';
  const tree::Node* done = answer.find("alreadyDone");
  if (done != nullptr && done->boolean_value())
    s.console.out << s.say(
        "ce lot est déjà traité : le donner à nouveau ne ferait rien ; les comptes sont ceux d'un "
        "`charmille exchanges replay`\n",
        "this lot was done already: given again it would do nothing; what is counted is what "
        "`charmille exchanges replay` would do\n");
  for (const tree::Node& route : items_at(answer, "routes")) {
    s.console.out << '\n'
                  << s.console.styled(text_at(route, "route"), Style::bold)
                  << s.say(" : enfants nouveaux ", ": children new ") << text_at(route, "created")
                  << s.say(", changés ", ", changed ") << text_at(route, "changed")
                  << s.say(", inchangés ", ", unchanged ") << text_at(route, "same")
                  << s.say(", refusés ", ", refused ") << text_at(route, "refused");
    if (const std::string pending = text_at(route, "pending"); pending != "0")
      s.console.out << s.say(" ; attendent leur enfant : ", "; waiting for their child: ")
                    << pending;
    s.console.out << '\n';
    Table table({std::string(s.say("destination", "destination")),
                 std::string(s.say("nouveaux", "new")), std::string(s.say("changés", "changed")),
                 std::string(s.say("rien à envoyer", "nothing to send")),
                 std::string(s.say("retenus", "withheld"))},
                {1, 2, 3, 4});
    for (const tree::Node& one : items_at(route, "destinations"))
      table.add({text_at(one, "endpoint"), text_at(one, "new"), text_at(one, "changed"),
                 text_at(one, "same"), text_at(one, "withheld")});
    if (!table.empty()) table.print(s.console);
    for (const tree::Node& one : items_at(route, "destinations")) print_holds(s, one);
  }
  for (const tree::Node& fault : items_at(answer, "faults"))
    s.console.err << base::printable(text_at(fault, "place"), 300) << ": "
                  << base::printable(text_at(fault, "text"), 1000) << " ("
                  << base::printable(text_at(fault, "remedy"), 1000) << ") ["
                  << text_at(fault, "code") << "]\n";
  std::string missing;
  for (const tree::Node& file : items_at(answer, "missing"))
    missing += (missing.empty() ? "" : ", ") + std::string(file.chars());
  if (!missing.empty())
    s.console.err << s.say("le lot est incomplet ; il manque ", "the lot is incomplete; missing: ")
                  << base::printable(missing, 1000) << '\n';
}

/// What the files would change, as the running gateway tells.
Exit preview(Session& s, const Options& o) {
  tree::Document body;
  std::vector<tree::Node> files;
  for (const std::string& file : o.files) {
    const auto payload = base::Payload::from_file(file);
    const auto bytes = payload ? payload->bytes(payload->size()) : fail(payload.error());
    if (!bytes)
      return s.print(fault("CH-CLI-009", {}, {{"name", base::printable(file)}})), Exit::usage;
    const std::string name = std::filesystem::path(file).filename().string();
    files.push_back(body.object({{"name", body.text(name)},
                                 {"content", body.text(base::to_base64(base::as_bytes(*bytes)))}}));
  }
  body.set_root(body.object({{"files", body.array(files)}}));
  Question question;
  question.method = "POST";
  question.target = "/v1/preview/" + encoded(o.endpoint);
  question.headers = {{"Content-Type", "application/json"}};
  question.body = base::Payload(codec::write_json(body.root()));
  question.at_most = std::chrono::seconds(600);
  const auto gateway = open_daemon(s);
  if (!gateway) return Exit::system;
  const Asked asked = ask(s, *gateway, std::move(question));
  if (!asked.ok()) return asked.exit;
  const tree::Node& answer = asked.document.root();
  if (s.json)
    s.print_json(answer);
  else
    print_preview(s, answer);
  const bool good = items_at(answer, "faults").empty() && items_at(answer, "missing").empty();
  return good ? Exit::done : Exit::data;
}

/// CH-CLI-027, with the sources that there are.
std::optional<Fault> unknown_source(const config::Site& site, const std::string& name) {
  std::vector<std::string_view> names;
  for (const auto& [known, endpoint] : site.endpoints)
    if (endpoint.direction == config::Direction::source) names.push_back(known);
  if (std::ranges::find(names, name) != names.end()) return std::nullopt;
  return fault("CH-CLI-027", {},
               {{"name", base::printable(name, 60)}, base::suggestion(name, names)});
}

Exit send(Session& s, const Options& o) {
  const auto site = s.load_configuration();
  if (!site) return Exit::usage;
  if (const auto unknown = unknown_source(*site, o.endpoint)) return s.print(*unknown), Exit::usage;
  if (o.dry_run) return preview(s, o);
  const auto gateway = open_daemon(s);
  if (!gateway) return Exit::system;
  Exit worst = Exit::done;
  Progress progress(s.console, std::string(s.say("Envoi", "Sending")));
  for (std::size_t i = 0; i < o.files.size(); ++i) {
    if (o.files.size() > 1) progress.show(i, o.files.size());
    worst = std::max(worst, send_one(s, *gateway, o, o.files[i]));
  }
  return worst;
}

}  // namespace

void add_send(CLI::App& app, Session& s) {
  auto* command = app.add_subcommand(
      "send",
      std::string(
          s.say("donne des fichiers à un point d'entrée, comme si son partenaire les avait poussés",
                "gives files to a source endpoint, as if its partner had pushed them")));
  auto o = std::make_shared<Options>();
  command
      ->add_option("endpoint", o->endpoint,
                   std::string(s.say("le point d'entrée", "the source endpoint")))
      ->required();
  command->add_option("files", o->files, std::string(s.say("les fichiers", "the files")))
      ->required();
  command->add_option("--type", o->type,
                      std::string(s.say("type du contenu ; sinon d'après l'extension",
                                        "content type; else after the extension")));
  command->add_option("--wait", o->wait,
                      std::string(s.say("secondes à attendre le résultat (20)",
                                        "seconds to wait for the outcome (20)")));
  command->add_flag(
      "--dry-run", o->dry_run,
      std::string(s.say("à blanc : ce que les fichiers, donnés ensemble, changeraient à "
                        "chaque destination",
                        "what the files, given together, would change at each "
                        "destination")));
  command->add_option(
      "--reason", o->reason,
      std::string(s.say("motif, inscrit au journal d'audit", "why; written to the audit log")));
  command->callback([&s, o] { s.chosen = [&s, o] { return send(s, *o); }; });
}

}  // namespace charmille::cli
