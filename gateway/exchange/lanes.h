// Lanes: deliveries go out in order within a lane and in parallel across lanes, with retry, a
// circuit breaker per endpoint, and a probe before anything is sent again after a lost answer.
//
// A lane has at most one delivery under way. The attempt is recorded, durably, before the peer
// hears of it: a delivery that is `sending` when the process starts again may have arrived, and is
// probed.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>

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
};

/// One destination endpoint as the lanes know it.
struct Outlet {
  Outlet(std::unique_ptr<adapters::Destination> to, const config::Retry& plan)
      : destination(std::move(to)), retry(plan), breaker(plan) {}

  std::unique_ptr<adapters::Destination> destination;
  config::Retry retry;
  base::Duration deadline{std::chrono::seconds(60)};  ///< of one attempt
  std::uint32_t parallel = 16;                        ///< attempts under way at once
  Breaker breaker;
  std::uint32_t under_way = 0;
};

class Lanes {
 public:
  Lanes(Context& context, Alarms& alarms);

  /// Before `start`.
  void add(const std::string& endpoint, Outlet outlet);
  Result<adapters::Prepared> prepare(const std::string& endpoint, adapters::Outbound outbound);
  void start();

  /// Asks for the right to send at once in that lane. When true, the caller commits the delivery as
  /// `sending` with its attempt recorded, then calls `go`, or `give_back` if the commit was
  /// refused.
  bool reserve(const std::string& endpoint, const std::string& lane);
  void give_back(const std::string& endpoint, const std::string& lane);
  void go(Departure departure);
  /// Something may be ready: queued, released, replayed.
  void wake();

 private:
  boost::asio::awaitable<void> pump();
  boost::asio::awaitable<void> depart(Departure departure);
  boost::asio::awaitable<void> resume(store::Exchange exchange);
  boost::asio::awaitable<Result<adapters::Delivered>> attempt(const Departure& departure,
                                                              bool probe_first);
  boost::asio::awaitable<void> settle(Departure departure, Result<adapters::Delivered> answer);
  store::Unit after_success(store::Exchange& exchange, const adapters::Delivered& delivered);
  store::Unit after_fault(store::Exchange& exchange, const Fault& fault);
  bool claim(const std::string& endpoint, const std::string& lane);

  Context& context_;
  Alarms& alarms_;
  std::map<std::string, Outlet, std::less<>> outlets_;
  std::mutex mutex_;  ///< of what follows
  std::unordered_set<std::string> busy_;
  bool woken_ = false;
  boost::asio::steady_timer timer_;
};

}  // namespace charmille::exchange
