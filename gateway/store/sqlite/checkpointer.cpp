#include "gateway/store/sqlite/checkpointer.h"

namespace charmille::store::sqlite {

Checkpointer::Checkpointer(Connection db) : db_(std::move(db)), thread_([this] { run(); }) {}

void Checkpointer::begin() {
  {
    const std::lock_guard lock(mutex_);
    if (asked_ || ended_) return;
    asked_ = true;
  }
  wake_.notify_one();
}

std::optional<Result<void>> Checkpointer::ended() {
  const std::lock_guard lock(mutex_);
  return std::exchange(ended_, std::nullopt);
}

void Checkpointer::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Checkpointer::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return asked_ || closing_; });
    if (closing_) return;
    lock.unlock();
    auto done = db_.checkpoint();
    lock.lock();
    ended_ = std::move(done);
    asked_ = false;
  }
}

}  // namespace charmille::store::sqlite
