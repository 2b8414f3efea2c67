// charmille route graph: which source feeds which destination, through which mapping.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "gateway/cli/session.h"

namespace charmille::cli {
namespace {

std::string_view name_of(config::Mode mode) {
  switch (mode) {
    case config::Mode::shadow:
      return "shadow";
    case config::Mode::hold:
      return "hold";
    case config::Mode::live:
      return "live";
  }
  return {};
}

std::string_view name_of(config::Trigger trigger) {
  switch (trigger) {
    case config::Trigger::change:
      return "change";
    case config::Trigger::lot:
      return "lot";
    case config::Trigger::schedule:
      return "schedule";
  }
  return {};
}

std::string described(const config::Site& site, const std::string& endpoint) {
  const auto at = site.endpoints.find(endpoint);
  if (at == site.endpoints.end()) return endpoint;
  return endpoint + " (" + std::string(at->second.adapter->name) + ", " + at->second.partner + ")";
}

void draw(const Session& s, const config::Site& site) {
  const Console& console = s.console;
  for (const config::Route& route : site.routes) {
    console.out << console.styled(route.name, Style::bold) << '\n';
    console.out << "  " << described(site, route.from) << "\n  │ "
                << console.styled(route.mapping, Style::dim) << "\n  ▼\n  "
                << s.say("fiche de l'enfant", "child record") << '\n';
    for (std::size_t i = 0; i < route.to.size(); ++i) {
      const config::RouteDestination& to = route.to[i];
      const Style style = to.mode == config::Mode::live ? Style::green : Style::yellow;
      console.out << (i + 1 == route.to.size() ? "  └─ " : "  ├─ ")
                  << console.styled(to.mapping, Style::dim) << " ─▶ "
                  << described(site, to.endpoint) << "  " << name_of(to.trigger) << ", "
                  << console.styled(name_of(to.mode), style) << '\n';
    }
    console.out << '\n';
  }
  for (const config::Relay& relay : site.relays)
    console.out << console.styled(relay.name, Style::bold) << "\n  " << described(site, relay.from)
                << "\n  │ " << s.say("vérifié, rien n'est gardé : ", "checked, nothing is kept: ")
                << console.styled(relay.extraction, Style::dim) << "\n  └─▶ "
                << described(site, relay.to) << "  "
                << console.styled(name_of(relay.mode),
                                  relay.mode == config::Mode::live ? Style::green : Style::yellow)
                << "\n\n";
}

tree::Node to_node(tree::Document& doc, const config::Site& site) {
  std::vector<tree::Node> routes;
  for (const config::Route& route : site.routes) {
    std::vector<tree::Node> destinations;
    for (const config::RouteDestination& to : route.to)
      destinations.push_back(doc.object({{"endpoint", doc.text(to.endpoint)},
                                         {"mapping", doc.text(to.mapping)},
                                         {"trigger", doc.text(name_of(to.trigger))},
                                         {"mode", doc.text(name_of(to.mode))}}));
    routes.push_back(doc.object({{"route", doc.text(route.name)},
                                 {"from", doc.text(route.from)},
                                 {"mapping", doc.text(route.mapping)},
                                 {"to", doc.array(destinations)}}));
  }
  for (const config::Relay& relay : site.relays)
    routes.push_back(doc.object({{"relay", doc.text(relay.name)},
                                 {"from", doc.text(relay.from)},
                                 {"extraction", doc.text(relay.extraction)},
                                 {"to", doc.text(relay.to)},
                                 {"mode", doc.text(name_of(relay.mode))}}));
  return doc.array(routes);
}

}  // namespace

void add_route(CLI::App& app, Session& session) {
  auto* route = app.add_subcommand("route", std::string(session.say("les trajets", "the routes")));
  route->require_subcommand(1);
  route
      ->add_subcommand("graph", std::string(session.say("dessine les trajets de la configuration",
                                                        "draws the routes of the configuration")))
      ->callback([&session] {
        session.chosen = [&session] {
          const auto site = session.load_configuration();
          if (!site) return Exit::usage;
          tree::Document doc;
          if (session.json)
            session.print_json(to_node(doc, *site));
          else
            draw(session, *site);
          return Exit::done;
        };
      });
}

}  // namespace charmille::cli
