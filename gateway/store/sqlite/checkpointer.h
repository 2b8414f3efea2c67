// Copies the write-ahead log into the database file beside the commits, so that no sender waits for
// it.
//
// A pass that runs beside commits never reaches the log's end: the committer copies the small rest
// between two transactions, which lets the log begin anew.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "gateway/store/sqlite/database.h"

namespace charmille::store::sqlite {

class Checkpointer {
 public:
  /// `db`: a connection of its own.
  explicit Checkpointer(Connection db);
  ~Checkpointer() { close(); }

  /// Begins a pass; nothing while one is under way.
  void begin();
  /// How the last pass ended, once; nothing while none has.
  std::optional<Result<void>> ended();
  /// Waits for a pass that is under way, then ends.
  void close();

 private:
  void run();

  Connection db_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool asked_ = false;
  bool closing_ = false;
  std::optional<Result<void>> ended_;
  std::thread thread_;
};

}  // namespace charmille::store::sqlite
