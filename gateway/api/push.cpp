// Payloads pushed by a partner over TCP, or given by a person over the Unix socket.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "gateway/api/api.h"
#include "gateway/codec/codec.h"
#include "gateway/exchange/events.h"

namespace charmille::api {
namespace {

namespace asio = boost::asio;

const base::Uuid no_exchange{};

constexpr std::chrono::seconds longest{120};

adapters::Request request_of(const Call& call, std::string partner, std::string authentication,
                             exchange::Context& context) {
  adapters::Request request;
  request.method = call.method;
  request.target = call.target;
  request.headers = call.headers;
  request.body = call.body;
  request.partner = std::move(partner);
  request.authentication = std::move(authentication);
  request.peer_address = call.peer->address;
  request.deadline = context.clock.steady() + longest;
  return request;
}

/// One file of a lot that is not complete: its end depends on files that are still to come.
bool waits_for_its_lot(Api& api, const base::Uuid& exchange) {
  const auto row = api.context().store.exchange(exchange);
  return row && *row && (*row)->state == store::State::waiting;
}

/// 202 while nothing is known, 200 or 422 with the report once it is settled.
Reply sent_reply(const base::Uuid& exchange, std::string_view state,
                 const std::optional<adapters::Settlement>& settlement) {
  using Outcome = adapters::Settlement::Outcome;
  tree::Document doc;
  std::vector<tree::Document::Member> members{{"exchange", doc.text(exchange.text())}};
  int status = 202;
  if (!settlement) {
    members.emplace_back("state", doc.text(state));
  } else {
    const bool rejected = settlement->outcome == Outcome::rejected;
    status = settlement->is_refusal() ? 422 : 200;
    members.emplace_back("state", doc.text(rejected ? "rejected" : "done"));
    if (!settlement->report_text.empty())
      members.emplace_back("report", doc.text(settlement->report_text));
    if (!settlement->report_json.empty())
      if (auto details = codec::read_own_json(doc, settlement->report_json))
        members.emplace_back("details", *details);
  }
  doc.set_root(doc.object(members));
  Reply reply = json_reply(status, doc);
  reply.headers.emplace_back("Location", "/v1/exchanges/" + exchange.text());
  return reply;
}

}  // namespace

/// To the adapter of the endpoint, when it is the caller's own.
asio::awaitable<Reply> hand_over(Api& api, CallPtr call) {
  const std::string endpoint = call->part("endpoint");
  const auto& endpoints = api.site().endpoints;
  const auto at = endpoints.find(endpoint);
  const bool own = at != endpoints.end() && at->second.partner == call->caller.name;
  if (!own) {
    // Not telling whether the endpoint exists.
    co_await api.note_denied(call, "CH-API-002");
    co_return refusal(*call, fault("CH-API-002"));
  }
  adapters::Request request =
      request_of(*call, call->caller.name, call->caller.authentication, api.context());
  auto answer = co_await api.engine().push(endpoint, std::move(request));
  co_return reply_of(*call, std::move(answer));
}

asio::awaitable<Reply> post_send(Api& api, CallPtr call) {
  if (!api.engine().accepting()) co_return refusal(*call, fault("CH-API-008"));
  const std::string endpoint = call->part("endpoint");
  const auto& endpoints = api.site().endpoints;
  const auto at = endpoints.find(endpoint);
  if (at == endpoints.end() || at->second.direction != config::Direction::source)
    co_return refusal(*call, fault("CH-API-010"));
  const auto wait = call->number("wait", 0);
  if (!wait) co_return refusal(*call, wait.error());
  exchange::events::Person person{call->caller.name, std::string(call->header("X-Reason"))};
  auto noted = co_await api.engine().operations().note(merkle::Event::admin_send, std::move(person),
                                                       no_exchange);
  if (!noted) co_return refusal(*call, noted.error());
  adapters::Arrival arrival;
  arrival.payload = call->body;
  arrival.metadata.name = net::file_name(call->header("Content-Disposition"));
  arrival.metadata.content_type = call->header("Content-Type");
  arrival.metadata.partner = at->second.partner;
  arrival.metadata.authentication = "person";
  const auto until = api.context().clock.steady() + longest;
  auto accepted = co_await api.engine().give(endpoint, std::move(arrival), until);
  if (!accepted) co_return refusal(*call, accepted.error());
  std::optional<adapters::Settlement> settlement;
  const bool waits = waits_for_its_lot(api, accepted->exchange);
  if (*wait > 0 && !waits) {
    const auto patience = std::min<std::chrono::seconds>(std::chrono::seconds(*wait), longest);
    auto settled =
        co_await api.engine().settled(accepted->exchange, api.context().clock.steady() + patience);
    if (settled) settlement = std::move(*settled);
  }
  co_return sent_reply(accepted->exchange, waits ? "waiting" : "received", settlement);
}

}  // namespace charmille::api
