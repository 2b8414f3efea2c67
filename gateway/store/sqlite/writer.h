// Applies units inside the transaction that the committer holds open.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gateway/base/time.h"
#include "gateway/store/sqlite/database.h"
#include "gateway/store/sqlite/schema.h"
#include "gateway/store/types.h"

namespace charmille::store::sqlite {

class Writer {
 public:
  Writer(Connection& db, const base::Clock& clock) : db_(db), clock_(clock) {}

  /// Reads the counters that go on from transaction to transaction.
  Result<void> open();

  /// False: a precondition of the unit does not hold, and nothing was written.
  Result<bool> holds(const Unit& unit);
  /// Writes the unit's rows. After a fault the transaction must be rolled back.
  Result<void> apply(const Unit& unit);

  /// Writes what is counted once a transaction; before COMMIT.
  Result<void> finish();
  /// After COMMIT: what was counted stands. Gives the payloads whose files are to be removed.
  std::vector<Uuid> committed();
  /// After ROLLBACK: forgets what was counted.
  void rolled_back();
  /// Entries of the quarantine that are open, as of the last commit.
  std::int64_t quarantine_open() const { return quarantine_open_; }

 private:
  /// What the store already knows of an exchange that is put again.
  struct Standing {
    std::int64_t number = 0;
    State state{};
    Work work{};
    std::int64_t due = 0;
  };

  Result<bool> check(const ExchangeAt& p);
  Result<bool> check(const ChildAt& p);
  Result<bool> check(const SettingIs& p);
  Result<bool> check(const IdentifierFree& p);
  Result<bool> check(const NoIdempotency& p);
  Result<bool> check(const ClaimsAt& p);
  Result<bool> check(const NamesAt& p);

  Result<void> write(const PutExchange& w);
  Result<void> write(const PutPayload& w);
  Result<void> write(const DropPayload& w);
  Result<void> write(const PutChild& w);
  Result<void> write(const PutIdentifier& w);
  Result<void> write(const PutClaims& w);
  Result<void> write(const PutLink& w);
  Result<void> write(const DropLink& w);
  Result<void> write(const PutStatement& w);
  Result<void> write(const PutStatementHistory& w);
  Result<void> write(const PutDocument& w);
  Result<void> write(const ClearDocument& w);
  Result<void> write(const PutProjection& w);
  Result<void> write(const MarkStale& w);
  Result<void> write(const ConfirmProjections& w);
  Result<void> write(const ReleaseProjections& w);
  Result<void> write(const PutName& w);
  Result<void> write(const PutQuarantine& w);
  Result<void> write(const CloseQuarantine& w);
  Result<void> write(const PutLot& w);
  Result<void> write(const PutIdempotency& w);
  Result<void> write(const PurgeIdempotency& w);
  Result<void> write(const PutAdapterState& w);
  Result<void> write(const EraseAdapterState& w);
  Result<void> write(const PutSetting& w);
  Result<void> write(const RaiseSetting& w);

  Result<void> insert_exchange(const Exchange& x);
  Result<void> update_exchange(const Exchange& x, const Standing& old);
  Result<void> move_exchange(const Exchange& x, const Standing& old, Work work);
  /// Gives the lane's oldest open delivery its place at the head.
  Result<void> settle_lane(const std::string& lane, bool reopened);
  Result<bool> yields(Cursor cursor);
  Result<std::int64_t> child_number(const Uuid& id);
  Result<void> drop_documents(std::int64_t child);
  Result<void> raise_version(std::int64_t child);
  /// Both children of a link have changed.
  Result<std::pair<std::int64_t, std::int64_t>> touch(const Uuid& a, const Uuid& b);
  void count(int what, std::int64_t change) { tally_[what] += change; }
  void count(State state, std::int64_t change) { count(static_cast<int>(state), change); }
  void count(Tally what, std::int64_t change) { count(static_cast<int>(what), change); }

  Connection& db_;
  const base::Clock& clock_;
  std::int64_t quarantine_open_ = 0;
  std::int64_t next_history_ = 1;
  std::int64_t committed_history_ = 1;
  std::map<int, std::int64_t> tally_;           ///< changes of this transaction
  std::map<std::string, Time> arrivals_;        ///< partner -> last payload of this transaction
  std::vector<Uuid> dropped_;                   ///< payloads dropped in this transaction
  std::pair<Uuid, std::int64_t> last_child_{};  ///< the unit's child, found once
};

}  // namespace charmille::store::sqlite
