#include "gateway/exchange/rest.h"

#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace charmille::exchange {

namespace asio = boost::asio;

// Brief tasks have no cancellation of their own (it would be kept for each of them), so they look.
asio::awaitable<bool> rest(const Context& context, base::Duration time) {
  constexpr base::Duration look = std::chrono::milliseconds(200);
  asio::steady_timer timer(co_await asio::this_coro::executor);
  while (time > base::Duration::zero() && !context.tasks.cancelled()) {
    const base::Duration part = std::min(time, look);
    timer.expires_after(part);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    time -= part;
  }
  co_return !context.tasks.cancelled();
}

}  // namespace charmille::exchange
