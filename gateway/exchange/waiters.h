// Those who wait for an exchange to be settled: a sender that asked `?wait=`, a command that shows
// progress.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "adapters/adapter.h"

namespace charmille::exchange {

class Waiters {
 public:
  /// What came before the deadline, or nothing. Call it after having looked whether the exchange is
  /// settled already, with the ticket taken before that look, so that nothing falls between.
  class Ticket;
  std::shared_ptr<Ticket> enter(const base::Uuid& exchange, boost::asio::any_io_executor executor);
  boost::asio::awaitable<std::optional<adapters::Settlement>> wait(std::shared_ptr<Ticket> ticket,
                                                                   adapters::Deadline deadline);
  void leave(const std::shared_ptr<Ticket>& ticket);
  void settle(const adapters::Settlement& settlement);

 private:
  std::mutex mutex_;
  std::unordered_multimap<base::Uuid, std::shared_ptr<Ticket>> waiting_;
};

}  // namespace charmille::exchange
