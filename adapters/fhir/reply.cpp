#include "adapters/fhir/reply.h"

namespace charmille::adapters::fhir {

Declined declined(const Refusal& refusal, base::Language language) {
  return {refusal.status, in_words(refusal.issues, language)};
}

tl::unexpected<Declined> decline(const Asked& asked, int status, std::string_view type,
                                 Fault fault) {
  return tl::unexpected(declined(Refusal(status, type, std::move(fault)), asked.language));
}

Response render(const Asked& asked, const Declined& declined) {
  Answer answer;
  answer.status = declined.status;
  if (declined.status == 503) answer.headers.emplace_back("Retry-After", "5");
  if (declined.status == 405) answer.headers.emplace_back("Allow", "GET, POST");
  answer.body = charmille::fhir::outcome(declined.issues, asked.language);
  return render(asked, std::move(answer));
}

Response render(const Asked& asked, Answer answer) {
  Response out{answer.status, std::move(answer.headers), {}};
  if (!answer.has_body) return out;
  Form form = asked.answer;
  auto text = write_resource(answer.body, answer.body.root(), form);
  if (!text && form == Form::xml) {
    form = Form::json;
    text = write_resource(answer.body, answer.body.root(), form);
  }
  out.headers.emplace_back("Content-Type", std::string(media_type(form)) + "; charset=utf-8");
  out.body = base::Payload(text ? std::move(*text) : std::string());
  return out;
}

}  // namespace charmille::adapters::fhir
