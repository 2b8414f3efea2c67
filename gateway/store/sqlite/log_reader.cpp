// The audit log read without opening its store.
#include "gateway/store/sqlite/database.h"
#include "gateway/store/store.h"

namespace charmille::store::sqlite {
namespace {

class SqliteLogReader final : public LogReader {
 public:
  explicit SqliteLogReader(Connection db) : db_(std::move(db)) {}

  Result<Tree> tree() override {
    Cursor found =
        db_.query("SELECT origin, size, frontier, (SELECT count(*) FROM tile) FROM tree");
    auto row = found.next();
    if (!row) return fail(row.error());
    if (!*row) return Tree{};
    return Tree{found.bytes(0), found.number(1), found.bytes(2), found.number(3)};
  }

  // In pages, each a short read transaction: a long one would keep the write-ahead log from being
  // cut.
  Result<void> each_leaf(std::uint64_t first,
                         const std::function<bool(const LeafView&)>& take) override {
    constexpr int kPage = 10'000;
    auto next = first == 0 ? INT64_MIN : static_cast<std::int64_t>(first);
    for (int rows = kPage; rows == kPage;) {
      rows = 0;
      Cursor found = db_.query(
          "SELECT seq, record, hash FROM leaf WHERE seq >= ?1 ORDER BY seq LIMIT ?2", next, kPage);
      for (;; ++rows) {
        auto row = found.next();
        if (!row) return fail(row.error());
        if (!*row) break;
        next = found.integer(0) + 1;
        if (!take({found.integer(0), found.view(1), found.view(2)})) return {};
      }
    }
    return {};
  }

  Result<std::optional<Bytes>> tile(merkle::TileId id) override {
    Cursor found =
        db_.query("SELECT hashes FROM tile WHERE level = ?1 AND idx = ?2", id.level, id.index);
    auto row = found.next();
    if (!row) return fail(row.error());
    if (!*row) return std::nullopt;
    return found.bytes(0);
  }

 private:
  Connection db_;
};

}  // namespace
}  // namespace charmille::store::sqlite

namespace charmille::store {

Result<std::unique_ptr<LogReader>> read_sqlite_log(const std::filesystem::path& folder) {
  auto db = sqlite::Connection::open(folder / "charmille.db", sqlite::Connection::Mode::read);
  if (!db) return fail(db.error());
  return std::make_unique<sqlite::SqliteLogReader>(std::move(*db));
}

}  // namespace charmille::store
