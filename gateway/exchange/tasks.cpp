#include "gateway/exchange/tasks.h"

#include <condition_variable>
#include <exception>
#include <list>
#include <mutex>
#include <string>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "gateway/base/log.h"

namespace charmille::exchange {

namespace asio = boost::asio;

namespace {

struct Running {
  asio::cancellation_signal signal;
  asio::any_io_executor executor;
};

}  // namespace

struct TaskGroup::State {
  mutable std::mutex mutex;
  std::condition_variable idle;
  std::list<std::shared_ptr<Running>> running;
  bool cancelled = false;
};

TaskGroup::TaskGroup() : state_(std::make_shared<State>()) {}

TaskGroup::~TaskGroup() = default;

void TaskGroup::spawn(asio::any_io_executor executor, std::string_view name,
                      asio::awaitable<void> task) {
  auto entry = std::make_shared<Running>();
  entry->executor = executor;
  std::list<std::shared_ptr<Running>>::iterator place;
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->cancelled) return;
    place = state_->running.insert(state_->running.end(), entry);
  }
  auto ended = [state = state_, place, entry, label = std::string(name)](std::exception_ptr error) {
    if (error) {
      try {
        std::rethrow_exception(error);
      } catch (const std::exception& e) {
        base::log(base::Level::error, "task.failed", {{"task", label}, {"what", e.what()}});
      }
    }
    const std::lock_guard lock(state->mutex);
    state->running.erase(place);
    if (state->running.empty()) state->idle.notify_all();
  };
  asio::co_spawn(executor, std::move(task),
                 asio::bind_cancellation_slot(entry->signal.slot(), std::move(ended)));
}

void TaskGroup::cancel() {
  std::list<std::shared_ptr<Running>> running;
  {
    const std::lock_guard lock(state_->mutex);
    state_->cancelled = true;
    running = state_->running;
  }
  // A signal may only be touched where its coroutine runs.
  for (const auto& entry : running)
    asio::post(entry->executor, [entry] { entry->signal.emit(asio::cancellation_type::terminal); });
}

bool TaskGroup::wait(std::chrono::milliseconds at_most) {
  std::unique_lock lock(state_->mutex);
  return state_->idle.wait_for(lock, at_most, [this] { return state_->running.empty(); });
}

std::size_t TaskGroup::running() const {
  const std::lock_guard lock(state_->mutex);
  return state_->running.size();
}

}  // namespace charmille::exchange
