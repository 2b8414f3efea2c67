// libcurl's multi interface driven by Asio: what the clients of HTTP and SFTP share.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "gateway/net/transfer.h"

namespace charmille::net {

/// Runs transfers on one strand and keeps their connections for the next ones.
class Multi {
 public:
  /// `per_host` connections at most to one host, further transfers wait for one; those of
  /// `kept_hosts` hosts are kept open.
  /// `context`, if given, is what the executor is of: it lives as long as this does, which may be
  /// longer than who made it, for whoever is just handing a transfer over.
  static std::shared_ptr<Multi> make(const boost::asio::any_io_executor& executor,
                                     std::size_t per_host, std::size_t kept_hosts,
                                     std::shared_ptr<void> context = {});
  virtual ~Multi() = default;

  virtual const boost::asio::any_io_executor& strand() const = 0;

  // On the strand only.
  /// Begins a transfer and gives the name by which it can be cancelled.
  virtual std::uint64_t begin(std::unique_ptr<Transfer> transfer) = 0;
  virtual void cancel(std::uint64_t id) = 0;
  /// Ends everything under way with a fault and closes all connections.
  virtual void stop() = 0;
};

/// Starts a transfer on the strand and completes `handler` on its own executor. Who waits for an
/// answer does not keep the connections alive: that is for the client to do.
template <class T>
struct Initiate {
  std::weak_ptr<Multi> multi;

  template <class Handler>
  void operator()(Handler&& handler, std::unique_ptr<TransferOf<T>> transfer) {
    namespace asio = boost::asio;
    using Stored = std::decay_t<Handler>;
    const auto alive = multi.lock();
    const auto executor = asio::get_associated_executor(handler);
    auto slot = asio::get_associated_cancellation_slot(handler);
    auto stored = std::make_shared<Stored>(std::forward<Handler>(handler));
    auto done = [stored, executor, slot](Result<T> result) {
      asio::dispatch(executor, [stored, slot, result = std::move(result)]() mutable {
        if (slot.is_connected()) slot.clear();
        std::move (*stored)(std::move(result));
      });
    };
    if (!alive) {
      done(fail("CH-NET-008"));
      return;
    }
    auto id = std::make_shared<std::uint64_t>(0);
    if (slot.is_connected())
      slot.assign([weak = multi, id](asio::cancellation_type) {
        if (const auto running = weak.lock())
          asio::post(running->strand(), [running, id] { running->cancel(*id); });
      });
    transfer->when_done(std::move(done));
    asio::dispatch(alive->strand(), [alive, id, transfer = std::move(transfer)]() mutable {
      *id = alive->begin(std::move(transfer));
    });
  }
};

template <class T>
boost::asio::awaitable<Result<T>> perform(std::weak_ptr<Multi> multi,
                                          std::unique_ptr<TransferOf<T>> transfer) {
  Initiate<T> initiate{std::move(multi)};
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Result<T>)>(
      std::move(initiate), boost::asio::use_awaitable, std::move(transfer));
}

}  // namespace charmille::net
