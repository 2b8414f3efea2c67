#include "gateway/exchange/tasks.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <string>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include "gateway/base/log.h"

namespace charmille::exchange {

namespace asio = boost::asio;

struct TaskGroup::State {
  struct Cancellable {
    asio::cancellation_signal signal;
    asio::any_io_executor executor;
  };

  mutable std::mutex mutex;
  std::condition_variable idle;
  std::size_t running = 0;
  /// Kept to the group's end: a signal must outlive all that a coroutine does after its last step.
  std::vector<std::shared_ptr<Cancellable>> cancellable;
  bool cancelled = false;

  void begin() {
    const std::lock_guard lock(mutex);
    ++running;
  }
  void end() {
    const std::lock_guard lock(mutex);
    if (--running == 0) idle.notify_all();
  }
};

namespace {

void log_failure(std::string_view task, std::exception_ptr error) {
  if (!error) return;
  try {
    std::rethrow_exception(error);
  } catch (const boost::system::system_error& e) {
    if (e.code() == asio::error::operation_aborted)
      return;  // cancelled: the way a stop ends a wait
    base::log(base::Level::error, "task.failed", {{"task", std::string(task)}, {"what", e.what()}});
  } catch (const std::exception& e) {
    base::log(base::Level::error, "task.failed", {{"task", std::string(task)}, {"what", e.what()}});
  }
}

}  // namespace

TaskGroup::TaskGroup() : state_(std::make_shared<State>()) {}

TaskGroup::~TaskGroup() = default;

void TaskGroup::spawn(asio::any_io_executor executor, std::string_view name,
                      asio::awaitable<void> task) {
  auto entry = std::make_shared<State::Cancellable>();
  // A pool has several threads: the signal and the coroutine that it reaches keep to one strand.
  executor = asio::make_strand(executor);
  entry->executor = executor;
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->cancelled) return;
    ++state_->running;
    state_->cancellable.push_back(entry);
  }
  auto ended = [state = state_, label = std::string(name)](std::exception_ptr error) {
    log_failure(label, error);
    state->end();
  };
  asio::co_spawn(executor, std::move(task),
                 asio::bind_cancellation_slot(entry->signal.slot(), std::move(ended)));
}

void TaskGroup::spawn_brief(asio::any_io_executor executor, std::string_view name,
                            asio::awaitable<void> task, std::function<void()> after) {
  state_->begin();
  asio::co_spawn(executor, std::move(task),
                 [state = state_, name, after = std::move(after)](std::exception_ptr error) {
                   log_failure(name, error);
                   if (after) after();
                   state->end();
                 });
}

bool TaskGroup::cancelled() const {
  const std::lock_guard lock(state_->mutex);
  return state_->cancelled;
}

void TaskGroup::cancel() {
  std::vector<std::shared_ptr<State::Cancellable>> all;
  {
    const std::lock_guard lock(state_->mutex);
    state_->cancelled = true;
    all = state_->cancellable;
  }
  // A signal may only be touched where its coroutine runs.
  for (const auto& entry : all)
    asio::post(entry->executor, [entry] { entry->signal.emit(asio::cancellation_type::terminal); });
}

bool TaskGroup::wait(std::chrono::milliseconds at_most) {
  std::unique_lock lock(state_->mutex);
  return state_->idle.wait_for(lock, at_most, [this] { return state_->running == 0; });
}

std::size_t TaskGroup::running() const {
  const std::lock_guard lock(state_->mutex);
  return state_->running;
}

}  // namespace charmille::exchange
