// The site at work: the configuration with the mappings, codecs and policies that it names,
// compiled. Immutable: each task works on the site that it began with.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "gateway/codec/codec.h"
#include "gateway/config/site.h"
#include "gateway/config/validate.h"
#include "gateway/crypto/digest.h"
#include "gateway/mapping/mapping.h"
#include "gateway/policy/projection.h"
#include "gateway/record/assemble.h"
#include "gateway/record/validate.h"

namespace charmille::exchange {

/// `for:` of a destination, compiled: a FHIRPath over the child record that narrows who leaves.
class Narrowing;

/// One destination of one route, ready to work.
struct DestinationPlan {
  const config::Route* route = nullptr;
  const config::RouteDestination* config = nullptr;
  const config::Endpoint* endpoint = nullptr;
  const config::Partner* partner = nullptr;
  /// What was confirmed is remembered under this name: the same content to the same endpoint is the
  /// same, whichever route made it. Shadow keeps a memory of its own.
  std::string key;
  std::shared_ptr<const mapping::Mapping> mapping;
  codec::OutputOptions output;
  policy::Addressee addressee;
  const config::Policy* policy = nullptr;  ///< nullptr: nothing may go
  std::shared_ptr<const Narrowing> only;   ///< nullptr: everyone whom the policy lets go
};

bool is_health_channel(const DestinationPlan& plan);

/// One route from one source.
struct RoutePlan {
  const config::Route* config = nullptr;
  const config::Endpoint* source = nullptr;
  std::shared_ptr<const mapping::Mapping> mapping;
  std::vector<DestinationPlan> to;
};

struct Site {
  std::shared_ptr<const config::Site> config;
  crypto::Digest
      digest{};  ///< of the configuration and everything that it names: stands in every leaf
  std::vector<RoutePlan> routes;
  std::map<std::string, codec::Options, std::less<>>
      formats;  ///< by endpoint, or endpoint + "/" + file of the lot
  record::Environment environment = record::Environment::production;
  record::Ownership ownership;

  std::vector<const RoutePlan*> routes_from(std::string_view endpoint) const;
  /// Destinations whose route begins at one of these sources of statements; each key once.
  std::vector<const DestinationPlan*> told_by(const std::set<std::string>& sources) const;
  /// Some destination is a health channel: only certain links count there.
  bool tells_health() const;
  /// Some destination may not know secret places: siblings matter there.
  bool tells_outsiders() const;
  /// Whose identifiers are a partner's own: the systems that begin so.
  std::string own_prefix_of(const std::string& source) const;
  /// Nothing when neither the file of the lot nor the endpoint has one.
  const codec::Options* format_of(const std::string& endpoint, const std::string& lot_file) const;
};

/// A site, or every fault of it.
struct LoadedSite {
  std::shared_ptr<const Site> site;  ///< nullptr when there are faults
  std::vector<Fault> faults;
  std::vector<Fault> warnings;
  std::vector<std::filesystem::path> mapping_folders;  ///< as far as they could be read
};

/// Reads the configuration, its policies and its mappings, checks them against each other, compiles
/// them. Opens no port, no store and no secret. `schemas` is the folder of the JSON Schemas.
LoadedSite load_site(const std::filesystem::path& configuration,
                     const std::filesystem::path& schemas,
                     std::span<const adapters::Adapter* const> adapters);

/// The codecs of the house, as configuration checks formats against them.
std::vector<config::KnownCodec> known_codecs();

/// Whether `only` (or nothing) lets that child go.
Result<bool> lets_go(const std::shared_ptr<const Narrowing>& only, const tree::Document& record);

/// The variables that configuration gives to a mapping.
mapping::Variables variables_of(const config::Variables& vars);

}  // namespace charmille::exchange
