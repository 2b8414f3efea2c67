#include "adapters/web/standing.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace charmille::adapters::web {

namespace asio = boost::asio;

Task<void> stand_by() {
  asio::steady_timer timer(co_await asio::this_coro::executor,
                           asio::steady_timer::time_point::max());
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return Result<void>{};
}

}  // namespace charmille::adapters::web
