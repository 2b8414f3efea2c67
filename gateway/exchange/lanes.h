// Lanes: deliveries go out in order within a lane and in parallel across lanes, with retry, a
// circuit breaker per endpoint, and a probe before anything is sent again after a lost answer.
//
// A lane has at most one delivery under way. The attempt is recorded, durably, before the peer
// hears of it: a delivery that is `sending` when the process starts again may have arrived, and is
// probed.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include <boost/asio/steady_timer.hpp>

#include "adapters/adapter.h"
#include "gateway/exchange/breaker.h"
#include "gateway/exchange/context.h"

namespace charmille::exchange {

class Alarms;

/// A delivery with what its adapter prepared, ready to be sent.
struct Departure {
  store::Exchange exchange;
  adapters::Prepared prepared;
  bool probe_first = false;  ///< an attempt before this one may have arrived
};

/// One destination endpoint as the lanes know it.
struct Outlet {
  /// Lanes held at once for each attempt under way: the others wait, in memory, for their turn or
  /// for a commit.
  static constexpr std::uint32_t held_per_attempt = 8;

  Outlet(std::unique_ptr<adapters::Destination> to, const config::Retry& plan)
      : destination(std::move(to)), retry(plan), breaker(plan) {}

  std::unique_ptr<adapters::Destination> destination;
  config::Retry retry;
  base::Duration deadline{std::chrono::seconds(60)};  ///< of one attempt
  std::uint32_t parallel = 16;                        ///< attempts under way at once
  Breaker breaker;
  std::uint32_t held = 0;         ///< lanes
  std::uint32_t under_way = 0;    ///< attempts
  std::deque<Departure> waiting;  ///< recorded as `sending`, until an attempt is over
  std::string trial;              ///< the lane whose attempt is the open breaker's trial, or empty
  bool refused = false;           ///< a lane was refused: the pump must look again
};

class Lanes {
 public:
  Lanes(Context& context, Alarms& alarms);

  /// Before `start`.
  void add(const std::string& endpoint, Outlet outlet);
  Result<adapters::Prepared> prepare(const std::string& endpoint, adapters::Outbound outbound);
  void start();

  /// Asks for the right to send at once. When true, the delivery is `sending`, its first attempt
  /// recorded: the caller commits it so, then calls `go`, or `give_back` if the commit was refused.
  bool reserve(store::Exchange& delivery);
  void give_back(const std::string& endpoint, const std::string& lane);
  void go(Departure departure);
  /// Something may be ready: queued, released, replayed.
  void wake();

 private:
  /// Of a lane that is held: whether somebody found it held, and the pump looks when it is free.
  enum class Followed : bool { no, yes };

  boost::asio::awaitable<void> pump();
  void take_up();
  void tell_of_lost_endpoints();
  base::Time start_ready(const std::string& endpoint);
  boost::asio::awaitable<void> depart(Departure departure);
  boost::asio::awaitable<void> resume(store::Exchange exchange);
  boost::asio::awaitable<void> not_opened(store::Exchange exchange, Fault fault);
  boost::asio::awaitable<bool> record(store::Exchange exchange, store::Unit unit);
  boost::asio::awaitable<Result<adapters::Delivered>> attempt(Departure& departure);
  boost::asio::awaitable<void> settle(Departure departure, Result<adapters::Delivered> answer);
  store::Unit after_success(store::Exchange& exchange, const adapters::Delivered& delivered);
  bool take_back(store::Exchange& exchange, bool may_have_arrived, store::Unit& unit);
  store::Unit after_fault(store::Exchange& exchange, const Fault& fault);
  bool claim(const std::string& endpoint, const std::string& lane, Followed followed);
  base::Time sent_by(const Outlet& outlet) const;
  void attempt_over(const store::Exchange& exchange, const Result<adapters::Delivered>& answer);

  Context& context_;
  Alarms& alarms_;
  std::map<std::string, Outlet, std::less<>> outlets_;
  std::mutex mutex_;  ///< of what follows
  std::unordered_map<std::string, Followed> busy_;
  bool woken_ = false;
  boost::asio::steady_timer timer_;
};

}  // namespace charmille::exchange
