// What goes where, and under which legal ground, as the configuration and the program say it
// together. It opens no store.
#pragma once

#include <string>
#include <vector>

#include "gateway/base/catalogue.h"
#include "gateway/config/site.h"

namespace charmille::cli {

/// Sections of one confidentiality that one line of the policy lets go.
struct SentGroup {
  std::string level;                ///< "C1" to "C5"
  bool tells_place = false;         ///< holds what leads to the child's place (C6)
  std::vector<std::string> fields;  ///< "identity", "school.level"
  std::string ground;
  std::string purpose;
  std::string line;  ///< "departement#2", as the audit log names it
};

/// What the program keeps back, whatever the configuration says.
struct ProgramRule {
  std::string code;                 ///< "own-decisions"
  std::string text;                 ///< in the language asked for
  std::vector<std::string> fields;  ///< that it is about; may be empty
};

struct GraphDestination {
  const config::RouteDestination* to = nullptr;
  const config::Endpoint* endpoint = nullptr;
  const config::Partner* partner = nullptr;
  const config::Policy* policy = nullptr;  ///< nullptr: nothing goes
  std::vector<SentGroup> sent;
  std::vector<std::string> unsent;  ///< sections that the policy does not name
  std::vector<ProgramRule> rules;
};

struct GraphRoute {
  const config::Route* route = nullptr;
  const config::Endpoint* source = nullptr;
  std::vector<GraphDestination> to;
};

/// An extraction without identity that passes from one partner to another.
struct GraphRelay {
  const config::Relay* relay = nullptr;
  const config::Endpoint* source = nullptr;
  const config::Endpoint* destination = nullptr;
  const config::Partner* partner = nullptr;
  std::string ground;  ///< empty: no policy allows it
  std::string purpose;
};

struct Graph {
  std::vector<GraphRoute> routes;
  std::vector<GraphRelay> relays;
};

/// The views are into `site`.
Graph graph_of(const config::Site& site, base::Language language);

/// "identity, ids".
std::string joined(const std::vector<std::string>& names);
/// "departement 99", "dui 990001018".
std::string recipient_of(const config::Partner& partner);

}  // namespace charmille::cli
