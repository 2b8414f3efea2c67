// A request to the server as FHIR reads it: where it goes, in which form it comes and wants to be
// answered (FHIR R4, http.html §3.1.0.1 and §3.1.0.6). No input or output here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/adapter.h"
#include "adapters/fhir/form.h"
#include "gateway/base/catalogue.h"
#include "gateway/fhir/issue.h"

namespace charmille::adapters::fhir {

enum class Prefer : std::uint8_t { minimal, representation, outcome };

struct Asked {
  std::string method;             ///< "GET" for HEAD too
  std::string base;               ///< "/fhir/{endpoint}"
  std::vector<std::string> path;  ///< below the base: none, "metadata", "Patient", id...
  Pairs parameters;               ///< of the query
  Form answer = Form::json;
  base::Language language = base::Language::fr;
  Prefer prefer = Prefer::minimal;
};

/// What is not done, and with which status it is told.
struct Refusal {
  int status = 400;
  std::vector<charmille::fhir::Issue> issues;

  Refusal(int with, std::string_view type, Fault fault);
  Refusal(int with, std::vector<charmille::fhir::Issue> all)
      : status(with), issues(std::move(all)) {}
};
template <class T>
using Judged = tl::expected<T, Refusal>;
tl::unexpected<Refusal> refuse(int status, std::string_view type, Fault fault);

/// Even a refused request has a language and a form to answer in: `into` is filled as far as it
/// goes. 400, 406.
Judged<void> read_request(const Request& request, Asked& into);

/// The form of the body. 415.
Judged<Form> form_of_body(const Request& request);

}  // namespace charmille::adapters::fhir
