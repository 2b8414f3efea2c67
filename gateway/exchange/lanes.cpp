#include "gateway/exchange/lanes.h"

#include <algorithm>
#include <iterator>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "gateway/base/log.h"
#include "gateway/exchange/alarms.h"
#include "gateway/exchange/beside.h"
#include "gateway/exchange/durable.h"
#include "gateway/exchange/events.h"
#include "gateway/exchange/rest.h"
#include "gateway/exchange/withdrawal.h"

namespace charmille::exchange {

namespace asio = boost::asio;

namespace {

/// It may have arrived, and cannot be sent again without a person's word.
constexpr std::string_view undecided = "CH-EXC-048";

constexpr std::uint32_t take_up_page = 100'000;
/// Every delivery that ends wakes the pump: looks that follow each other at once are made one.
constexpr auto shortest_sleep = std::chrono::milliseconds(3);
constexpr auto longest_sleep = std::chrono::seconds(30);
/// After a commit that was refused.
constexpr auto refused_pause = std::chrono::seconds(1);

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
  take_up();
  tell_of_lost_endpoints();
  context_.tasks.spawn(context_.io, "lanes", pump());
}

bool Lanes::claim(const std::string& endpoint, const std::string& lane, Followed followed) {
  Outlet& outlet = outlets_.find(endpoint)->second;
  if (const auto held = busy_.find(lane); held != busy_.end()) {
    held->second = Followed::yes;
    return false;
  }
  if (outlet.held >= outlet.parallel * Outlet::held_per_attempt) {
    outlet.refused = true;
    return false;
  }
  const Breaker::Answer answer = outlet.breaker.asks(context_.clock.now());
  if (answer == Breaker::Answer::no) {
    outlet.refused = true;
    return false;
  }
  if (answer == Breaker::Answer::trial) outlet.trial = lane;
  busy_.emplace(lane, followed);
  ++outlet.held;
  return true;
}

/// Until when an attempt that is recorded now is certainly over: while it lasts, the delivery is
/// nobody else's.
base::Time Lanes::sent_by(const Outlet& outlet) const {
  return context_.clock.now() + outlet.deadline * (Outlet::held_per_attempt + 1);
}

bool Lanes::reserve(store::Exchange& delivery) {
  const std::lock_guard lock(mutex_);
  if (!claim(delivery.endpoint, delivery.lane, Followed::no)) return false;
  delivery.state = store::State::sending;
  delivery.attempts = 1;
  delivery.due = sent_by(outlets_.find(delivery.endpoint)->second);
  return true;
}

void Lanes::give_back(const std::string& endpoint, const std::string& lane) {
  bool look = false;
  {
    const std::lock_guard lock(mutex_);
    Outlet& outlet = outlets_.find(endpoint)->second;
    const auto held = busy_.find(lane);
    look = outlet.refused || held->second == Followed::yes;
    busy_.erase(held);
    --outlet.held;
    if (outlet.trial == lane) {
      outlet.breaker.undecided();
      outlet.trial.clear();
    }
  }
  if (look) wake();
}

void Lanes::go(Departure departure) {
  {
    const std::lock_guard lock(mutex_);
    Outlet& outlet = outlets_.find(departure.exchange.endpoint)->second;
    if (outlet.under_way >= outlet.parallel) {
      outlet.waiting.push_back(std::move(departure));
      return;
    }
    ++outlet.under_way;
  }
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

/// Attempts that the process before this one recorded and did not end: nobody knows their outcome,
/// and nobody else is at them. They are due now, and go as places become free.
void Lanes::take_up() {
  store::ExchangeFilter filter;
  filter.direction = store::Direction::out;
  filter.states = {store::State::sending};
  filter.limit = take_up_page;
  auto left = context_.store.exchanges(filter);
  if (!left || left->empty()) return;
  store::Unit unit;
  for (store::Exchange& exchange : *left) {
    exchange.due = {};
    unit.writes.emplace_back(store::PutExchange{std::move(exchange)});
  }
  if (auto done = context_.store.commit_and_wait(std::move(unit)); !done)
    base::log(base::Level::error, "deliveries.not-taken-up",
              {{"code", std::string(done.error().code)}});
}

/// Deliveries of an endpoint that the configuration no longer has wait for it to come back, or for
/// a person: that is told.
void Lanes::tell_of_lost_endpoints() {
  const auto waiting = context_.store.deliveries_to_send();
  if (!waiting) return;
  for (const auto& [endpoint, count] : *waiting)
    if (!outlets_.contains(endpoint))
      base::log(base::Level::error, "deliveries.endpoint-gone",
                {{"endpoint", endpoint}, {"deliveries", std::to_string(count)}});
}

/// Starts what is ready for one endpoint as far as it has room; gives when to look at it again.
base::Time Lanes::start_ready(const std::string& endpoint) {
  const base::Time now = context_.clock.now();
  std::uint32_t room = 0;
  {
    const std::lock_guard lock(mutex_);
    Outlet& outlet = outlets_.find(endpoint)->second;
    outlet.refused = false;
    if (outlet.breaker.is_open() && now < outlet.breaker.closed_until())
      return outlet.breaker.closed_until();
    room = outlet.parallel * Outlet::held_per_attempt - outlet.held;
    outlet.refused = room == 0;
  }
  if (room == 0) return now + longest_sleep;  // the next lane that is given back wakes the pump
  auto ready = context_.store.ready_deliveries(endpoint, now, room);
  if (!ready) return now + longest_sleep;
  for (store::Exchange& exchange : *ready) {
    {
      const std::lock_guard lock(mutex_);
      if (!claim(endpoint, exchange.lane, Followed::yes)) continue;
    }
    context_.work.spawn_brief(context_.workers, "delivery", resume(std::move(exchange)));
  }
  const auto due = context_.store.next_due(endpoint, now);
  return due && *due ? std::min(**due, now + longest_sleep) : now + longest_sleep;
}

/// Takes what is ready at each endpoint, until nothing is; then sleeps until something may be.
asio::awaitable<void> Lanes::pump() {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      woken_ = false;
    }
    base::Time again = context_.clock.now() + longest_sleep;
    for (const auto& [endpoint, outlet] : outlets_) again = std::min(again, start_ready(endpoint));
    const bool stay_awake = [this] {
      const std::lock_guard lock(mutex_);
      return woken_;
    }();
    const auto sleep = again - context_.clock.now() + std::chrono::milliseconds(1);
    timer_.expires_after(stay_awake ? shortest_sleep
                                    : std::max<base::Duration>(sleep, shortest_sleep));
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
    co_await not_opened(std::move(exchange), opened.error());
    co_return;
  }
  Departure departure;
  departure.prepared = {std::move(opened->payload), std::move(opened->beside.ids),
                        std::move(opened->beside.content_type)};
  const std::optional<Fault> last_fault = recorded_fault(exchange);
  // Whoever replays what waits for a decision has decided.
  departure.probe_first =
      exchange.state == store::State::sending ||
      (last_fault && is_ambiguous(*last_fault) && last_fault->code != undecided);
  store::Unit unit;
  unit.preconditions.emplace_back(store::ExchangeAt{exchange.id, exchange.version});
  if (exchange.state == store::State::sending && take_back(exchange, true, unit)) {
    const bool taken_back = co_await record(std::move(exchange), std::move(unit));
    if (!taken_back) co_await rest(context_, refused_pause);
    give_back(endpoint, lane);
    wake();
    co_return;
  }
  exchange.state = store::State::sending;
  ++exchange.attempts;
  exchange.updated = context_.clock.now();
  exchange.due = sent_by(outlets_.find(endpoint)->second);
  unit.audit.push_back(events::send_attempt(exchange, context_));
  const auto leaves = unit.audit;
  unit.writes.emplace_back(store::PutExchange{exchange});
  auto recorded = co_await make_durable(context_.store, std::move(unit));
  if (!recorded) {
    // It changed meanwhile, or nothing can be written for now: not at once again.
    co_await rest(context_, refused_pause);
    give_back(endpoint, lane);
    co_return;
  }
  events::announce(leaves);
  ++exchange.version;
  departure.exchange = std::move(exchange);
  go(std::move(departure));
}

/// What is to be sent cannot be read: tried again when that may pass, else a person looks.
asio::awaitable<void> Lanes::not_opened(store::Exchange exchange, Fault reason) {
  const std::string endpoint = exchange.endpoint;
  const std::string lane = exchange.lane;
  store::Unit unit = after_fault(exchange, reason);
  unit.preconditions.emplace_back(store::ExchangeAt{exchange.id, exchange.version});
  const bool recorded = co_await record(std::move(exchange), std::move(unit));
  if (!recorded) co_await rest(context_, refused_pause);
  give_back(endpoint, lane);
}

/// Commits what became of a delivery, and tells people of one that is parked.
asio::awaitable<bool> Lanes::record(store::Exchange exchange, store::Unit unit) {
  const auto leaves = unit.audit;
  auto recorded = co_await make_durable(context_.store, std::move(unit));
  if (!recorded) co_return false;
  events::announce(leaves);
  if (exchange.state == store::State::parked)
    alarms_.raise(Alarm{Alarm::Kind::parked, exchange.partner, exchange.endpoint, exchange.id,
                        exchange.fault_code});
  co_return true;
}

asio::awaitable<void> Lanes::depart(Departure departure) {
  auto answer = co_await attempt(departure);
  attempt_over(departure.exchange, answer);
  co_await settle(std::move(departure), std::move(answer));
}

asio::awaitable<Result<adapters::Delivered>> Lanes::attempt(Departure& departure) {
  Outlet& outlet = outlets_.find(departure.exchange.endpoint)->second;
  adapters::Envelope envelope;
  envelope.delivery = departure.exchange.id;
  envelope.attempt = departure.exchange.attempts;
  envelope.prepared = departure.prepared;
  const adapters::Deadline deadline = context_.clock.steady() + outlet.deadline;
  if (departure.probe_first) {
    auto found = co_await outlet.destination->probe(envelope, deadline);
    if (!found) co_return fail(found.error());
    if (*found == adapters::Probe::there) {
      adapters::Delivered delivered;
      delivered.duplicate = true;
      co_return delivered;
    }
    if (*found == adapters::Probe::unsafe) co_return fail(undecided, {}, {{"ambiguous", "yes"}});
    if (*found == adapters::Probe::absent) departure.probe_first = false;
  }
  auto answer = co_await outlet.destination->send(std::move(envelope), deadline);
  co_return answer;
}

/// What the answer says of the peer; the next delivery takes the place of this attempt.
void Lanes::attempt_over(const store::Exchange& exchange,
                         const Result<adapters::Delivered>& answer) {
  std::vector<Departure> turned_back;
  std::optional<Departure> next;
  bool opened = false;
  {
    const std::lock_guard lock(mutex_);
    Outlet& outlet = outlets_.find(exchange.endpoint)->second;
    if (answer || answer.error().action == base::Action::reject) {
      outlet.breaker.succeeded();
    } else {
      const bool was_trial = outlet.trial == exchange.lane;
      opened = outlet.breaker.failed(context_.clock.now(), context_.random, was_trial);
    }
    if (outlet.trial == exchange.lane) outlet.trial.clear();
    if (outlet.breaker.is_open()) {
      std::ranges::move(outlet.waiting, std::back_inserter(turned_back));
      outlet.waiting.clear();
    }
    if (outlet.waiting.empty()) {
      --outlet.under_way;
    } else {
      next = std::move(outlet.waiting.front());
      outlet.waiting.pop_front();
    }
  }
  if (opened)
    alarms_.raise(Alarm{Alarm::Kind::peer_unreachable, exchange.partner, exchange.endpoint,
                        exchange.id, std::string(answer.error().code)});
  for (Departure& one : turned_back)
    context_.work.spawn_brief(context_.io, "delivery", settle(std::move(one), fail("CH-EXC-010")));
  if (next) context_.work.spawn_brief(context_.io, "delivery", depart(std::move(*next)));
}

asio::awaitable<void> Lanes::settle(Departure departure, Result<adapters::Delivered> answer) {
  store::Exchange& exchange = departure.exchange;
  const std::string endpoint = exchange.endpoint;
  const std::string lane = exchange.lane;
  // An earlier attempt may have arrived, and nobody has said that it did not: the next one asks.
  if (!answer && departure.probe_first && !is_ambiguous(answer.error()))
    answer.error().args.emplace_back("ambiguous", "yes");
  store::Unit unit =
      answer ? after_success(exchange, *answer) : after_fault(exchange, answer.error());
  bool recorded = co_await record(exchange, std::move(unit));
  if (!recorded && !answer)  // it was taken back at this moment
    recorded = co_await record(exchange, after_fault(exchange, answer.error()));
  const store::State state = exchange.state;
  // An outcome that could not be recorded leaves the delivery `sending`: it is probed and sent
  // again once its time is over.
  give_back(endpoint, lane);
  if (state != store::State::delivered) wake();
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

/// What was withdrawn while it was under way, and did not arrive, is not sent again; else it must
/// still not be withdrawn when the unit is committed.
bool Lanes::take_back(store::Exchange& exchange, bool may_have_arrived, store::Unit& unit) {
  const std::string key = withdrawn_under_way(exchange.id);
  const auto withdrawn = context_.store.setting(key);
  if (!withdrawn || !*withdrawn) {
    if (withdrawn) unit.preconditions.emplace_back(store::SettingIs{key, std::nullopt});
    return false;
  }
  if (!(*withdrawn)->empty())
    if (auto asked = ask_again(context_, **withdrawn, exchange.lot, unit); !asked) return false;
  exchange.state = store::State::superseded;
  unit.audit.push_back(events::superseded(exchange, context_));
  unit.writes.emplace_back(store::ReleaseProjections{exchange.id, may_have_arrived, true});
  unit.writes.emplace_back(store::PutExchange{exchange});
  return true;
}

store::Unit Lanes::after_fault(store::Exchange& exchange, const Fault& fault) {
  const Outlet& outlet = outlets_.find(exchange.endpoint)->second;
  store::Unit unit;
  const base::Time now = context_.clock.now();
  exchange.updated = now;
  record_fault(exchange, fault);
  if (take_back(exchange, is_ambiguous(fault), unit)) return unit;
  std::optional<base::Time> again;
  if (fault.action == base::Action::retry)
    again = next_attempt(outlet.retry, exchange.attempts, exchange.since, now, asked_wait(fault),
                         context_.random);
  if (again) {
    exchange.state = store::State::deferred;
    exchange.due = *again;
    unit.audit.push_back(events::failed(exchange, fault, context_));
  } else {
    exchange.state = store::State::parked;
    unit.audit.push_back(events::parked(exchange, context_));
  }
  unit.writes.emplace_back(store::PutExchange{exchange});
  return unit;
}

}  // namespace charmille::exchange
