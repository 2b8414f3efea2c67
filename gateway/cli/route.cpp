// charmille route graph: which source feeds which destination, through which mapping, what goes
// there, and under which legal ground. It reads the configuration alone.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "gateway/cli/route_drawings.h"
#include "gateway/cli/session.h"

namespace charmille::cli {
namespace {

Exit show(Session& s, const std::string& format) {
  const auto site = s.load_configuration();
  if (!site) return Exit::usage;
  const Graph graph = graph_of(*site, s.language);
  tree::Document doc;
  if (s.json || format == "json")
    s.print_json(json_of(doc, graph));
  else if (format == "dot")
    s.console.out << dot_of(s, graph);
  else if (format == "mermaid")
    s.console.out << mermaid_of(s, graph);
  else
    draw_tree(s, graph);
  return Exit::done;
}

}  // namespace

void add_route(CLI::App& app, Session& session) {
  auto* route = app.add_subcommand("route", std::string(session.say("les trajets", "the routes")));
  route->require_subcommand(1);
  auto* command = route->add_subcommand(
      "graph",
      std::string(session.say("dessine ce qui va où, et sur quel fondement ; rien n'est ouvert",
                              "draws what goes where, and on which ground; nothing is opened")));
  const auto format = std::make_shared<std::string>("text");
  command
      ->add_option("--format", *format,
                   std::string(session.say("text, dot (Graphviz), mermaid ou json",
                                           "text, dot (Graphviz), mermaid or json")))
      ->check(CLI::IsMember({"text", "dot", "mermaid", "json"}));
  command->callback([&session, format] {
    session.chosen = [&session, format] { return show(session, *format); };
  });
}

}  // namespace charmille::cli
