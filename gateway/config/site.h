// The typed configuration of one gateway. It is immutable, and only `validate` makes it: who holds
// a Site holds a configuration without faults. Every part keeps its place, for the faults that show
// only at work.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "adapters/adapter.h"
#include "gateway/base/catalogue.h"
#include "gateway/base/result.h"
#include "gateway/base/time.h"
#include "gateway/config/pattern.h"
#include "gateway/config/policy.h"
#include "gateway/config/secret.h"
#include "gateway/config/words.h"
#include "gateway/tree/document.h"

namespace charmille::config {

using Path = std::filesystem::path;
template <class T>
using Named = std::map<std::string, T, std::less<>>;
using Variables = Named<std::string>;

/// The controller (responsable de traitement).
struct Organisation {
  std::string name;
  std::string id;
  base::Language language = base::Language::fr;
  std::string time_zone;  ///< IANA name; schedules and dates in file names are in this zone
};

struct Address {
  std::string host;  ///< without brackets
  std::uint16_t port = 0;

  bool is_loopback() const;
  std::string text() const;
  /// "127.0.0.1:8443", "[::1]:8443", "localhost:0".
  static std::optional<Address> parse(std::string_view text);
};

struct Tls {
  Path certificate;
  SecretReference key;
  std::optional<Path> client_ca;  ///< client certificates are accepted when it is given
};

struct Limits {
  std::int64_t body = 0;    ///< bytes
  std::int64_t header = 0;  ///< bytes
  std::int64_t connections = 0;
  std::int64_t per_address = 0;  ///< connections of one address
  base::Duration idle{};
  base::Duration request{};  ///< from the first byte of a request to its last
};

struct Listen {
  Address address;
  std::optional<Tls> tls;  ///< nothing: plain HTTP, on loopback only
  Limits limits;
  base::Place place;
};

/// A client certificate is a partner's when every part that is written is equal.
struct CertificateIdentity {
  std::string issuer;   ///< RFC 4514
  std::string subject;  ///< RFC 4514
  std::string san;      ///< one subject alternative name: DNS, URI or mail

  bool operator==(const CertificateIdentity&) const = default;
};
using Identity = std::variant<SecretReference, CertificateIdentity>;  ///< a token, or a certificate

struct Partner {
  std::string name;
  std::optional<Recipient> recipient;  ///< nothing: it may only bring
  std::vector<std::string> finess;     ///< establishments of a DUI
  std::vector<std::string> uai;        ///< of a school
  std::string department;              ///< "99", "2A", "974"
  std::vector<Identity> identities;
  std::optional<base::Duration> silence;  ///< alarm when nothing came for longer
  base::Language language = base::Language::fr;
  base::Place place;
};

struct Webhook {
  std::string url;
  std::optional<SecretReference> token;
  base::Place place;
};

struct Mail {
  Address server;
  std::string from;
  std::vector<std::string> to;
  base::Place place;
};

struct Alarms {
  std::optional<Webhook> webhook;
  std::optional<Mail> mail;
};

/// How bytes become a tree and back.
struct Format {
  std::string codec;
  /// {format: CODEC, ...options}, an object in Site::document(), checked; never nullptr in a Site.
  const tree::Node* options = nullptr;
  base::Place place;
};

enum class Coverage : std::uint8_t { snapshot, delta };

struct LotFile {
  std::string name;  ///< what mappings call it: "EO_Usagers"
  NamePattern pattern;
  bool required = false;
  Format format;  ///< the endpoint's with what the file overrides
  base::Place place;
};

/// A lot is complete when its marker is there, or when every declared file is, or when its required
/// files are there and nothing came for `quiet`; each way only when it is switched on.
struct Completion {
  bool all = false;
  std::optional<base::Duration> quiet;
  std::optional<NamePattern> marker;
};

/// How many changes at once are a flood that a person must look at; how many children may be fewer.
struct Threshold {
  bool percent = false;
  std::int64_t value = 0;
};

struct Lot {
  std::vector<LotFile> files;  ///< in the order written
  std::string key;             ///< the placeholder whose value tells lots apart
  Completion complete;
  Coverage coverage = Coverage::delta;
  base::Duration wait{};  ///< an incomplete lot is told after this
  Threshold
      max_missing;  ///< a snapshot with so many children fewer than the last waits for a person
  std::vector<std::string> scope;  ///< FINESS that a snapshot speaks for; empty: the partner's
};

enum class Direction : std::uint8_t { source, destination };

struct Endpoint {
  std::string name;
  const adapters::Adapter* adapter = nullptr;
  Direction direction = Direction::source;
  std::string partner;
  std::string source;  ///< name of the source in statements; several endpoints may share one
  std::optional<Format> format;
  std::optional<Lot> lot;                ///< nothing: each payload is a lot of its own
  const tree::Node* settings = nullptr;  ///< the whole block, for `adapters::Setting::node`
  base::Place place;
};

enum class Start : std::uint8_t { everything, from_now };
enum class Period : std::uint8_t { previous_day, previous_week, previous_month, current_month };

struct Schedule {
  enum class Every : std::uint8_t { day, week, month };
  Every every = Every::day;
  std::uint8_t day = 0;       ///< of the week (1 is Monday) or of the month (1 to 28)
  std::chrono::minutes at{};  ///< since midnight, in the organisation's time zone
};

struct Retry {
  base::Duration first{};
  std::int64_t factor = 2;
  base::Duration most{};
  std::int64_t jitter = 0;  ///< percent, either way
  base::Duration give_up{};
};

struct RouteDestination {
  std::string id;  ///< "route/endpoint/mapping": what was confirmed is remembered under this name
  std::string endpoint;
  std::string mapping;
  Variables vars;  ///< the route's with what the destination overrides
  Trigger trigger = Trigger::change;
  std::optional<Schedule> schedule;
  std::optional<Period> period;
  Mode mode = Mode::hold;
  Start start = Start::from_now;
  std::optional<Threshold> max_change;
  std::string only;  ///< `for:`, a FHIRPath over the child record, or empty
  Format format;
  std::optional<NamePattern> file;
  Retry retry;
  base::Place place;
};

struct Route {
  std::string name;
  std::string from;
  std::string mapping;
  std::string input;  ///< the file of the lot that the mapping reads; empty without a lot
  Variables vars;
  std::vector<RouteDestination> to;
  base::Place place;
};

/// What comes in leaves again, judged and written anew, and is never kept as a child record: an
/// extraction for statistics (OLINPE) has no identity.
struct Relay {
  std::string name;
  std::string from;
  std::string extraction;  ///< "olinpe": which rules judge it
  std::string to;
  Mode mode = Mode::hold;
  std::optional<NamePattern> file;
  base::Place place;
};

struct RetentionTerm {
  base::Duration term{};
  std::string ground;
  base::Place place;
};

/// Nothing: kept until the controller sets a term.
struct Retention {
  std::optional<RetentionTerm> payload;
  std::optional<RetentionTerm> statement;
  std::optional<RetentionTerm> quarantine;
  std::optional<RetentionTerm> audit;
};

/// Which national identities are admitted: real ones, or those of the test authority.
enum class Environment : std::uint8_t { production, test };

/// The fields of a Site, while it is being read.
struct SiteParts {
  std::string file;  ///< the name that faults show
  Path folder;       ///< relative paths count from here
  Organisation organisation;
  std::string node;
  Environment environment = Environment::production;
  bool match_by_traits = false;
  /// By section of the child record: whose word counts, best first.
  Named<std::vector<Recipient>> ownership;
  Path state;
  Path socket;
  SecretReference master_key;
  std::optional<Listen> listen;
  Named<std::set<Right>> people;  ///< login to rights
  Named<Partner> partners;
  Alarms alarms;
  std::vector<Path> mappings;
  Named<Endpoint> endpoints;
  std::vector<Route> routes;  ///< in the order written
  std::vector<Relay> relays;  ///< likewise
  std::vector<Policy> policies;
  Retry retry;
  Retention retention;
};

class Site : public SiteParts {
 public:
  /// What the nodes of endpoints and formats live in.
  const tree::Document& document() const { return document_; }
  /// "<organisation id>/audit/<node>".
  std::string audit_origin() const { return organisation.id + "/audit/" + node; }
  /// nullptr when there is none.
  const Policy* policy_for(Recipient recipient) const;
  std::vector<const Route*> routes_from(std::string_view endpoint) const;
  const Partner& partner_of(const Endpoint& endpoint) const {
    return partners.find(endpoint.partner)->second;
  }

 private:
  friend class Validation;
  Site(SiteParts parts, tree::Document document)
      : SiteParts(std::move(parts)), document_(std::move(document)) {}

  tree::Document document_;
};

}  // namespace charmille::config
