#include "gateway/cli/route_drawings.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace charmille::cli {
namespace {

std::string described(const config::Endpoint& endpoint) {
  return fmt::format("{} ({}, {})", endpoint.name, endpoint.adapter->name, endpoint.partner);
}

std::string level_of(const SentGroup& group) {
  return group.level + (group.tells_place ? " C6" : "");
}

/// The file that people know the policy by.
std::string file_of(const config::Policy& policy) {
  return std::filesystem::path(policy.place.file).filename().string();
}

void draw_sent(const Session& s, const GraphDestination& destination, const std::string& margin) {
  Console& console = s.console;
  const auto quiet = [&](std::string_view text) {
    return console.styled(std::string(text), Style::dim);
  };
  if (destination.policy == nullptr) {
    console.out << margin
                << console.styled(std::string(s.say("aucune politique : rien ne part",
                                                    "no policy: nothing leaves")),
                                  Style::yellow)
                << '\n';
    return;
  }
  console.out << margin << quiet(s.say("politique ", "policy ")) << destination.policy->name << " ("
              << file_of(*destination.policy) << ")\n";
  if (!destination.to->only.empty())
    console.out << margin << quiet(s.say("seulement : ", "only: ")) << destination.to->only << '\n';
  for (const SentGroup& group : destination.sent) {
    console.out << margin << console.styled(fmt::format("{:<6}", level_of(group)), Style::bold)
                << joined(group.fields) << '\n'
                << margin << "      " << group.purpose
                << quiet("  [" + group.ground + "]  " + group.line) << '\n';
  }
  console.out << margin << quiet(s.say("non prévu par la politique : ", "not in the policy: "))
              << joined(destination.unsent) << '\n'
              << margin
              << quiet(s.say("retenu par le programme, sans réglage possible :",
                             "kept back by the program, whatever is set:"))
              << '\n';
  for (const ProgramRule& rule : destination.rules)
    console.out << margin << "  - " << rule.text
                << (rule.fields.empty() ? "" : " : " + joined(rule.fields)) << '\n';
}

/// Text inside a quoted label, of either language.
std::string in_quotes(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c == '"')
      out += "'";
    else
      out += c;
  return out;
}

/// What an edge to a destination says: the mapping, then each group with its ground.
std::string edge_label(const Session& s, const GraphDestination& destination,
                       std::string_view newline) {
  std::string label = fmt::format("{}{}{}, {}", destination.to->mapping, newline,
                                  name_of(destination.to->trigger), name_of(destination.to->mode));
  if (destination.policy == nullptr)
    label.append(newline).append(s.say("aucune politique", "no policy"));
  for (const SentGroup& group : destination.sent)
    label.append(newline).append(
        fmt::format("{}: {} [{}]", level_of(group), joined(group.fields), group.ground));
  return in_quotes(label);
}

/// Each endpoint once, as a node of a name that both languages take.
class Nodes {
 public:
  std::string of(const config::Endpoint& endpoint) {
    std::string id = "e_" + endpoint.name;
    std::ranges::replace(id, '-', '_');
    if (seen_.insert(id).second) fresh_.emplace_back(id, &endpoint);
    return id;
  }
  std::vector<std::pair<std::string, const config::Endpoint*>> take_fresh() {
    return std::exchange(fresh_, {});
  }

 private:
  std::set<std::string> seen_;
  std::vector<std::pair<std::string, const config::Endpoint*>> fresh_;
};

std::string partner_label(const Graph& graph, const config::Endpoint& endpoint) {
  for (const GraphRoute& route : graph.routes)
    for (const GraphDestination& destination : route.to)
      if (destination.endpoint == &endpoint) return recipient_of(*destination.partner);
  for (const GraphRelay& relay : graph.relays)
    if (relay.destination == &endpoint) return recipient_of(*relay.partner);
  return {};
}

/// What an edge from source to destination says of a relay.
std::string edge_label(const Session& s, const GraphRelay& relay, std::string_view newline) {
  std::string label = fmt::format("{}: {}, {}", relay.relay->name, relay.relay->extraction,
                                  name_of(relay.relay->mode));
  label.append(newline);
  if (relay.ground.empty())
    label.append(s.say("aucune politique", "no policy"));
  else
    label.append(fmt::format("{} [{}]", relay.purpose, relay.ground));
  return in_quotes(label);
}

std::vector<tree::Node> texts(tree::Document& doc, const std::vector<std::string>& words) {
  std::vector<tree::Node> nodes;
  nodes.reserve(words.size());
  for (const std::string& word : words) nodes.push_back(doc.text(word));
  return nodes;
}

tree::Node node_of(tree::Document& doc, const GraphDestination& destination) {
  std::vector<tree::Node> sent;
  for (const SentGroup& group : destination.sent)
    sent.push_back(doc.object({{"confidentiality", doc.text(group.level)},
                               {"tellsPlace", tree::Node::boolean(group.tells_place)},
                               {"fields", doc.array(texts(doc, group.fields))},
                               {"purpose", doc.text(group.purpose)},
                               {"ground", doc.text(group.ground)},
                               {"line", doc.text(group.line)}}));
  std::vector<tree::Node> rules;
  for (const ProgramRule& rule : destination.rules)
    rules.push_back(doc.object({{"rule", doc.text(rule.code)},
                                {"text", doc.text(rule.text)},
                                {"fields", doc.array(texts(doc, rule.fields))}}));
  const config::Policy* const policy = destination.policy;
  return doc.object(
      {{"endpoint", doc.text(destination.to->endpoint)},
       {"mapping", doc.text(destination.to->mapping)},
       {"trigger", doc.text(name_of(destination.to->trigger))},
       {"mode", doc.text(name_of(destination.to->mode))},
       {"for", doc.text(destination.to->only)},
       {"partner", doc.text(destination.partner->name)},
       {"recipient", doc.text(recipient_of(*destination.partner))},
       {"policy", policy == nullptr ? tree::Node::null() : doc.text(policy->name)},
       {"policyFile", policy == nullptr ? tree::Node::null() : doc.text(file_of(*policy))},
       {"sent", doc.array(sent)},
       {"notInPolicy", doc.array(texts(doc, destination.unsent))},
       {"withheldByProgram", doc.array(rules)}});
}

}  // namespace

void draw_tree(const Session& s, const Graph& graph) {
  Console& console = s.console;
  for (const GraphRoute& route : graph.routes) {
    console.out << console.styled(route.route->name, Style::bold) << '\n'
                << "  " << described(*route.source) << "\n  │ "
                << console.styled(route.route->mapping, Style::dim) << "\n  ▼\n  "
                << s.say("fiche de l'enfant", "child record") << '\n';
    for (std::size_t i = 0; i < route.to.size(); ++i) {
      const GraphDestination& destination = route.to[i];
      const bool last = i + 1 == route.to.size();
      const config::RouteDestination& to = *destination.to;
      const Style style = to.mode == config::Mode::live ? Style::green : Style::yellow;
      console.out << (last ? "  └─ " : "  ├─ ") << console.styled(to.mapping, Style::dim) << " ─▶ "
                  << described(*destination.endpoint) << "  " << name_of(to.trigger) << ", "
                  << console.styled(std::string(name_of(to.mode)), style) << "  "
                  << console.styled(recipient_of(*destination.partner), Style::bold) << '\n';
      draw_sent(s, destination, last ? "       " : "  │    ");
    }
    console.out << '\n';
  }
  for (const GraphRelay& relay : graph.relays) {
    const config::Mode mode = relay.relay->mode;
    console.out << console.styled(relay.relay->name, Style::bold) << "\n  "
                << described(*relay.source) << "\n  │ "
                << s.say("vérifié, rien n'est gardé en fiche : ",
                         "checked, nothing is kept as a record: ")
                << console.styled(relay.relay->extraction, Style::dim) << "\n  └─▶ "
                << described(*relay.destination) << "  "
                << console.styled(std::string(name_of(mode)),
                                  mode == config::Mode::live ? Style::green : Style::yellow)
                << "  " << console.styled(recipient_of(*relay.partner), Style::bold) << "\n       "
                << (relay.ground.empty() ? std::string(s.say("aucune politique : rien ne part",
                                                             "no policy: nothing leaves"))
                                         : relay.purpose + "  [" + relay.ground + "]")
                << "\n\n";
  }
}

std::string dot_of(const Session& s, const Graph& graph) {
  std::string out = "digraph charmille {\n  rankdir=LR;\n  node [shape=box];\n";
  out += fmt::format("  record [label=\"{}\", shape=folder];\n",
                     s.say("fiche de l'enfant", "child record"));
  std::string edges;
  Nodes nodes;
  for (const GraphRoute& route : graph.routes) {
    edges += fmt::format("  {} -> record [label=\"{}\\n{}\"];\n", nodes.of(*route.source),
                         in_quotes(route.route->name), in_quotes(route.route->mapping));
    for (const GraphDestination& destination : route.to)
      edges += fmt::format("  record -> {} [label=\"{}\"{}];\n", nodes.of(*destination.endpoint),
                           edge_label(s, destination, "\\l"),
                           destination.to->mode == config::Mode::live ? "" : ", style=dashed");
  }
  for (const GraphRelay& relay : graph.relays)
    edges += fmt::format("  {} -> {} [label=\"{}\"{}];\n", nodes.of(*relay.source),
                         nodes.of(*relay.destination), edge_label(s, relay, "\\l"),
                         relay.relay->mode == config::Mode::live ? "" : ", style=dashed");
  for (const auto& [id, endpoint] : nodes.take_fresh())
    out += fmt::format("  {} [label=\"{}\\n{}\"];\n", id, in_quotes(described(*endpoint)),
                       in_quotes(partner_label(graph, *endpoint)));
  return out + edges + "}\n";
}

std::string mermaid_of(const Session& s, const Graph& graph) {
  std::string out =
      fmt::format("flowchart LR\n  record[[\"{}\"]]\n", s.say("fiche de l'enfant", "child record"));
  std::string edges;
  Nodes nodes;
  for (const GraphRoute& route : graph.routes) {
    edges += fmt::format("  {} -->|\"{}<br/>{}\"| record\n", nodes.of(*route.source),
                         in_quotes(route.route->name), in_quotes(route.route->mapping));
    for (const GraphDestination& destination : route.to)
      edges += fmt::format("  record {}|\"{}\"| {}\n",
                           destination.to->mode == config::Mode::live ? "-->" : "-.->",
                           edge_label(s, destination, "<br/>"), nodes.of(*destination.endpoint));
  }
  for (const GraphRelay& relay : graph.relays)
    edges += fmt::format("  {} {}|\"{}\"| {}\n", nodes.of(*relay.source),
                         relay.relay->mode == config::Mode::live ? "-->" : "-.->",
                         edge_label(s, relay, "<br/>"), nodes.of(*relay.destination));
  for (const auto& [id, endpoint] : nodes.take_fresh())
    out += fmt::format("  {}[\"{}<br/>{}\"]\n", id, in_quotes(described(*endpoint)),
                       in_quotes(partner_label(graph, *endpoint)));
  return out + edges;
}

tree::Node json_of(tree::Document& doc, const Graph& graph) {
  std::vector<tree::Node> routes;
  for (const GraphRoute& route : graph.routes) {
    std::vector<tree::Node> destinations;
    for (const GraphDestination& destination : route.to)
      destinations.push_back(node_of(doc, destination));
    routes.push_back(doc.object({{"route", doc.text(route.route->name)},
                                 {"from", doc.text(route.route->from)},
                                 {"partner", doc.text(route.source->partner)},
                                 {"mapping", doc.text(route.route->mapping)},
                                 {"to", doc.array(destinations)}}));
  }
  for (const GraphRelay& relay : graph.relays)
    routes.push_back(doc.object({{"relay", doc.text(relay.relay->name)},
                                 {"from", doc.text(relay.relay->from)},
                                 {"partner", doc.text(relay.source->partner)},
                                 {"extraction", doc.text(relay.relay->extraction)},
                                 {"to", doc.text(relay.relay->to)},
                                 {"recipient", doc.text(recipient_of(*relay.partner))},
                                 {"mode", doc.text(name_of(relay.relay->mode))},
                                 {"purpose", doc.text(relay.purpose)},
                                 {"ground", doc.text(relay.ground)}}));
  return doc.array(routes);
}

}  // namespace charmille::cli
