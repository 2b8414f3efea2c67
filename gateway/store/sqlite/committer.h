// The one thread that writes: takes what is pending, makes it one transaction, and answers once it
// is durable.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "gateway/store/sqlite/checkpointer.h"
#include "gateway/store/sqlite/folder.h"
#include "gateway/store/sqlite/leaf_log.h"
#include "gateway/store/sqlite/readers.h"
#include "gateway/store/sqlite/writer.h"
#include "gateway/store/store.h"

namespace charmille::store::sqlite {

/// Bounds of one transaction, and of the write-ahead log before it is copied into the database.
struct CommitterLimits {
  std::size_t units = 1024;
  std::size_t bytes = 8 << 20;
  std::uint32_t log_pages = 8000;
  std::uint64_t reserve = 8 << 20;
};

class Committer {
 public:
  /// `checkpoints`: a connection beside `db`, for copying the write-ahead log.
  Committer(Connection db, Connection checkpoints, LeafLog log, const Folder& folder,
            Readers& readers, const base::Clock& clock, CommitterLimits limits);
  ~Committer() { close(); }

  /// Reads the counters and starts the thread.
  Result<void> start();
  void commit(Unit unit, Store::Done done);
  merkle::Frontier frontier() const;
  Time now() const { return clock_.now(); }
  /// False: no entry of the quarantine is open, and nobody needs to look.
  bool has_quarantine() const { return has_quarantine_; }
  /// Finishes what is pending, then refuses.
  void close();

 private:
  struct Pending {
    Unit unit;
    Store::Done done;
    std::size_t bytes = 0;
    std::optional<Result<Committed>> answer;
  };
  using Batch = std::vector<Pending>;
  /// How a transaction ended.
  enum class Ending : std::uint8_t { committed, again, given_up };

  void run();
  Batch take();
  void work(Batch& batch);
  Ending transaction(Batch& batch);
  Ending trouble(const Fault& f, Batch& batch, Pending* unit);
  Result<void> write(Pending& pending);
  void answer_rest(Batch& batch, const Fault& f);
  void give_answers(Batch& batch);
  /// Closes the store for good: nothing that it would say from now on could be believed.
  void break_down(const Fault& cause);
  void keep_house();
  Result<void> shorten_log();

  Connection db_;
  Checkpointer checkpointer_;
  LeafLog log_;
  Writer writer_;
  const Folder& folder_;
  Readers& readers_;
  const base::Clock& clock_;
  const CommitterLimits limits_;
  bool short_of_space_ = false;  ///< the reserve is out: units that bring a payload are refused
  std::chrono::steady_clock::time_point last_look_{};

  std::atomic<bool> has_quarantine_ = false;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Pending> pending_;
  merkle::Frontier frontier_;  ///< of the last commit that was answered
  bool closing_ = false;
  std::optional<Fault> broken_;
  std::thread thread_;
};

}  // namespace charmille::store::sqlite
