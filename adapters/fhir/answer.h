// What a FHIR server answers, in JSON or XML: the ids that it gave, or why it refused. No input or
// output here.
#pragma once

#include <cstddef>

#include "adapters/adapter.h"
#include "gateway/net/client.h"

namespace charmille::adapters::fhir {

/// The answer to a transaction of `entries` entries: a transaction-response with as many, each with
/// a status of success (FHIR R4, http.html §3.1.0.11.2). Gives their locations, by the rank of the
/// entry. Faults: CH-FHIR-048 (one of them failed), CH-FHIR-049 (it is no such answer).
Result<Pairs> locations_of(const net::HttpAnswer& answer, std::size_t entries);

/// The first error of an OperationOutcome as arguments of a fault: its code and the element. Its
/// words may hold what the resource holds, and are not taken.
base::Args outcome_of(const net::HttpAnswer& answer);

}  // namespace charmille::adapters::fhir
