#include "adapters/http/destination.h"

#include "adapters/http/wire.h"
#include "adapters/web/client.h"
#include "adapters/web/status.h"

namespace charmille::adapters::http {
namespace {

constexpr std::string_view key_header = "Idempotency-Key";

class HttpDestination final : public Destination {
 public:
  HttpDestination(DestinationSettings settings, const boost::asio::any_io_executor& executor,
                  const base::Clock& clock)
      : settings_(std::move(settings)),
        client_(settings_.connection, executor, clock),
        clock_(clock) {}

  Result<Prepared> prepare(Outbound outbound) override {
    Prepared out;
    out.payload = std::move(outbound.payload);
    out.ids.emplace_back(key_header, outbound.delivery.text());
    out.content_type =
        settings_.content_type.empty() ? std::move(outbound.content_type) : settings_.content_type;
    return out;
  }

  Task<Delivered> send(Envelope envelope, Deadline deadline) override {
    net::HttpCall call = settings_.connection.call(settings_.url, settings_.method, deadline);
    call.headers.emplace_back(key_header, key_of(envelope));
    const std::string& type = envelope.prepared.content_type;
    call.headers.emplace_back("Content-Type", type.empty() ? "application/octet-stream" : type);
    call.body = std::move(envelope.prepared.payload);
    const auto answer = co_await client_.perform(std::move(call));
    if (!answer) co_return fail(answer.error());
    co_return judge_answer(*answer);
  }

  Task<Probe> probe(Envelope envelope, Deadline deadline) override {
    if (settings_.probe_url.empty()) co_return Probe::unknown;
    const std::string url = fill_key(settings_.probe_url, key_of(envelope));
    net::HttpCall call = settings_.connection.call(url, "GET", deadline);
    const auto answer = co_await client_.perform(std::move(call));
    if (!answer) co_return fail(answer.error());
    if (answer->status == 200) co_return Probe::there;
    if (answer->status == 404 || answer->status == 410) co_return Probe::absent;
    co_return Probe::unknown;
  }

 private:
  static std::string key_of(const Envelope& envelope) { return envelope.delivery.text(); }

  Result<Delivered> judge_answer(const net::HttpAnswer& answer) const {
    const base::Args status{{"status", std::to_string(answer.status)}};
    Delivered delivered;
    if (const auto id = answer.header("X-Request-Id"); !id.empty())
      delivered.correlation.emplace_back("X-Request-Id", id.substr(0, 255));
    switch (web::judge(answer.status)) {
      case web::Verdict::delivered:
        return delivered;
      case web::Verdict::conflict:
        delivered.duplicate = true;
        if (settings_.conflict_is_duplicate) return delivered;
        return fail("CH-POST-006", {}, status);
      case web::Verdict::retry:
        return web::later("CH-POST-002", status, answer.header("Retry-After"), clock_.now());
      case web::Verdict::credentials:
        return fail("CH-POST-004", {}, status);
      case web::Verdict::redirected:
        return fail("CH-POST-005", {}, status);
      case web::Verdict::refused:
        break;
    }
    return fail("CH-POST-003", {}, status);
  }

  DestinationSettings settings_;
  web::Client client_;
  const base::Clock& clock_;
};

}  // namespace

std::unique_ptr<Destination> make_destination(DestinationSettings settings,
                                              boost::asio::any_io_executor executor,
                                              const base::Clock& clock) {
  return std::make_unique<HttpDestination>(std::move(settings), executor, clock);
}

}  // namespace charmille::adapters::http
