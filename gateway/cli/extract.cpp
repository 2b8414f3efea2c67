// charmille extract ROUTE [--period 2026-06]: makes the extraction of a route now.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "gateway/cli/asked.h"
#include "gateway/cli/session.h"

namespace charmille::cli {

void add_extract(CLI::App& app, Session& s) {
  auto* command = app.add_subcommand(
      "extract", std::string(s.say("fait maintenant l'extraction d'un trajet (état de présence…)",
                                   "makes the extraction of a route now (monthly presences…)")));
  struct Options {
    std::string route, period, reason;
  };
  auto o = std::make_shared<Options>();
  command->add_option("route", o->route, std::string(s.say("le trajet", "the route")))->required();
  command->add_option("--period", o->period,
                      std::string(s.say("par exemple 2026-06 ; sinon celle de la configuration",
                                        "for example 2026-06; else the configured one")));
  command->add_option(
      "--reason", o->reason,
      std::string(s.say("motif, inscrit au journal d'audit", "why; written to the audit log")));
  command->callback([&s, o] {
    s.chosen = [&s, o] {
      Question question = post("/v1/extractions",
                               {{"route", o->route}, {"period", o->period}, {"reason", o->reason}});
      question.at_most = std::chrono::seconds(600);
      return ask_and_show(s, std::move(question), [&s](const tree::Node& root) {
        const auto made = items_at(root, "deliveries");
        if (made.empty())
          s.console.out << s.say("Il n'y a rien à livrer.", "There is nothing to deliver.") << '\n';
        for (const tree::Node& id : made) s.console.out << id.chars() << '\n';
      });
    };
  });
}

}  // namespace charmille::cli
