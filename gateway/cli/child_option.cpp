#include "gateway/cli/child_option.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace charmille::cli {

void add_child(CLI::App& command, const Session& s, std::string& record, bool& from_input) {
  auto* id = command.add_option(
      "record", record,
      std::string(s.say("numéro de la fiche ; sans lui, un identifiant est demandé",
                        "id of the record here; without it, an identifier is asked for")));
  command
      .add_flag("--stdin", from_input,
                std::string(s.say("lit SYSTÈME|VALEUR sur l'entrée standard",
                                  "reads SYSTEM|VALUE from standard input")))
      ->excludes(id);
}

}  // namespace charmille::cli
