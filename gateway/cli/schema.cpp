// charmille schema config | policy | mapping | reference | mappings: what is generated from the
// specifications, for editors and for docs/.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "adapters/adapter.h"
#include "gateway/cli/session.h"
#include "gateway/config/reference.h"
#include "gateway/exchange/site.h"
#include "gateway/mapping/reference.h"

namespace charmille::cli {

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
