// charmille schema config | policy | mapping | reference | mappings | record: what is generated
// from the specifications, for editors and for docs/.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "adapters/adapter.h"
#include "gateway/cli/mappings.h"
#include "gateway/cli/session.h"
#include "gateway/config/reference.h"
#include "gateway/exchange/site.h"
#include "gateway/mapping/record_reference.h"
#include "gateway/mapping/reference.h"

namespace charmille::cli {
namespace {

Exit print_record_reference(Session& s) {
  const std::filesystem::path folder = schemas_folder({});
  const auto schema = read_json_file(folder / "child-record.schema.json");
  if (!schema) return s.failed(schema.error());
  const auto meanings = read_json_file(folder / "child-record.fr.json");
  if (!meanings) return s.failed(meanings.error());
  s.console.out << mapping::record_reference(*schema, *meanings).page;
  return Exit::done;
}

}  // namespace

void add_schema(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand(
      "schema",
      std::string(session.say("les schémas JSON pour les éditeurs, et la page de référence",
                              "the JSON Schemas for editors, and the reference page")));
  command->require_subcommand(1);
  command
      ->add_subcommand("config", std::string(session.say("schéma d'un fichier de configuration",
                                                         "schema of a configuration file")))
      ->callback([&session] {
        session.chosen = [&session] {
          session.print_json(
              config::configuration_schema(adapters::registry(), exchange::known_codecs()).root());
          return Exit::done;
        };
      });
  command
      ->add_subcommand("policy", std::string(session.say("schéma d'un fichier de politique",
                                                         "schema of a policy file")))
      ->callback([&session] {
        session.chosen = [&session] {
          session.print_json(config::policy_schema().root());
          return Exit::done;
        };
      });
  command
      ->add_subcommand("mapping", std::string(session.say("schéma d'un fichier de correspondance",
                                                          "schema of a mapping file")))
      ->callback([&session] {
        session.chosen = [&session] {
          session.print_json(mapping::mapping_schema().root());
          return Exit::done;
        };
      });
  command
      ->add_subcommand("mappings", std::string(session.say(
                                       "la page de référence des correspondances (Markdown)",
                                       "the reference page of mappings (Markdown, in French)")))
      ->callback([&session] {
        session.chosen = [&session] {
          session.console.out << mapping::mapping_reference();
          return Exit::done;
        };
      });
  command
      ->add_subcommand("record", std::string(session.say(
                                     "la page de référence des champs de la fiche (Markdown)",
                                     "the reference page of the record's fields (in French)")))
      ->callback(
          [&session] { session.chosen = [&session] { return print_record_reference(session); }; });
  command
      ->add_subcommand(
          "reference",
          std::string(session.say("la page de référence de la configuration (Markdown)",
                                  "the reference page of the configuration (Markdown, in French)")))
      ->callback([&session] {
        session.chosen = [&session] {
          session.console.out << config::configuration_reference(adapters::registry(),
                                                                 exchange::known_codecs());
          return Exit::done;
        };
      });
}

}  // namespace charmille::cli
