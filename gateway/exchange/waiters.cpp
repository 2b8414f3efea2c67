#include "gateway/exchange/waiters.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace charmille::exchange {

namespace asio = boost::asio;

class Waiters::Ticket {
 public:
  Ticket(base::Uuid id, const asio::any_io_executor& executor)
      : exchange(id), timer(asio::make_strand(executor)) {}
  const base::Uuid exchange;
  // Touched on the timer's strand only: who waits and who settles may be on different threads.
  asio::steady_timer timer;
  std::optional<adapters::Settlement> settlement;
};

namespace {

asio::awaitable<std::optional<adapters::Settlement>> wait_on_strand(
    std::shared_ptr<Waiters::Ticket> ticket, adapters::Deadline deadline) {
  if (!ticket->settlement) {
    ticket->timer.expires_at(deadline);
    co_await ticket->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  co_return ticket->settlement;
}

}  // namespace

std::shared_ptr<Waiters::Ticket> Waiters::enter(const base::Uuid& exchange,
                                                asio::any_io_executor executor) {
  auto ticket = std::make_shared<Ticket>(exchange, executor);
  const std::lock_guard lock(mutex_);
  waiting_.emplace(exchange, ticket);
  return ticket;
}

asio::awaitable<std::optional<adapters::Settlement>> Waiters::wait(std::shared_ptr<Ticket> ticket,
                                                                   adapters::Deadline deadline) {
  const auto strand = ticket->timer.get_executor();
  auto settlement =
      co_await asio::co_spawn(strand, wait_on_strand(ticket, deadline), asio::use_awaitable);
  leave(ticket);
  co_return settlement;
}

void Waiters::leave(const std::shared_ptr<Ticket>& ticket) {
  const std::lock_guard lock(mutex_);
  const auto [first, last] = waiting_.equal_range(ticket->exchange);
  for (auto it = first; it != last; ++it) {
    if (it->second != ticket) continue;
    waiting_.erase(it);
    return;
  }
}

void Waiters::settle(const adapters::Settlement& settlement) {
  const std::lock_guard lock(mutex_);
  const auto [first, last] = waiting_.equal_range(settlement.exchange);
  for (auto it = first; it != last; ++it) {
    asio::post(it->second->timer.get_executor(), [ticket = it->second, settlement] {
      ticket->settlement = settlement;
      ticket->timer.cancel();
    });
  }
}

}  // namespace charmille::exchange
