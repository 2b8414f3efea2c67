#include "gateway/store/sqlite/readers.h"

namespace charmille::store::sqlite {

Result<Readers::Loan> Readers::borrow() {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return fail("CH-STO-011", {}, {{"reason", "closed"}});
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return Loan(*this, std::move(connection));
    }
  }
  auto opened = Connection::open(file_, Connection::Mode::read);
  if (!opened) return fail(opened.error());
  return Loan(*this, std::make_unique<Connection>(std::move(*opened)));
}

void Readers::give_back(std::unique_ptr<Connection> connection) {
  const std::lock_guard lock(mutex_);
  if (!closed_) idle_.push_back(std::move(connection));
}

void Readers::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  idle_.clear();
}

}  // namespace charmille::store::sqlite
