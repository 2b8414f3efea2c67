#include "gateway/store/sqlite/sqlite_store.h"

#include "gateway/store/payload_file.h"
#include "gateway/store/sqlite/read.h"
#include "gateway/store/sqlite/schema.h"

namespace charmille::store::sqlite {
namespace {

/// A database file that is ours, in write-ahead mode, with nothing left in the log of a former
/// process.
Result<Connection> open_database(const Folder& folder, bool unsafe_no_sync) {
  auto db = Connection::open(folder.database(), Connection::Mode::create);
  if (!db) return db;
  // secure_delete: the bytes of an erased key or payload do not stay behind in free space of the
  // file.
  const std::string settings =
      std::string("PRAGMA page_size=4096; PRAGMA journal_mode=WAL; PRAGMA synchronous=") +
      (unsafe_no_sync ? "OFF" : "FULL") + "; PRAGMA secure_delete=FAST; PRAGMA cache_size=-16384";
  if (auto done = db->run(settings.c_str()); !done) return fail(done.error());
  if (auto done = prepare_schema(*db); !done) return fail(done.error());
  // After a failed sync, what the log seems to hold may be in memory only: copied and synced, it is
  // on disk.
  if (auto done = db->checkpoint_and_cut(); !done) return fail(done.error());
  if (auto done = sync_folder(folder.path()); !done) return fail(done.error());
  return db;
}

Result<void> remove_orphans(const Folder& folder, Connection& db) {
  return folder.remove_orphans([&db](const Uuid& id) {
    return db.query("SELECT 1 FROM payload WHERE id = ?1 AND in_file AND key IS NOT NULL", id)
        .next();
  });
}

}  // namespace

Result<std::vector<LeafRow>> SqliteStore::leaves(std::uint64_t first, std::uint32_t limit) {
  return read_all(
      *readers_, "SELECT seq, record, hash FROM leaf WHERE seq >= ?1 ORDER BY seq LIMIT ?2",
      [](Cursor& c) {
        return LeafRow{c.number(0), c.bytes(1), c.bytes(2)};
      },
      first, limit);
}

Result<std::vector<merkle::Digest>> SqliteStore::tile(merkle::TileId id) {
  auto loan = readers_->borrow();
  if (!loan) return fail(loan.error());
  return tile_source(**loan).tile(id);
}

Result<std::vector<merkle::Digest>> SqliteStore::leaf_hashes(std::uint64_t first,
                                                             std::uint64_t count) {
  auto loan = readers_->borrow();
  if (!loan) return fail(loan.error());
  return tile_source(**loan).leaves(first, count);
}

void SqliteStore::close() {
  readers_->close();
  committer_->close();
}

}  // namespace charmille::store::sqlite

namespace charmille::store {

Result<std::unique_ptr<Store>> open_sqlite(const SqliteOptions& options) {
  using namespace sqlite;
  const base::Clock& clock = options.clock != nullptr ? *options.clock : base::system_clock();
  auto folder = Folder::open(options.folder);
  if (!folder) return fail(folder.error());
  auto owned = std::make_unique<Folder>(std::move(*folder));
  auto db = open_database(*owned, options.unsafe_no_sync);
  if (!db) return fail(db.error());
  auto log =
      LeafLog::open(*db, {options.log_origin, options.node, &clock,
                          options.random != nullptr ? options.random : &base::system_random()});
  if (!log) return fail(log.error());
  if (auto done = remove_orphans(*owned, *db); !done) return fail(done.error());

  auto readers = std::make_unique<Readers>(owned->database());
  auto checkpoints = Connection::open(owned->database(), Connection::Mode::write);
  if (!checkpoints) return fail(checkpoints.error());
  if (options.unsafe_no_sync)
    if (auto done = checkpoints->run("PRAGMA synchronous=OFF"); !done) return fail(done.error());
  CommitterLimits limits;
  limits.reserve = options.reserve;
  limits.log_pages = options.log_pages;
  auto committer = std::make_unique<Committer>(std::move(*db), std::move(*checkpoints),
                                               std::move(*log), *owned, *readers, clock, limits);
  if (auto done = committer->start(); !done) return fail(done.error());
  return std::make_unique<SqliteStore>(std::move(owned), std::move(readers), std::move(committer));
}

}  // namespace charmille::store
