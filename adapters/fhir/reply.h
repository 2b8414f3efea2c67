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
/// In the form that was asked for; in JSON, what XML cannot say. What is declined is told by an
/// OperationOutcome.
Response render(const Asked& asked, Answer answer);
Response render(const Asked& asked, const Declined& declined);

}  // namespace charmille::adapters::fhir
