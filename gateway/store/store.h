// The store: exchanges, statements and audit leaves in one place, changed only by units.
//
// Reads are synchronous and see every unit whose commit was answered; they are called from worker
// threads. Commits are gathered by one committer into as few transactions as the load allows (group
// commit). An answer comes only once the unit is durable. SQLite is the embedded default;
// PostgreSQL keeps the same interface.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gateway/base/payload.h"
#include "gateway/merkle/tiles.h"
#include "gateway/store/types.h"

namespace charmille::store {

struct ExchangeFilter {
  std::optional<Direction> direction;
  std::vector<State> states;
  std::string partner;
  std::string endpoint;
  std::string route;
  std::string lane;
  std::string lot;
  std::optional<Uuid> flow;
  std::optional<Time> since;
  std::optional<Time> until;
  std::uint64_t before = UINT64_MAX;  ///< numbers below this one: the next page
  std::uint32_t limit = 100;
};

struct Counts {
  std::vector<std::pair<State, std::uint64_t>> exchanges;
  std::uint64_t children = 0;
  std::uint64_t statements = 0;
  std::uint64_t quarantine_open = 0;
  std::uint64_t leaves = 0;
};

/// One leaf as stored: the exact bytes that were hashed.
struct LeafRow {
  std::uint64_t seq = 0;
  Bytes record;  ///< empty when purged
  Bytes hash;    ///< 32 bytes
};

class Store {
 public:
  using Done = std::function<void(Result<Committed>)>;

  virtual ~Store() = default;

  /// Gives the unit to the committer. `done` is called exactly once, from the committer's thread
  /// (by the caller's, at once, when the store is closed), and must be quick. Faults: CH-STO-010 (a
  /// precondition failed: compute again), CH-STO-011 (the store is closed, or its disk failed and
  /// nobody knows whether the unit is kept: open again and look), CH-STO-012 (the unit contradicts
  /// the store: a mistake of its author), CH-STO-013 (the disk is full), CH-STO-014 and -015
  /// (memory, another program's lock), CH-LEAF-nnn (a draft that cannot be a leaf). While the disk
  /// is full, units that bring a payload are refused and others are tried.
  virtual void commit(Unit unit, Done done) = 0;
  /// The same, waiting. Not for the I/O thread.
  Result<Committed> commit_and_wait(Unit unit);

  // Exchanges
  virtual Result<std::optional<Exchange>> exchange(const Uuid& id) = 0;
  virtual Result<std::vector<Exchange>> exchanges(const ExchangeFilter& filter) = 0;
  /// Inbound ones to resume at start: received, processing, or final with settle_pending.
  virtual Result<std::vector<Exchange>> unfinished_inbound(std::uint32_t limit) = 0;
  /// Of one endpoint: the oldest open delivery of each lane whose state lets it go (queued,
  /// sending, deferred) with due <= now; lanes whose head is parked, held or later than now are
  /// skipped. In order of `due`. The `due` of one that is being sent is when its attempt is
  /// certainly over.
  virtual Result<std::vector<Exchange>> ready_deliveries(const std::string& endpoint, Time now,
                                                         std::uint32_t limit) = 0;
  /// When the next head of that endpoint after `now` is due.
  virtual Result<std::optional<Time>> next_due(const std::string& endpoint, Time now) = 0;
  /// How many are to be sent (queued, sending, deferred), by endpoint.
  virtual Result<std::vector<std::pair<std::string, std::uint64_t>>> deliveries_to_send() = 0;
  virtual Result<std::vector<Exchange>> open_deliveries(const std::string& lane) = 0;
  /// Files waiting for their lot.
  virtual Result<std::vector<Exchange>> waiting_files(const std::string& endpoint,
                                                      const std::string& lot) = 0;
  virtual Result<std::optional<std::pair<Uuid, Bytes>>> idempotency(
      const Bytes& key) = 0;  ///< exchange, sha256

  /// What was put under that name, the newest exchange first; the `most_named` newest.
  virtual Result<std::vector<NamedRow>> named(const Bytes& name) = 0;

  // Payloads
  virtual Result<std::optional<PayloadRow>> payload(const Uuid& id) = 0;
  /// Where the sealed bytes of a payload of its own file are written (PayloadFile, before the unit)
  /// and read.
  virtual std::filesystem::path payload_path(const Uuid& id) const = 0;

  // Children
  virtual Result<std::optional<Uuid>> child_by_identifier(const Bytes& lookup) = 0;
  virtual Result<std::optional<ChildRow>> child(const Uuid& id) = 0;
  virtual Result<std::vector<StatementRow>> statements(const Uuid& child) = 0;
  /// What was said before, in the order in which the store came to know it.
  virtual Result<std::vector<StatementRow>> statement_history(const Uuid& child) = 0;
  virtual Result<std::vector<Bytes>> identifiers(const Uuid& child) = 0;  ///< sealed
  virtual Result<std::vector<Claim>> claims(const Uuid& child) = 0;       ///< in their order
  /// Contents of the child's documents, in the order of their digests.
  virtual Result<std::vector<DocumentRow>> documents(const Uuid& child) = 0;
  /// The same content, of whichever children have it.
  virtual Result<std::vector<DocumentRow>> documents_with(const Bytes& sha256) = 0;
  /// Whom a claim leads to: the child whose identifier it is, and those who claim it; the first
  /// `most_claimants` that the store knew.
  virtual Result<std::vector<Uuid>> claimants(const Bytes& key) = 0;
  /// In the order of their numbers; those that tie the child to others, whatever their state.
  virtual Result<std::vector<LinkRow>> links_of(const Uuid& child) = 0;
  /// Of these states (none: any), numbers after `after`, in order.
  virtual Result<std::vector<LinkRow>> links(const std::vector<LinkState>& states,
                                             std::uint64_t after, std::uint32_t limit) = 0;
  virtual Result<std::optional<LinkRow>> link(std::uint64_t number) = 0;
  /// How many links are in each state that has any.
  virtual Result<std::vector<std::pair<LinkState, std::uint64_t>>> count_links() = 0;
  /// Children in the order in which the store came to know them, after `after` (nil: from the
  /// first).
  virtual Result<std::vector<ChildRow>> children(const std::string& organisation, const Uuid& after,
                                                 std::uint32_t limit) = 0;
  /// Children whose ids `source` last said in another lot than this one: absent from that snapshot.
  virtual Result<std::vector<Uuid>> children_not_in_lot(const std::string& source,
                                                        const std::string& lot, const Uuid& after,
                                                        std::uint32_t limit) = 0;
  /// How many children a destination has been told of.
  virtual Result<std::uint64_t> known_children(const std::string& destination) = 0;
  virtual Result<std::optional<ProjectionRow>> projection(const std::string& destination,
                                                          const Uuid& child) = 0;
  /// Children marked stale for that destination since their last projection.
  virtual Result<std::vector<Uuid>> stale_children(const std::string& destination) = 0;

  // Others
  virtual Result<std::vector<QuarantineRow>> quarantine(const std::string& partner, bool open_only,
                                                        std::uint32_t limit) = 0;
  virtual Result<std::optional<QuarantineRow>> quarantine_entry(std::uint64_t number) = 0;
  virtual Result<std::optional<LotRow>> lot(const std::string& endpoint,
                                            const std::string& key) = 0;
  virtual Result<std::optional<LotRow>> last_lot(const std::string& endpoint,
                                                 const std::string& period) = 0;  ///< last one done
  /// The last one done whose key is not after `key`.
  virtual Result<std::optional<LotRow>> lot_done_until(const std::string& endpoint,
                                                       const std::string& key) = 0;
  virtual Result<std::vector<LotRow>> open_lots() = 0;
  virtual Result<Pairs> adapter_state(const std::string& endpoint) = 0;
  virtual Result<std::optional<Bytes>> setting(const std::string& key) = 0;
  virtual Result<std::optional<Time>> last_arrival(const std::string& partner) = 0;
  virtual Result<Counts> counts() = 0;

  // The audit log
  /// Size and frontier of the tree after the last commit.
  virtual merkle::Frontier frontier() const = 0;
  virtual Result<std::vector<LeafRow>> leaves(std::uint64_t first, std::uint32_t limit) = 0;
  /// The full tiles and the leaf hashes beyond them, for proofs (merkle::node_reader). Valid while
  /// the store lives.
  merkle::TileSource tree_source();
  virtual Result<std::vector<merkle::Digest>> tile(merkle::TileId id) = 0;
  virtual Result<std::vector<merkle::Digest>> leaf_hashes(std::uint64_t first,
                                                          std::uint64_t count) = 0;

  /// Stops the committer after what it holds; later commits are refused.
  virtual void close() = 0;
};

/// The audit log as it lies on the disk, for verification: also of a store that refuses to open,
/// and beside the daemon that owns it. Nothing is interpreted: what is read may have been altered.
class LogReader {
 public:
  struct Tree {
    std::string origin;
    std::uint64_t size = 0;
    Bytes frontier;
    std::uint64_t tiles = 0;  ///< rows
  };
  /// Valid during the call that it is given to.
  struct LeafView {
    std::int64_t seq = 0;
    std::string_view record;
    std::string_view hash;
  };

  virtual ~LogReader() = default;
  virtual Result<Tree> tree() = 0;
  /// Gives every leaf from `first` on, in order, until `take` says false.
  virtual Result<void> each_leaf(std::uint64_t first,
                                 const std::function<bool(const LeafView&)>& take) = 0;
  virtual Result<std::optional<Bytes>> tile(merkle::TileId id) = 0;
};

Result<std::unique_ptr<LogReader>> read_sqlite_log(const std::filesystem::path& folder);

/// Where a SQLite store lives and how it is named in its audit log.
struct SqliteOptions {
  std::filesystem::path folder;  ///< state folder: charmille.db, payloads/, lock
  std::string log_origin;        ///< "tilleuls/audit/gw1"
  std::string node;
  const base::Clock* clock = nullptr;  ///< of the machine when none is given
  base::Random* random = nullptr;      ///< of the machine when none is given
  std::uint64_t reserve =
      8 << 20;  ///< bytes kept aside for outcomes and audit records when the disk is full
  std::uint32_t log_pages =
      8000;  ///< pages in the write-ahead log before they are copied into the file
  /// Only the test that proves FULL to be needed says otherwise.
  bool unsafe_no_sync = false;
};

/// Opens (and creates) the store: takes the folder's lock, checks the schema's version, verifies
/// the end of the audit log, writes what was in the write-ahead log to disk once more, removes
/// orphan payload files. Faults: CH-STO-001 (another process holds the lock), -002 (schema of a
/// later version), -003 (the audit log does not match its tree), -004 (a library error), -005 (the
/// folder holds another log), -006 (another program's file), -007 (the folder).
Result<std::unique_ptr<Store>> open_sqlite(const SqliteOptions& options);

}  // namespace charmille::store
