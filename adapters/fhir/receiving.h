// Resources on their way in: what is here already is found, the rest is given to the gateway whole,
// and its judgement awaited (FHIR R4, http.html §3.1.0.8.2 and §3.1.0.11.2).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "adapters/fhir/answer_bundle.h"
#include "adapters/fhir/reply.h"

namespace charmille::adapters::fhir {

/// What one exchange is to bring. The nodes of `entries` are of a document that outlives it.
struct Brought {
  base::Payload payload;  ///< JSON
  std::vector<Entry> entries;
  const Request* request = nullptr;  ///< who sent it, and until when there is time
  Deadline patience;                 ///< for the gateway's judgement
  std::string key;                   ///< the same on every attempt of the sender, or empty
  base::Language language = base::Language::fr;
};

/// What it came to: where each entry is, and how references to what is here already read.
struct Taken {
  base::Uuid exchange;
  std::vector<Location> locations;
  Moves moves;
};

/// All of it is durable, or nothing is. 412: several resources fit a condition, or none a reference
/// by one; 422: the gateway does not take it; 503.
boost::asio::awaitable<Outcome<Taken>> receive(std::shared_ptr<Intake> intake, Brought brought);

/// When an exchange came: its id says so (RFC 9562 §5.7).
base::Time moment_of(const base::Uuid& exchange);

/// Where the resources of an exchange are: in it, or where they were already, as is kept beside it.
std::vector<Location> locate(std::span<const Entry> entries, const base::Uuid& exchange,
                             const Pairs& beside);
/// How references among them read here.
Moves moves_of(std::span<const Entry> entries, const base::Uuid& exchange, const Pairs& beside);

}  // namespace charmille::adapters::fhir
