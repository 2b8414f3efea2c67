// What the server answers to one request, and how it is written.
#pragma once

#include <string_view>
#include <vector>

#include "adapters/fhir/asked.h"
#include "gateway/fhir/outcome.h"
#include "gateway/tree/document.h"

namespace charmille::adapters::fhir {

struct Answer {
  int status = 200;
  Pairs headers;
  tree::Document body;
  bool has_body = true;
};

/// What is refused, in words.
struct Declined {
  int status = 422;
  std::vector<charmille::fhir::Told> issues;
};
template <class T>
using Outcome = tl::expected<T, Declined>;

Declined declined(const Refusal& refusal, base::Language language);
tl::unexpected<Declined> decline(const Asked& asked, int status, std::string_view type,
                                 Fault fault);
/// An OperationOutcome.
Answer refusal_of(const Declined& declined, const Asked& asked);

/// In the form that was asked for; in JSON, what XML cannot say.
Response render(const Asked& asked, Answer answer);

}  // namespace charmille::adapters::fhir
