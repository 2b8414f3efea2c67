// The audit log as the committer writes it: leaves, full tiles, and the tree's size, in the units'
// own transaction.
#pragma once

#include <string>
#include <vector>

#include "gateway/merkle/tiles.h"
#include "gateway/store/sqlite/database.h"
#include "gateway/store/types.h"

namespace charmille::store::sqlite {

/// How leaves are named, and where their times and ids come from.
struct LeafNaming {
  std::string origin;
  std::string node;
  const base::Clock* clock = nullptr;
  base::Random* random = nullptr;
};

class LeafLog {
 public:
  /// Reads the tree back and checks the end of the log against it: every leaf after the last full
  /// tile, and the frontier. Faults: CH-STO-003, CH-STO-005 (the folder holds another log),
  /// CH-STO-004.
  static Result<LeafLog> open(Connection& db, const LeafNaming& naming);

  /// At the beginning of a transaction: its leaves share one time.
  void look_at_clock();
  /// Gives the drafts what the committer gives, and writes them; the first number.
  Result<std::uint64_t> append(Connection& db, std::vector<Draft>& drafts);
  /// Before COMMIT: full tiles and the new frontier.
  Result<void> finish(Connection& db);
  /// After COMMIT the grown tree counts; after ROLLBACK the former one does.
  void committed() { tree_ = growing_; }
  void rolled_back();

  /// Of the last commit.
  const merkle::Frontier& frontier() const { return tree_.frontier(); }

 private:
  LeafLog(const LeafNaming& naming, merkle::GrowingTree tree);

  LeafNaming naming_;
  base::Uuid boot_;
  merkle::GrowingTree tree_;
  merkle::GrowingTree growing_;
  std::vector<merkle::Tile> filled_;
  Time now_{};
  std::uint64_t mono_us_ = 0;
  std::int64_t offset_ = 0;  ///< wall clock less monotonic clock at the last look
  std::uint64_t next_sync_look_ = 0;
  bool synced_ = false;
  merkle::ClockState clock_ = merkle::ClockState::unsynced;
};

/// Reads the stored tree through one connection.
merkle::TileSource tile_source(Connection& db);

}  // namespace charmille::store::sqlite
