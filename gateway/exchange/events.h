// What is worth noting is one value, the audit leaf: its log line and its counters are derived from
// it, so that they never disagree. The functions below make leaves; `announce` writes the log line
// and counts, once the leaf is durable.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "adapters/adapter.h"
#include "gateway/exchange/context.h"
#include "gateway/merkle/leaf.h"
#include "gateway/policy/projection.h"
#include "gateway/store/types.h"

namespace charmille::exchange::events {

using Leaf = merkle::Leaf;

// Inbound
Leaf received(const store::Exchange& exchange, const adapters::Metadata& metadata,
              const store::PayloadRow& payload, const Context& context);
/// The lot that this file is part of is complete: it goes on under the flow of the lot's lead.
Leaf joined_lot(const store::Exchange& exchange, const Context& context);
Leaf translated(const store::Exchange& exchange, const std::string& mapping, std::uint64_t warnings,
                const Context& context);
Leaf rejected(const store::Exchange& exchange, const Fault& fault, const Context& context);
Leaf duplicate(const store::Exchange& exchange, const Context& context);
Leaf receipt(const Context& context, const std::string& endpoint, const adapters::Receipt& receipt);

/// Its partner was shown what it holds.
Leaf consulted(const store::Exchange& exchange, const Context& context);
Leaf searched(const Context& context, const std::string& endpoint);
Leaf refused(const Context& context, const std::string& endpoint, const std::string& code);

// Outbound
Leaf queued(const store::Exchange& exchange, const store::PayloadRow& payload,
            const std::string& mapping, const Context& context);
Leaf send_attempt(const store::Exchange& exchange, const Context& context);
Leaf delivered(const store::Exchange& exchange, const adapters::Delivered& delivered,
               const Context& context);
Leaf failed(const store::Exchange& exchange, const Fault& fault, const Context& context);
Leaf parked(const store::Exchange& exchange, const Context& context);
Leaf superseded(const store::Exchange& exchange, const Context& context);
Leaf cancelled(const store::Exchange& exchange, const Context& context);
Leaf resumed(const store::Exchange& exchange, const Context& context);

/// About whom an exchange is: leaves of at most 500 tags each.
struct Subjects {
  std::vector<base::Uuid> children;
  std::vector<std::string> sent;      ///< sections
  std::vector<std::string> withheld;  ///< sections and fields
  std::string policy;                 ///< "departement#2"
  std::string basis;
  std::string purpose;
};
std::vector<Leaf> subjects(const store::Exchange& exchange, const Subjects& subjects,
                           const Context& context);

// Persons and the process
struct Person {
  std::string login;
  std::string reason;
};
/// What a person did: `event` is one of admin_*, audit_*; `exchange` may be nil.
Leaf person(merkle::Event event, const Person& person, const base::Uuid& exchange,
            const Context& context);
/// A person asked a partner through an endpoint: `operation` is one that its adapter knows, what
/// was asked with it is not told. `exchange` names the question.
Leaf query(const config::Endpoint& endpoint, std::string_view operation, const Person& person,
           const base::Uuid& exchange, const Result<adapters::Response>& answer,
           const Context& context);
/// A link between two children came to another state, by a rule or, with `login`, by a person;
/// `cause` is the exchange that led to it, or nil. States as `store::name_of` says, or "none".
Leaf link(const base::Uuid& child, const base::Uuid& other, const std::string& rule,
          std::string_view from, std::string_view to, const base::Uuid& cause,
          const std::string& login, const Context& context);
/// A person handed the former file of a child over to a partner, under a written decision; `scope`
/// is a date, "everything" or "nothing".
Leaf transmission(const base::Uuid& child, const std::string& partner, std::string_view scope,
                  const std::string& reference, const Person& person, const Context& context);
/// A child, as a leaf names it.
merkle::Subject subject_of(const base::Uuid& child, const Context& context);
Leaf process(merkle::Event event, const Context& context);
Leaf denied(const std::string& endpoint, const std::string& peer_address, std::string_view code,
            const Context& context);

/// Writes the log line of each leaf and counts it.
void announce(const std::vector<Leaf>& leaves);

/// Counters since the start: (event, outcome) -> count, for /metrics.
std::map<std::pair<std::string, int>, std::uint64_t> counters();

}  // namespace charmille::exchange::events
