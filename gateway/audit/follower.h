// The audit log's index, and the thread that keeps it: a second file, made from the leaves alone,
// that can be thrown away.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/merkle/leaf.h"
#include "gateway/store/store.h"

namespace charmille::audit {

/// What an auditor asks; every member that is set narrows.
struct Query {
  std::optional<base::Time> since;  ///< from this time on
  std::optional<base::Time> until;  ///< before this time
  std::string peer;                 ///< name of the partner at the other end
  std::string endpoint;
  std::string event;                   ///< "exchange.received"
  std::optional<base::Uuid> exchange;  ///< the exchange itself or any of its flow
  std::vector<crypto::Tag> subjects;   ///< keyed tags of one child, of any year; empty: of all
  std::optional<merkle::Outcome> outcome;
  std::uint64_t before = UINT64_MAX;  ///< numbers below this one: the next page
  std::uint32_t limit = 100;
};

/// Newest first. `next` is the `before` of the next page; nothing when this page is the last.
struct Page {
  std::vector<store::LeafRow> leaves;
  std::optional<std::uint64_t> next;
};

class Follower {
 public:
  /// Opens `file` (audit-index.db), makes it anew when it is missing, damaged, of another version
  /// or of another log, and starts the thread. The store must outlive the follower. Faults:
  /// CH-STO-004, CH-STO-013.
  static Result<std::unique_ptr<Follower>> start(store::Store& store,
                                                 const std::filesystem::path& file);

  virtual ~Follower() = default;

  /// Waits until every leaf committed before the call is indexed, then answers. Faults: CH-AUD-002
  /// (not by the deadline), CH-AUD-003 (no such event), CH-STO-nnn. Not for the I/O thread.
  virtual Result<Page> list(const Query& query, std::chrono::steady_clock::time_point deadline) = 0;
  /// Leaves indexed so far.
  virtual std::uint64_t indexed() const = 0;
  /// Stops the thread; what it has not indexed it will index at the next start.
  virtual void stop() = 0;
};

}  // namespace charmille::audit
