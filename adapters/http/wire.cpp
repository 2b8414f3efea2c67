#include "adapters/http/wire.h"

#include <algorithm>

#include "adapters/web/message.h"
#include "adapters/web/status.h"
#include "gateway/net/http.h"

namespace charmille::adapters::http {
namespace {

using std::chrono::seconds;

Response json(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, base::Payload(std::move(body))};
}

/// The argument `retry-after` of a fault, a duration ("5s"), as whole seconds; five when there is
/// none.
seconds pause_of(const Fault& fault) {
  const auto duration = base::parse_duration(base::argument(fault, "retry-after"));
  return duration ? std::max(std::chrono::ceil<seconds>(*duration), seconds(1)) : seconds(5);
}

std::string_view name_of(Settlement::Outcome outcome) {
  switch (outcome) {
    case Settlement::Outcome::done:
      return "done";
    case Settlement::Outcome::done_with_remarks:
      return "done-with-remarks";
    case Settlement::Outcome::rejected:
      return "rejected";
  }
  return "rejected";
}

}  // namespace

bool is_idempotency_key(std::string_view key) {
  return !key.empty() && key.size() <= 255 &&
         std::ranges::all_of(key, [](char c) { return c > 0x20 && c < 0x7f; });
}

std::optional<seconds> wait_of(std::string_view target, seconds most) {
  const std::size_t mark = target.find('?');
  if (mark == target.npos) return seconds(0);
  net::HttpRequest request;
  request.query = target.substr(mark + 1);
  const auto text = request.parameter("wait");
  if (!text) return seconds(0);
  const auto value = web::whole_number(*text);
  if (!value) return std::nullopt;
  return std::min(seconds(std::min<std::int64_t>(*value, 86'400)), most);
}

bool wants_text(std::string_view accept) {
  const std::size_t text = accept.find("text/plain");
  return text != accept.npos && text < accept.find("application/json");
}

std::string fill_key(std::string_view url_template, std::string_view key) {
  std::string out(url_template);
  if (const std::size_t at = out.find("{key}"); at != out.npos)
    out.replace(at, 5, web::percent_encoded(key));
  return out;
}

Response accepted_answer(const base::Uuid& exchange, std::string_view state) {
  const std::string id = exchange.text();
  Response out =
      json(202, "{\"exchange\": \"" + id + "\", \"state\": " + net::json_string(state) + "}\n");
  out.headers.emplace_back("Location", "/v1/exchanges/" + id);
  return out;
}

Response settled_answer(const Settlement& settlement, bool as_text) {
  const int status = settlement.is_refusal() ? 422 : 200;
  const std::string id = settlement.exchange.text();
  Response out;
  if (as_text) {
    out = {status,
           {{"Content-Type", "text/plain; charset=utf-8"}},
           base::Payload(settlement.report_text)};
  } else {
    std::string body = "{\"exchange\": \"" + id + "\", \"state\": \"" +
                       std::string(name_of(settlement.outcome)) + "\"";
    if (!settlement.report_text.empty())
      body += ", \"report\": " + net::json_string(settlement.report_text);
    if (!settlement.report_json.empty()) body += ", \"details\": " + settlement.report_json;
    out = json(status, body + "}\n");
  }
  out.headers.emplace_back("Location", "/v1/exchanges/" + id);
  return out;
}

Response refused_answer(const Fault& fault) {
  const bool later = fault.action != base::Action::reject;
  const int status = fault.code == conflicting_key ? 409
                     : fault.code == "CH-SYS-006"  ? 413
                     : later                       ? 503
                                                   : 422;
  net::HttpResponse made = net::refusal(status, fault);
  if (later) made.headers.emplace_back("Retry-After", std::to_string(pause_of(fault).count()));
  return {made.status, std::move(made.headers), std::move(made.body)};
}

}  // namespace charmille::adapters::http
