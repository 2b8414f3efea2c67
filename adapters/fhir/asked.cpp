#include "adapters/fhir/asked.h"

#include <algorithm>

#include "adapters/web/message.h"
#include "gateway/fhir/outcome.h"
#include "gateway/net/http.h"

namespace charmille::adapters::fhir {
namespace {

/// Of the first that is known in a list of media ranges; `otherwise` where anything will do.
std::optional<Form> accepted(std::string_view accept, Form otherwise) {
  if (net::trimmed(accept).empty()) return otherwise;
  for (const std::string& type : web::media_types(accept)) {
    if (type == "*/*" || type == "application/*") return otherwise;
    if (const auto form = form_of(type)) return form;
  }
  return std::nullopt;
}

Prefer prefer_of(std::string_view header) {
  for (const auto& [word, prefer] : {std::pair{"return=representation", Prefer::representation},
                                     std::pair{"return=OperationOutcome", Prefer::outcome}})
    if (header.find(word) != header.npos) return prefer;
  return Prefer::minimal;
}

std::string parameter(const Asked& asked, std::string_view name) {
  for (const auto& [key, value] : asked.parameters)
    if (key == name) return value;
  return {};
}

}  // namespace

Refusal::Refusal(int with, std::string_view type, Fault fault) : status(with) {
  issues.push_back(charmille::fhir::error(type, std::move(fault)));
}

tl::unexpected<Refusal> refuse(int status, std::string_view type, Fault fault) {
  return tl::unexpected(Refusal(status, type, std::move(fault)));
}

Judged<void> read_request(const Request& request, Asked& into) {
  into.method = request.method == "HEAD" ? "GET" : request.method;
  into.language = web::header_of(request.headers, "Accept-Language").starts_with("en")
                      ? base::Language::en
                      : base::Language::fr;
  into.prefer = prefer_of(web::header_of(request.headers, "Prefer"));
  const Form own = form_of(web::header_of(request.headers, "Content-Type")).value_or(Form::json);
  into.answer = own;
  auto target = net::split_target(request.target);
  if (!target || target->segments.size() < 2) return refuse(400, "invalid", fault("CH-HTTP-001"));
  into.base = "/" + target->segments[0] + "/" + target->segments[1];
  into.path.assign(target->segments.begin() + 2, target->segments.end());
  into.parameters = web::parameters_of(target->query);
  // "+" stands for a space in a query, and nobody encodes it here (FHIR R4, http.html §3.1.0.1.6).
  std::string format = parameter(into, "_format");
  std::ranges::replace(format, ' ', '+');
  const auto form =
      !format.empty() ? form_of(format) : accepted(web::header_of(request.headers, "Accept"), own);
  if (!form) return refuse(406, "not-supported", fault("CH-FHIR-067"));
  into.answer = *form;
  return {};
}

Judged<Form> form_of_body(const Request& request) {
  const std::string_view type = web::header_of(request.headers, "Content-Type");
  const auto form = form_of(type);
  std::string lower(type);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  const std::size_t charset = lower.find("charset=");
  const bool utf8 = charset == lower.npos || lower.find("utf-8", charset) != lower.npos;
  if (!form || !utf8) return refuse(415, "not-supported", fault("CH-FHIR-066"));
  return *form;
}

}  // namespace charmille::adapters::fhir
