// Blocking work (disks, slow file systems) on a pool of threads, awaited from a coroutine.
#pragma once

#include <type_traits>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace charmille::net {

/// Runs `work` on `pool` and resumes the caller on its own executor with the result, which must be
/// default constructible. `work` must not throw and must own what it uses: the caller may be gone
/// when it ends.
template <class Work>
auto offload(boost::asio::any_io_executor pool, Work work) {
  using Value = std::invoke_result_t<Work&>;
  auto initiate = [](auto handler, boost::asio::any_io_executor threads, Work task) {
    auto home = boost::asio::make_work_guard(boost::asio::get_associated_executor(handler));
    boost::asio::post(threads, [handler = std::move(handler), home = std::move(home),
                                task = std::move(task)]() mutable {
      Value value = task();
      const auto executor = home.get_executor();
      boost::asio::dispatch(executor,
                            [handler = std::move(handler), value = std::move(value)]() mutable {
                              std::move(handler)(std::move(value));
                            });
    });
  };
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Value)>(
      std::move(initiate), boost::asio::use_awaitable, std::move(pool), std::move(work));
}

}  // namespace charmille::net
