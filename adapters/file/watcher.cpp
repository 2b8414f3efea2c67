#include "adapters/file/watcher.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/inotify.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "gateway/base/log.h"

namespace charmille::adapters::file {

namespace asio = boost::asio;

struct Watcher::State : std::enable_shared_from_this<State> {
  explicit State(const asio::any_io_executor& strand) : descriptor(strand), timer(strand) {}

  void listen() {
    auto ready = [weak = weak_from_this()](const boost::system::error_code& ec) {
      const auto self = weak.lock();
      if (!self || ec) return;
      std::array<char, 4096> events{};
      while (::read(self->descriptor.native_handle(), events.data(), events.size()) > 0) {
      }
      self->woken = true;
      self->timer.cancel();
      self->listen();
    };
    descriptor.async_wait(asio::posix::stream_descriptor::wait_read, std::move(ready));
  }

  asio::posix::stream_descriptor descriptor;
  asio::steady_timer timer;
  bool woken = false;
};

Watcher::Watcher(const asio::any_io_executor& strand, const std::filesystem::path& folder)
    : state_(std::make_shared<State>(strand)) {
  const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd < 0 || ::inotify_add_watch(fd, folder.c_str(),
                                    IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_ATTRIB) < 0) {
    base::log(base::Level::warning, "file.no_inotify",
              {{"folder", folder.string()}, {"reason", std::strerror(errno)}});
    if (fd >= 0) ::close(fd);
    return;
  }
  state_->descriptor.assign(fd);
  state_->listen();
}

Watcher::~Watcher() {
  boost::system::error_code ignored;
  state_->descriptor.close(ignored);
}

asio::awaitable<void> Watcher::wait_until(std::chrono::steady_clock::time_point due) const {
  const auto state = state_;
  if (!state->woken) {
    state->timer.expires_at(due);
    co_await state->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  state->woken = false;
}

}  // namespace charmille::adapters::file
