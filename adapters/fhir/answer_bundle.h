// What the server answers: the outcome of a transaction or a batch, and resources as they stand
// here (FHIR R4, http.html §3.1.0.11.2). No input or output here.
#pragma once

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "adapters/fhir/submission.h"
#include "gateway/base/time.h"

namespace charmille::adapters::fhir {

/// What one entry came to.
struct Answered {
  std::string status;                  ///< "201 Created"
  std::string location;                ///< "Patient/1/_history/1", or empty
  std::optional<tree::Node> resource;  ///< in the document of the answer
  std::optional<tree::Node> outcome;   ///< likewise
};

/// Of type transaction-response or batch-response, in the order of the request.
tree::Node response_bundle(tree::Document& into, std::string_view kind,
                           std::span<const Answered> entries, base::Time when);

/// References as this server writes them: by fullUrl, and by "Type/id" of the sender.
using Moves = std::unordered_map<std::string, std::string>;

/// A resource as it stands here: with its id and its version here, every reference to what moved
/// rewritten, in extensions and in the narrative too. `document` holds the resource.
tree::Node as_stored(tree::Document& document, const tree::Node& resource, const Moves& moves,
                     std::string_view id, base::Time when);

}  // namespace charmille::adapters::fhir
