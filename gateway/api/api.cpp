#include "gateway/api/api.h"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "gateway/exchange/durable.h"
#include "gateway/exchange/events.h"
#include "gateway/net/offload.h"

namespace charmille::api {
namespace {

namespace asio = boost::asio;

constexpr double notes_at_once = 20;
constexpr double notes_per_second = 1;

/// Why the caller may not use the route; nothing when it may. What does not concern a caller does
/// not exist for it.
std::optional<std::string_view> refused(const Route& route, const Caller& caller) {
  using Kind = Caller::Kind;
  const auto person = [&]() -> std::optional<std::string_view> {
    if (!route.right || caller.rights.contains(*route.right)) return std::nullopt;
    return "CH-API-005";
  };
  switch (route.access) {
    case Access::open:
      return std::nullopt;
    case Access::near:
      return caller.near ? std::nullopt : std::optional<std::string_view>("CH-API-003");
    case Access::partner:
      if (caller.kind == Kind::person) return "CH-API-002";
      return caller.kind == Kind::partner ? std::nullopt
                                          : std::optional<std::string_view>("CH-API-001");
    case Access::person:
      return caller.kind == Kind::person ? person() : std::optional<std::string_view>("CH-API-003");
    case Access::both:
      if (caller.kind == Kind::person) return person();
      return caller.kind == Kind::partner ? std::nullopt
                                          : std::optional<std::string_view>("CH-API-001");
  }
  return "CH-API-003";
}

Fault fault_for(std::string_view code, const Route& route) {
  Fault f = fault(code);
  if (code == "CH-API-005" && route.right)
    f.args = {{"right", std::string(config::name_of(*route.right))}};
  return f;
}

}  // namespace

Result<std::unique_ptr<Api>> Api::make(exchange::Engine& engine) {
  auto callers = Callers::read(engine.context().site->config);
  if (!callers) return fail(callers.error());
  auto follower = audit::Follower::start(engine.context().store,
                                         engine.context().site->config->state / "audit-index.db");
  if (!follower) return fail(follower.error());
  return std::unique_ptr<Api>(new Api(engine, std::move(*callers), std::move(*follower)));
}

asio::awaitable<net::HttpResponse> Api::handle(const net::HttpRequest& request) {
  auto call = std::make_shared<Call>(call_of(request));
  Match found = match(call->method, request.segments);
  call->path = std::move(found.path);
  call->caller = callers_.identify(*call->peer, call->header("Authorization"));
  if (found.route == nullptr) {
    if (found.allowed.empty()) co_return refusal(*call, fault("CH-API-003"));
    Reply reply = refusal(*call, fault("CH-API-004", {}, {{"allowed", found.allowed}}));
    reply.headers.emplace_back("Allow", found.allowed);
    co_return reply;
  }
  if (const auto code = refused(*found.route, call->caller)) {
    if (*code != "CH-API-003") co_await note_denied(call, *code);
    co_return refusal(*call, fault_for(*code, *found.route));
  }
  CallPtr ready = std::move(call);
  co_return co_await dispatch(found.route, std::move(ready));
}

asio::awaitable<net::HttpResponse> Api::dispatch(const Route* route, CallPtr call) {
  const asio::any_io_executor workers = context().workers;
  if (route->here) co_return co_await route->act(*this, std::move(call));
  if (route->act != nullptr)
    co_return co_await asio::co_spawn(workers, route->act(*this, std::move(call)),
                                      asio::use_awaitable);
  auto work = [this, route, call] { return route->read(*this, *call); };
  co_return co_await net::offload(workers, std::move(work));
}

bool Api::may_note_denied() {
  const std::lock_guard lock(mutex_);
  const auto now = context().clock.steady();
  const std::chrono::duration<double> passed = now - refilled_;
  notes_left_ = std::min(notes_at_once, notes_left_ + passed.count() * notes_per_second);
  refilled_ = now;
  if (notes_left_ < 1) return false;
  notes_left_ -= 1;
  return true;
}

namespace {

/// A person's login stands in the leaf; of a stranger only the address is known. An endpoint is
/// named when there is one of that name: the log repeats nothing that a stranger made up.
merkle::Leaf denied_leaf(const Call& call, std::string_view code,
                         const exchange::Context& context) {
  namespace events = exchange::events;
  if (call.caller.kind == Caller::Kind::person) {
    merkle::Leaf leaf =
        events::person(merkle::Event::authz_deny, {call.caller.name, {}}, {}, context);
    leaf.out = merkle::Outcome::minor;
    leaf.err = merkle::LeafError{std::string(code), merkle::FailureClass::security};
    return leaf;
  }
  const std::string& endpoint = call.part("endpoint");
  const bool known = context.site->config->endpoints.contains(endpoint);
  return events::denied(known ? endpoint : std::string{}, call.peer->address, code, context);
}

}  // namespace

asio::awaitable<void> Api::note_denied(CallPtr call, std::string_view code) {
  if (!may_note_denied()) co_return;
  store::Unit unit;
  unit.audit.push_back(denied_leaf(*call, code, context()));
  std::vector<merkle::Leaf> leaves = unit.audit;
  const auto done = co_await exchange::make_durable(context().store, std::move(unit));
  if (done) exchange::events::announce(leaves);
}

Reply reply_of(const Call& call, Result<adapters::Response> answer) {
  if (!answer) return refusal(call, answer.error());
  Reply reply;
  reply.status = answer->status;
  reply.headers = std::move(answer->headers);
  reply.body = std::move(answer->body);
  return reply;
}

}  // namespace charmille::api
