#include "gateway/exchange/lanes.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "gateway/exchange/alarms.h"
#include "gateway/exchange/beside.h"
#include "gateway/exchange/durable.h"
#include "gateway/exchange/events.h"

namespace charmille::exchange {

namespace asio = boost::asio;

namespace {

constexpr std::uint32_t pump_batch = 64;
/// Every delivery that ends wakes the pump: looks that follow each other at once are made one.
constexpr auto shortest_sleep = std::chrono::milliseconds(3);
constexpr auto longest_sleep = std::chrono::seconds(30);

std::optional<base::Duration> asked_wait(const Fault& fault) {
  for (const auto& [name, value] : fault.args) {
    if (name != "retry-after") continue;
    if (const auto wait = base::parse_duration(value)) return *wait;
  }
  return {};
}

}  // namespace

Lanes::Lanes(Context& context, Alarms& alarms)
    : context_(context), alarms_(alarms), timer_(context.io) {}

void Lanes::add(const std::string& endpoint, Outlet outlet) {
  outlets_.emplace(endpoint, std::move(outlet));
}

Result<adapters::Prepared> Lanes::prepare(const std::string& endpoint,
                                          adapters::Outbound outbound) {
  return outlets_.find(endpoint)->second.destination->prepare(std::move(outbound));
}

void Lanes::start() {
  context_.tasks.spawn(context_.io, "lanes", pump());
}

bool Lanes::claim(const std::string& endpoint, const std::string& lane) {
  Outlet& outlet = outlets_.find(endpoint)->second;
  if (busy_.contains(lane) || outlet.under_way >= outlet.parallel) return false;
  if (!outlet.breaker.allows(context_.clock.now())) return false;
  busy_.insert(lane);
  ++outlet.under_way;
  return true;
}

bool Lanes::reserve(const std::string& endpoint, const std::string& lane) {
  const std::lock_guard lock(mutex_);
  return claim(endpoint, lane);
}

void Lanes::give_back(const std::string& endpoint, const std::string& lane) {
  {
    const std::lock_guard lock(mutex_);
    busy_.erase(lane);
    Outlet& outlet = outlets_.find(endpoint)->second;
    --outlet.under_way;
    outlet.breaker.undecided();
  }
  wake();
}

void Lanes::go(Departure departure) {
  context_.work.spawn_brief(context_.io, "delivery", depart(std::move(departure)));
}

void Lanes::wake() {
  {
    const std::lock_guard lock(mutex_);
    if (woken_) return;
    woken_ = true;
  }
  asio::post(context_.io, [this] { timer_.cancel(); });
}

/// Takes what the store says is ready, until nothing is; then sleeps until something may be.
asio::awaitable<void> Lanes::pump() {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      woken_ = false;
    }
    auto ready = context_.store.ready_deliveries(context_.clock.now(), pump_batch);
    std::size_t started = 0;
    if (ready) {
      for (store::Exchange& exchange : *ready) {
        {
          const std::lock_guard lock(mutex_);
          if (!outlets_.contains(exchange.endpoint) || !claim(exchange.endpoint, exchange.lane))
            continue;
        }
        ++started;
        context_.work.spawn_brief(context_.workers, "delivery", resume(std::move(exchange)));
      }
    }
    auto sleep = std::chrono::duration_cast<std::chrono::microseconds>(longest_sleep);
    if (const auto due = context_.store.next_due(); due && *due && **due > context_.clock.now())
      sleep = std::min(sleep, **due - context_.clock.now() + std::chrono::milliseconds(1));
    if (started > 0 && ready->size() == pump_batch) sleep = shortest_sleep;
    const bool stay_awake = [this] {
      const std::lock_guard lock(mutex_);
      return woken_;
    }();
    if (stay_awake) sleep = shortest_sleep;
    timer_.expires_after(sleep);
    const auto [error] = co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    if (error && error != asio::error::operation_aborted) co_return;
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return;
  }
}

/// A delivery that is in the store: its payload is opened, the attempt recorded, then it departs.
asio::awaitable<void> Lanes::resume(store::Exchange exchange) {
  const std::string endpoint = exchange.endpoint;
  const std::string lane = exchange.lane;
  auto opened = open(context_, exchange);
  if (!opened) {
    exchange.state = store::State::parked;
    record_fault(exchange, opened.error());
    store::Unit unit;
    unit.audit.push_back(events::parked(exchange, context_));
    unit.writes.emplace_back(store::PutExchange{exchange});
    auto parked = co_await make_durable(context_.store, std::move(unit));
    give_back(endpoint, lane);
    co_return;
  }
  Departure departure;
  departure.prepared = {std::move(opened->payload), std::move(opened->beside.ids),
                        std::move(opened->beside.content_type)};
  const std::optional<Fault> last_fault = recorded_fault(exchange);
  const bool unknown_outcome =
      exchange.state == store::State::sending || (last_fault && is_ambiguous(*last_fault));
  store::Unit unit;
  unit.preconditions.emplace_back(store::ExchangeAt{exchange.id, exchange.version});
  exchange.state = store::State::sending;
  ++exchange.attempts;
  exchange.updated = context_.clock.now();
  unit.audit.push_back(events::send_attempt(exchange, context_));
  const auto leaves = unit.audit;
  unit.writes.emplace_back(store::PutExchange{exchange});
  auto recorded = co_await make_durable(context_.store, std::move(unit));
  if (!recorded) {
    give_back(endpoint, lane);
    co_return;
  }
  events::announce(leaves);
  ++exchange.version;
  departure.exchange = std::move(exchange);
  if (!unknown_outcome) {
    go(std::move(departure));
    co_return;
  }
  auto answer = co_await attempt(departure, true);
  co_await settle(std::move(departure), std::move(answer));
}

asio::awaitable<void> Lanes::depart(Departure departure) {
  auto answer = co_await attempt(departure, false);
  co_await settle(std::move(departure), std::move(answer));
}

asio::awaitable<Result<adapters::Delivered>> Lanes::attempt(const Departure& departure,
                                                            bool probe_first) {
  Outlet& outlet = outlets_.find(departure.exchange.endpoint)->second;
  adapters::Envelope envelope;
  envelope.delivery = departure.exchange.id;
  envelope.attempt = departure.exchange.attempts;
  envelope.prepared = departure.prepared;
  const adapters::Deadline deadline = context_.clock.steady() + outlet.deadline;
  if (probe_first) {
    auto found = co_await outlet.destination->probe(envelope, deadline);
    if (found && *found == adapters::Probe::there) {
      adapters::Delivered delivered;
      delivered.duplicate = true;
      co_return delivered;
    }
  }
  auto answer = co_await outlet.destination->send(std::move(envelope), deadline);
  co_return answer;
}

asio::awaitable<void> Lanes::settle(Departure departure, Result<adapters::Delivered> answer) {
  store::Exchange& exchange = departure.exchange;
  const std::string endpoint = exchange.endpoint;
  const std::string lane = exchange.lane;
  {
    const std::lock_guard lock(mutex_);
    Breaker& breaker = outlets_.find(endpoint)->second.breaker;
    if (answer || answer.error().action == base::Action::reject) {
      breaker.succeeded();
    } else if (breaker.failed(context_.clock.now(), context_.random)) {
      alarms_.raise(Alarm{Alarm::Kind::peer_unreachable, exchange.partner, endpoint, exchange.id,
                          std::string(answer.error().code)});
    }
  }
  store::Unit unit =
      answer ? after_success(exchange, *answer) : after_fault(exchange, answer.error());
  const auto leaves = unit.audit;
  auto recorded = co_await make_durable(context_.store, std::move(unit));
  if (recorded) {
    events::announce(leaves);
    if (exchange.state == store::State::parked)
      alarms_.raise(
          Alarm{Alarm::Kind::parked, exchange.partner, endpoint, exchange.id, exchange.fault_code});
  }
  // An outcome that could not be recorded leaves the delivery `sending`: it is probed and sent
  // again later.
  give_back(endpoint, lane);
}

store::Unit Lanes::after_success(store::Exchange& exchange, const adapters::Delivered& delivered) {
  store::Unit unit;
  exchange.state = store::State::delivered;
  exchange.updated = context_.clock.now();
  exchange.fault_code.clear();
  exchange.fault_detail.clear();
  unit.writes.emplace_back(store::PutExchange{exchange});
  unit.writes.emplace_back(store::ConfirmProjections{exchange.id});
  unit.audit.push_back(events::delivered(exchange, delivered, context_));
  return unit;
}

store::Unit Lanes::after_fault(store::Exchange& exchange, const Fault& fault) {
  const Outlet& outlet = outlets_.find(exchange.endpoint)->second;
  store::Unit unit;
  const base::Time now = context_.clock.now();
  exchange.updated = now;
  record_fault(exchange, fault);
  std::optional<base::Time> again;
  if (fault.action == base::Action::retry)
    again = next_attempt(outlet.retry, exchange.attempts, exchange.created, now, asked_wait(fault),
                         context_.random);
  if (again) {
    exchange.state = store::State::deferred;
    exchange.due = *again;
    unit.audit.push_back(events::failed(exchange, fault, context_));
  } else {
    exchange.state = store::State::parked;
    unit.audit.push_back(events::parked(exchange, context_));
    unit.writes.emplace_back(store::ReleaseProjections{exchange.id});
  }
  unit.writes.emplace_back(store::PutExchange{exchange});
  return unit;
}

}  // namespace charmille::exchange
