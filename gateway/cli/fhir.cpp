// charmille fhir validate FILE...: judges resources by FHIR R4 and by the profiles of packages.
// charmille fhir convert FILE: from JSON to XML, or back.
#include <algorithm>
#include <filesystem>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "gateway/base/bytes.h"
#include "gateway/cli/mappings.h"
#include "gateway/cli/session.h"
#include "gateway/codec/codec.h"
#include "gateway/fhir/validator.h"
#include "gateway/fhir/xml_reader.h"
#include "gateway/fhir/xml_writer.h"

namespace charmille::cli {
namespace {

struct Options {
  std::vector<std::string> files, profiles, packages;
  bool all = false;
};

struct Conversion {
  std::string file;
  std::string to;  ///< "xml", "json"; empty: the other of the two
};

constexpr std::size_t most_deep = 200;  ///< arrays and objects; FHIR's own limit is lower

struct Resource {
  tree::Document document;
  bool xml = false;
};

/// In XML or JSON, as its first character says.
Result<Resource> read_resource(const std::string& file, const fhir::Definitions& definitions) {
  const auto payload = base::Payload::from_file(file);
  if (!payload) return fail("CH-CLI-009", {}, {{"name", base::printable(file)}});
  const std::string name = std::filesystem::path(file).filename().string();
  if (payload->size() > fhir::most_xml_bytes)
    return fail("CH-FHIR-050", {name, 0, 0, {}}, {{"limit", std::to_string(fhir::most_xml_bytes)}});
  const auto bytes = payload->bytes(fhir::most_xml_bytes);
  if (!bytes) return fail(bytes.error());
  const std::size_t first = bytes->find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  const bool xml = first != bytes->npos && (*bytes)[first] == '<';
  auto document =
      xml ? fhir::read_xml(*bytes, name, definitions) : codec::read_json(*bytes, name, most_deep);
  if (!document) return fail(std::move(document.error()));
  return Resource{std::move(*document), xml};
}

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
std::size_t validate(Session& s, const Options& o, const fhir::Definitions& definitions,
                     const fhir::Validator& validator, const std::string& file,
                     tree::Document& into, std::vector<tree::Node>& results) {
  std::vector<fhir::Issue> issues;
  if (auto resource = read_resource(file, definitions))
    issues = validator.validate(resource->document, o.profiles);
  else
    issues.push_back({fhir::Severity::error, "structure", std::move(resource.error())});
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
  const auto loaded = fhir::load_definitions(
      std::vector<std::filesystem::path>(o.packages.begin(), o.packages.end()), o.profiles);
  if (!loaded) return s.print(loaded.error()), Exit::usage;
  const auto& definitions = *loaded;
  const fhir::Validator validator(definitions);
  tree::Document out;
  std::vector<tree::Node> results;
  std::size_t errors = 0;
  for (const std::string& file : o.files)
    errors += validate(s, o, *definitions, validator, file, out, results);
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
      ->add_option(
          "files", o->files,
          std::string(s.say("les ressources, en JSON ou en XML", "the resources, in JSON or XML")))
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

Exit convert(Session& s, const Conversion& o) {
  fhir::Definitions definitions;
  definitions.close();
  const auto resource = read_resource(o.file, definitions);
  if (!resource) return s.print(resource.error()), Exit::data;
  const tree::Document& document = resource->document;
  const bool to_xml = o.to.empty() ? !resource->xml : o.to == "xml";
  const auto text = to_xml ? fhir::write_xml(document, document.root(), definitions, true)
                           : codec::write_json(document, document.root(), true);
  if (!text) return s.print(text.error()), Exit::data;
  s.console.out << *text << (to_xml ? "" : "\n");
  return Exit::done;
}

void add_convert(CLI::App& fhir, Session& s) {
  auto* command = fhir.add_subcommand(
      "convert", std::string(s.say("écrit une ressource en XML ou en JSON, sans perte",
                                   "writes a resource as XML or as JSON, without loss")));
  auto o = std::make_shared<Conversion>();
  command
      ->add_option(
          "file", o->file,
          std::string(s.say("la ressource, en JSON ou en XML", "the resource, in JSON or XML")))
      ->required();
  command
      ->add_option("--to", o->to,
                   std::string(s.say("xml ou json ; sinon, l'autre des deux",
                                     "xml or json; else the other of the two")))
      ->check(CLI::IsMember({"xml", "json"}))
      ->type_name("xml|json");
  command->callback([&s, o] { s.chosen = [&s, o] { return convert(s, *o); }; });
}

}  // namespace

void add_fhir(CLI::App& app, Session& s) {
  auto* fhir = app.add_subcommand(
      "fhir", std::string(s.say("ressources FHIR : les vérifier, les convertir",
                                "FHIR resources: checking and converting them")));
  fhir->require_subcommand(1);
  add_validate(*fhir, s);
  add_convert(*fhir, s);
}

}  // namespace charmille::cli
