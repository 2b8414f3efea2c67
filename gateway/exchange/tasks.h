// One group owns every coroutine of the gateway: nothing is spawned without an owner that waits for
// its end.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace charmille::exchange {

class TaskGroup {
 public:
  TaskGroup();
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Runs on `executor` a task that goes on until it is cancelled. An exception that escapes it is
  /// a bug: it is logged under `name` and ends this task alone.
  void spawn(boost::asio::any_io_executor executor, std::string_view name,
             boost::asio::awaitable<void> task);
  /// The same for a task that ends by itself within its deadlines, and is waited for, not
  /// cancelled. `after` is called when it has ended, by an exception too.
  void spawn_brief(boost::asio::any_io_executor executor, std::string_view name,
                   boost::asio::awaitable<void> task, std::function<void()> after = {});
  /// Asks every task that was given to `spawn` to end at its next wait.
  void cancel();
  bool cancelled() const;
  /// Waits, outside of any executor of the group, until no task is left; false when the time is
  /// over first.
  bool wait(std::chrono::milliseconds at_most);
  std::size_t running() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace charmille::exchange
