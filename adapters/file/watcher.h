// Wakes a coroutine when something is put into a folder (inotify), or when its time has come.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace charmille::adapters::file {

class Watcher {
 public:
  /// `strand` runs the signal and the waiting coroutine. Where inotify is missing (network drives,
  /// no watches left), only time wakes.
  Watcher(const boost::asio::any_io_executor& strand, const std::filesystem::path& folder);
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  boost::asio::awaitable<void> wait_until(std::chrono::steady_clock::time_point due) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace charmille::adapters::file
