// The second, named step of `charmille check`: does the world around suit the configuration? Files,
// folders, secrets, certificates, ports. It looks and changes nothing.
#pragma once

#include <functional>
#include <vector>

#include "gateway/config/site.h"

namespace charmille::config {

/// What lies above the configuration in the house. An absent function is a check that is left out.
struct WorldHooks {
  /// Faults of a certificate file (PEM): unreadable, expired, not yet valid, soon to expire.
  std::function<std::vector<Fault>(const Path& file, const base::Place& place)> check_certificate;
  /// Faults of one endpoint, as its adapter sees the world (`adapters::Adapter::check_world`).
  std::function<std::vector<Fault>(const Endpoint& endpoint)> check_endpoint;
  /// Whether `listen.address` must be free: not while the daemon of this very site runs.
  bool check_port = true;
};

/// Every fault at once, sorted by position.
std::vector<Fault> check_world(const Site& site, const WorldHooks& hooks);

}  // namespace charmille::config
