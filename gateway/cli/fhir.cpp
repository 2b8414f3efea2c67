// charmille fhir validate FILE...: judges resources by FHIR R4 and by the profiles of packages.
#include <algorithm>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "gateway/base/bytes.h"
#include "gateway/cli/mappings.h"
#include "gateway/cli/session.h"
#include "gateway/fhir/validator.h"

namespace charmille::cli {
namespace {

struct Options {
  std::vector<std::string> files, profiles, packages;
  bool all = false;
};

Style style_of(fhir::Severity severity) {
  return severity == fhir::Severity::error     ? Style::red
         : severity == fhir::Severity::warning ? Style::yellow
                                               : Style::dim;
}

std::string_view word_of(const Session& s, fhir::Severity severity) {
  switch (severity) {
    case fhir::Severity::error:
      return s.say("erreur", "error");
    case fhir::Severity::warning:
      return s.say("attention", "warning");
    case fhir::Severity::information:
      return s.say("à savoir", "note");
  }
  return {};
}

void print_issue(Session& s, const fhir::Issue& issue) {
  const base::Place& place = issue.fault.place;
  s.console.out << "  "
                << s.console.styled(std::string(word_of(s, issue.severity)),
                                    style_of(issue.severity))
                << ' ' << place.path;
  if (place.line != 0) s.console.out << " (" << place.line << ':' << place.column << ')';
  s.console.out << s.say(" : ", ": ") << base::text_of(issue.fault, s.language) << " ["
                << issue.fault.code << "]\n";
}

tree::Node to_node(tree::Document& into, const fhir::Issue& issue, base::Language language) {
  const base::Place& place = issue.fault.place;
  return into.object({{"severity", into.text(fhir::name_of(issue.severity))},
                      {"type", into.text(issue.type)},
                      {"code", into.text(issue.fault.code)},
                      {"expression", into.text(place.path)},
                      {"line", into.integer(place.line)},
                      {"column", into.integer(place.column)},
                      {"text", into.text(base::text_of(issue.fault, language))}});
}

/// One file: how many errors it has. What cannot be read is one.
std::size_t validate(Session& s, const Options& o, const fhir::Validator& validator,
                     const std::string& file, tree::Document& into,
                     std::vector<tree::Node>& results) {
  std::vector<fhir::Issue> issues;
  if (auto document = read_json_file(file))
    issues = validator.validate(*document, o.profiles);
  else
    issues.push_back({fhir::Severity::error, "structure", std::move(document.error())});
  const auto errors = static_cast<std::size_t>(
      std::ranges::count(issues, fhir::Severity::error, &fhir::Issue::severity));
  if (s.json) {
    std::vector<tree::Node> nodes;
    nodes.reserve(issues.size());
    for (const fhir::Issue& issue : issues) nodes.push_back(to_node(into, issue, s.language));
    results.push_back(into.object({{"file", into.text(file)},
                                   {"valid", tree::Node::boolean(errors == 0)},
                                   {"issues", into.array(nodes)}}));
    return errors;
  }
  s.console.out << (errors == 0 ? s.console.styled("✓ ", Style::green)
                                : s.console.styled("✗ ", Style::red))
                << file << '\n';
  for (const fhir::Issue& issue : issues)
    if (o.all || issue.severity != fhir::Severity::information) print_issue(s, issue);
  return errors;
}

Exit validate_all(Session& s, const Options& o) {
  auto definitions = std::make_shared<fhir::Definitions>();
  for (const std::string& package : o.packages)
    if (auto loaded = definitions->load(package); !loaded)
      return s.print(loaded.error()), Exit::usage;
  definitions->close();
  for (const std::string& profile : o.profiles)
    if (definitions->find(profile) == nullptr)
      return s.print(fault("CH-FHIR-043", {}, {{"profile", base::printable(profile)}})),
             Exit::usage;
  const fhir::Validator validator(definitions);
  tree::Document out;
  std::vector<tree::Node> results;
  std::size_t errors = 0;
  for (const std::string& file : o.files) errors += validate(s, o, validator, file, out, results);
  if (s.json) s.print_json(out.array(results));
  return errors == 0 ? Exit::done : Exit::data;
}

void add_validate(CLI::App& fhir, Session& s) {
  auto* command = fhir.add_subcommand(
      "validate",
      std::string(s.say("juge des ressources d'après FHIR R4 et les profils des paquets",
                        "judges resources by FHIR R4 and by the profiles of packages")));
  auto o = std::make_shared<Options>();
  command
      ->add_option("files", o->files,
                   std::string(s.say("les ressources, en JSON", "the resources, in JSON")))
      ->required();
  command
      ->add_option("--profile", o->profiles,
                   std::string(s.say("adresse d'un profil à respecter, en plus de ceux que la "
                                     "ressource dit suivre",
                                     "canonical of a profile to conform to, beside those that the "
                                     "resource claims")))
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      ->add_option("--package", o->packages,
                   std::string(s.say("dossier d'un paquet FHIR, ou de ses fichiers JSON",
                                     "folder of a FHIR package, or of its JSON files")))
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_flag(
      "--all", o->all,
      std::string(s.say("aussi ce qui n'a pas pu être vérifié", "also what could not be checked")));
  command->callback([&s, o] { s.chosen = [&s, o] { return validate_all(s, *o); }; });
}

}  // namespace

void add_fhir(CLI::App& app, Session& s) {
  auto* fhir = app.add_subcommand("fhir", std::string(s.say("ressources FHIR : les vérifier",
                                                            "FHIR resources: checking them")));
  fhir->require_subcommand(1);
  add_validate(*fhir, s);
}

}  // namespace charmille::cli
