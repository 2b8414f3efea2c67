#include "adapters/http/source.h"

#include <algorithm>

#include "adapters/http/wire.h"
#include "adapters/web/message.h"
#include "adapters/web/standing.h"
#include "gateway/net/http.h"

namespace charmille::adapters::http {
namespace {

namespace asio = boost::asio;
using web::header_of;

Response refuse(int status, const Fault& fault) {
  net::HttpResponse made = net::refusal(status, fault);
  return {made.status, std::move(made.headers), std::move(made.body)};
}

class HttpSource final : public Source {
 public:
  HttpSource(SourceSettings settings, const base::Clock& clock)
      : settings_(std::move(settings)), clock_(clock) {}

  Task<void> run(std::shared_ptr<Intake>) override { return web::stand_by(); }

  Task<Response> handle(std::shared_ptr<Intake> intake, Request request) override {
    if (auto refused = refuse_early(request)) co_return std::move(*refused);
    const auto wait = wait_of(request.target, settings_.longest_wait);
    if (!wait) co_return refuse(400, fault("CH-PUSH-005"));
    const bool as_text = wants_text(header_of(request.headers, "Accept"));
    Arrival arrival = arrival_of(request);
    const auto accepted = co_await intake->accept(std::move(arrival), request.deadline);
    if (!accepted) co_return refused_answer(accepted.error());
    if (wait->count() == 0) co_return accepted_answer(accepted->exchange, "received");
    const auto until = clock_.steady() + *wait;
    const auto settled = co_await intake->settled(accepted->exchange, until);
    // It is accepted whatever comes after: a fault while waiting only means that nothing is known
    // yet.
    if (!settled || !*settled) co_return accepted_answer(accepted->exchange, "received");
    co_return settled_answer(**settled, as_text);
  }

 private:
  std::optional<Response> refuse_early(const Request& request) const {
    if (request.method != "POST" && request.method != "PUT") {
      Response out = refuse(405, fault("CH-PUSH-002"));
      out.headers.emplace_back("Allow", "POST, PUT");
      return out;
    }
    const std::string type = web::media_type(header_of(request.headers, "Content-Type"));
    if (std::ranges::find(settings_.content_types, type) == settings_.content_types.end()) {
      std::string accepted;
      for (const auto& one : settings_.content_types) {
        if (!accepted.empty()) accepted += ", ";
        accepted += one;
      }
      return refuse(415, fault("CH-PUSH-003", {}, {{"accepted", accepted}}));
    }
    if (request.body.size() > settings_.largest)
      return refuse(413, fault("CH-HTTP-003", {}, {{"limit", std::to_string(settings_.largest)}}));
    const std::string_view key = header_of(request.headers, "Idempotency-Key");
    if (!key.empty() && !is_idempotency_key(key)) return refuse(400, fault("CH-PUSH-004"));
    return std::nullopt;
  }

  static Arrival arrival_of(Request& request) {
    Arrival arrival;
    arrival.payload = std::move(request.body);
    Metadata& metadata = arrival.metadata;
    metadata.name = net::file_name(header_of(request.headers, "Content-Disposition"));
    metadata.content_type = header_of(request.headers, "Content-Type");
    metadata.partner = std::move(request.partner);
    metadata.authentication = std::move(request.authentication);
    metadata.peer_address = std::move(request.peer_address);
    metadata.idempotency_key = header_of(request.headers, "Idempotency-Key");
    if (const auto id = header_of(request.headers, "X-Request-Id"); !id.empty())
      metadata.correlation.emplace_back("X-Request-Id", id.substr(0, 255));
    return arrival;
  }

  SourceSettings settings_;
  const base::Clock& clock_;
};

}  // namespace

std::unique_ptr<Source> make_source(SourceSettings settings, const base::Clock& clock) {
  return std::make_unique<HttpSource>(std::move(settings), clock);
}

}  // namespace charmille::adapters::http
