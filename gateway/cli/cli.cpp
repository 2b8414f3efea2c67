#include "gateway/cli/cli.h"

#include <algorithm>
#include <optional>
#include <sstream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "gateway/base/bytes.h"
#include "gateway/cli/session.h"

namespace charmille::cli {
namespace {

constexpr std::string_view version = "0.1.0";

/// The language is needed before the help texts are made, so it is looked for first.
base::Language language_of(const std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--") break;
    if (arguments[i] == "--lang=en" ||
        (arguments[i] == "--lang" && i + 1 < arguments.size() && arguments[i + 1] == "en"))
      return base::Language::en;
  }
  return base::Language::fr;
}

std::string text(const Session& s, std::string_view french, std::string_view english) {
  return std::string(s.say(french, english));
}

void add_common(CLI::App& app, Session& s) {
  app.add_option("-c,--config", s.configuration,
                 text(s,
                      "la configuration ; sinon $CHARMILLE_CONFIG, ./charmille.yaml, "
                      "/etc/charmille/charmille.yaml",
                      "the configuration; else $CHARMILLE_CONFIG, ./charmille.yaml, "
                      "/etc/charmille/charmille.yaml"))
      ->type_name(text(s, "FICHIER", "FILE"));
  app.add_option("--lang", s.language_word,
                 text(s, "langue des textes : fr ou en", "language of texts: fr or en"))
      ->check(CLI::IsMember({"fr", "en"}))
      ->type_name("fr|en");
  app.add_flag("--json", s.json,
               text(s, "répond en JSON, pour les programmes", "answers in JSON, for programs"));
}

void set_words(CLI::App& app, const Session& s) {
  const auto formatter = std::make_shared<CLI::Formatter>();
  if (s.language == base::Language::fr) {
    formatter->label("Usage", "Emploi");
    formatter->label("OPTIONS", "OPTIONS");
    formatter->label("Options", "Options");
    formatter->label("Needs", "Avec");
    formatter->label("Excludes", "Sans");
    formatter->label("Env", "Environnement");
    formatter->label("SUBCOMMAND", "COMMANDE");
    formatter->label("SUBCOMMANDS", "COMMANDES");
    formatter->label("Subcommand", "Commande");
    formatter->label("REQUIRED", "(obligatoire)");
    formatter->label("Positionals", "Arguments");
    formatter->label("Subcommands", "Commandes");
    formatter->label("TEXT", "TEXTE");
    formatter->label("INT", "NOMBRE");
    formatter->label("UINT", "NOMBRE");
  }
  formatter->column_width(34);
  app.formatter(formatter);
}

void add_commands(CLI::App& app, Session& session) {
  add_serve(app, session);
  add_check(app, session);
  add_doctor(app, session);
  add_explain(app, session);
  add_adapters(app, session);
  add_route(app, session);
  add_schema(app, session);
  add_test(app, session);
  add_map(app, session);
  add_mapping(app, session);
  add_mask(app, session);
  add_eval(app, session);
  add_fhir(app, session);
  add_send(app, session);
  add_extract(app, session);
  add_query(app, session);
  add_exchanges(app, session);
  add_records(app, session);
  add_quarantine(app, session);
  add_audit(app, session);
  add_keys(app, session);
  add_certs(app, session);
}

/// The parser's usual complaints in French; others stay as they are.
std::string complaint(std::string text, base::Language language) {
  if (language == base::Language::en) return text;
  constexpr std::pair<std::string_view, std::string_view> phrases[] = {
      {"The following arguments were not expected:", "arguments inattendus :"},
      {"The following argument was not expected:", "argument inattendu :"},
      {"A subcommand is required", "il manque la commande"},
      {" is required", " est obligatoire"},
      {" requires ", " demande "},
      {" excludes ", " exclut "},
      {" not in ", " n'est pas parmi "},
  };
  for (const auto& [english, french] : phrases)
    if (const std::size_t at = text.find(english); at != text.npos)
      text.replace(at, english.size(), french);
  // The names of arguments are those of the help; a person who forgot one is told it in French.
  constexpr std::pair<std::string_view, std::string_view> names[] = {
      {"number ", "le numéro "},          {"exchange ", "l'échange "},
      {"endpoint ", "le point d'accès "}, {"files ", "le fichier "},
      {"mapping ", "la correspondance "}, {"route ", "le trajet "},
      {"expression ", "l'expression "},   {"operation ", "la question "},
  };
  for (const auto& [english, french] : names)
    if (text.starts_with(english)) text.replace(0, english.size(), french);
  return text;
}

/// The word that stands where a command should, when there is one: nothing else is then wrong with
/// the line.
std::optional<Fault> unknown_command(const CLI::App& app) {
  const CLI::App* group = &app;
  std::string command = "charmille";
  while (!group->get_subcommands().empty()) {
    group = group->get_subcommands().front();
    command += ' ' + group->get_name();
  }
  const std::vector<std::string> rest = app.remaining(true);
  const auto word = std::ranges::find_if(rest, [](const std::string& w) { return w[0] != '-'; });
  if (group->get_require_subcommand_min() == 0 || word == rest.end()) return std::nullopt;
  std::vector<std::string> names;
  for (const CLI::App* one : group->get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(one->get_name());
  const std::vector<std::string_view> views(names.begin(), names.end());
  return fault(
      "CH-CLI-019", {},
      {{"word", base::printable(*word, 40)}, {"command", command}, base::suggestion(*word, views)});
}

/// Help and version are no mistakes; anything else that the parser says is wrong usage.
Exit answer(const CLI::App& app, const CLI::ParseError& error, Session& session) {
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
    std::ostringstream unused;
    app.exit(error, session.console.out, unused);
    return Exit::done;
  }
  if (const auto unknown = unknown_command(app)) {
    session.print(*unknown);
    return Exit::usage;
  }
  session.print(fault("CH-CLI-001", {},
                      {{"what", base::printable(complaint(error.what(), session.language), 300)}}));
  return Exit::usage;
}

}  // namespace

int run(std::vector<std::string> arguments, Console& console) {
  Session session(console, language_of(arguments));
  CLI::App app(text(session, "Charmille, passerelle d'échanges de la protection de l'enfance",
                    "Charmille, interoperability gateway of child protection"),
               "charmille");
  set_words(app, session);
  app.fallthrough();
  app.require_subcommand(1);
  app.set_help_flag("-h,--help", text(session, "cette aide", "this help"));
  app.set_version_flag("--version", std::string(version),
                       text(session, "la version", "the version"));
  add_common(app, session);
  add_commands(app, session);
  std::ranges::reverse(arguments);  // as CLI11 wants a vector
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    return static_cast<int>(answer(app, error, session));
  }
  const int code = static_cast<int>(session.chosen ? session.chosen() : Exit::usage);
  console.out.flush();
  return code;
}

}  // namespace charmille::cli
