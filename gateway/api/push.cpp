// Payloads pushed by a partner over TCP, or given by a person over the Unix socket.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "gateway/api/api.h"
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

/// Sources live on the I/O thread.
asio::awaitable<Reply> hand_over(Api& api, CallPtr call, std::string endpoint,
                                 adapters::Request request) {
  exchange::Engine& engine = api.engine();
  const asio::any_io_executor io = engine.context().io;
  if (!engine.accepting()) co_return refusal(*call, fault("CH-API-008"));
  auto answer = co_await asio::co_spawn(io, engine.push(std::move(endpoint), std::move(request)),
                                        asio::use_awaitable);
  if (!answer) co_return refusal(*call, answer.error());
  Reply reply;
  reply.status = answer->status;
  reply.headers = std::move(answer->headers);
  reply.body = std::move(answer->body);
  co_return reply;
}

}  // namespace

asio::awaitable<Reply> post_push(Api& api, CallPtr call) {
  const std::string endpoint = call->part("endpoint");
  const auto& endpoints = api.site().endpoints;
  const auto at = endpoints.find(endpoint);
  const bool own = at != endpoints.end() && at->second.direction == config::Direction::source &&
                   at->second.partner == call->caller.name;
  if (!own) {
    // Not telling whether the endpoint exists.
    const std::string known(at == endpoints.end() ? "" : endpoint);
    co_await api.note_denied(known, call->peer->address, "CH-API-002");
    co_return refusal(*call, fault("CH-API-002"));
  }
  adapters::Request request =
      request_of(*call, call->caller.name, call->caller.authentication, api.context());
  co_return co_await hand_over(api, std::move(call), endpoint, std::move(request));
}

asio::awaitable<Reply> post_send(Api& api, CallPtr call) {
  const std::string endpoint = call->part("endpoint");
  const auto& endpoints = api.site().endpoints;
  const auto at = endpoints.find(endpoint);
  if (at == endpoints.end() || at->second.direction != config::Direction::source)
    co_return refusal(*call, fault("CH-API-010", {}, {{"what", "endpoint"}}));
  exchange::events::Person person{call->caller.name, std::string(call->header("X-Reason"))};
  auto noted = co_await api.engine().operations().note(merkle::Event::admin_send, std::move(person),
                                                       no_exchange);
  if (!noted) co_return refusal(*call, noted.error());
  adapters::Request request = request_of(*call, at->second.partner, "person", api.context());
  co_return co_await hand_over(api, std::move(call), endpoint, std::move(request));
}

}  // namespace charmille::api
