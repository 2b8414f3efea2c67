// The site with everything that it names, and the world around it.
#pragma once

#include <vector>

#include "gateway/cli/session.h"
#include "gateway/exchange/site.h"

namespace charmille::cli {

/// The configuration with its policies and mappings, compiled, or every fault of it. Prints
/// nothing.
exchange::LoadedSite load_whole_site(const Session& session);
exchange::LoadedSite load_whole_site(const std::filesystem::path& configuration);

/// Files, folders, secrets, certificates and endpoints as they are now; the port is looked at when
/// no daemon holds it.
std::vector<Fault> faults_of_world(const config::Site& site);

/// The certificate files that the configuration names, in its order.
struct NamedCertificate {
  config::Path file;
  base::Place place;
};
std::vector<NamedCertificate> certificates_of(const config::Site& site);

}  // namespace charmille::cli
