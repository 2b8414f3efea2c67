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

Reply reply_of(const Call& call, Result<adapters::Response> answer) {
  if (!answer) return refusal(call, answer.error());
  Reply reply;
  reply.status = answer->status;
  reply.headers = std::move(answer->headers);
  reply.body = std::move(answer->body);
  return reply;
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
  exchange::events::Person person{call->caller.name, std::string(call->header("X-Reason"))};
  auto noted = co_await api.engine().operations().note(merkle::Event::admin_send, std::move(person),
                                                       no_exchange);
  if (!noted) co_return refusal(*call, noted.error());
  adapters::Request request = request_of(*call, at->second.partner, "person", api.context());
  // Sources live on the I/O thread; a person's request is handled by a worker.
  auto pushing = api.engine().push(endpoint, std::move(request));
  const asio::any_io_executor io = api.context().io;
  auto answer = co_await asio::co_spawn(io, std::move(pushing), asio::use_awaitable);
  co_return reply_of(*call, std::move(answer));
}

}  // namespace charmille::api
