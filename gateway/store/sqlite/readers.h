// Read connections: as many as threads read at once, each used by one of them at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "gateway/store/sqlite/database.h"

namespace charmille::store::sqlite {

class Readers {
 public:
  /// A connection on loan; it goes back when this ends. A short read transaction is each query's
  /// own.
  class Loan {
   public:
    Loan(Readers& readers, std::unique_ptr<Connection> connection)
        : readers_(readers), connection_(std::move(connection)) {}
    Loan(Loan&&) noexcept = default;
    Loan(const Loan&) = delete;
    ~Loan() {
      if (connection_) readers_.give_back(std::move(connection_));
    }
    Connection* operator->() const { return connection_.get(); }
    Connection& operator*() const { return *connection_; }

   private:
    Readers& readers_;
    std::unique_ptr<Connection> connection_;
  };

  explicit Readers(std::filesystem::path file) : file_(std::move(file)) {}

  Result<Loan> borrow();
  /// Closes those that are idle; none is lent any more.
  void close();

 private:
  void give_back(std::unique_ptr<Connection> connection);

  std::filesystem::path file_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_;
  bool closed_ = false;
};

}  // namespace charmille::store::sqlite
