#include "adapters/directory/cache.h"

namespace charmille::adapters::directory {
namespace {

using sqlite::Blob;
using sqlite::Connection;

constexpr int version = 1;

constexpr char tables[] = R"sql(
CREATE TABLE about(version INTEGER NOT NULL, directory TEXT NOT NULL) STRICT;
CREATE TABLE question(
  number INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, answered INTEGER NOT NULL, whole INTEGER NOT NULL,
  complete INTEGER NOT NULL) STRICT;
CREATE TABLE resource(
  number INTEGER PRIMARY KEY, type TEXT NOT NULL, id TEXT NOT NULL, updated TEXT NOT NULL, body TEXT NOT NULL,
  UNIQUE(type, id)) STRICT;
CREATE TABLE answer(
  question INTEGER NOT NULL, rank INTEGER NOT NULL, resource INTEGER NOT NULL, beside INTEGER NOT NULL,
  PRIMARY KEY(question, rank)) STRICT, WITHOUT ROWID;
CREATE INDEX answer_resource ON answer(resource);
)sql";

void remove_file(const std::filesystem::path& file) {
  std::error_code ignored;
  for (const char* end : {"", "-wal", "-shm"})
    std::filesystem::remove(file.string() + end, ignored);
}

}  // namespace

Result<Cache> Cache::open(const std::filesystem::path& file, const std::string& directory) {
  for (const bool last : {false, true}) {
    auto db = Connection::open(file, Connection::Mode::create);
    if (!db) return fail(db.error());
    Cache cache(std::move(*db));
    auto prepared = cache.prepare(directory);
    if (prepared) return cache;
    if (last) return fail(prepared.error());
    // Whatever is wrong with it: the directory gives it all back.
    remove_file(file);
  }
  return fail("CH-STO-006");
}

Result<void> Cache::prepare(const std::string& directory) {
  // NORMAL: what a loss of power takes is asked again.
  if (auto done = db_.run("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL"); !done) return done;
  const auto there = db_.query("SELECT 1 FROM sqlite_schema WHERE name = 'about'").next();
  if (!there) return fail(there.error());
  if (!*there) {
    if (auto done = db_.run("BEGIN IMMEDIATE"); !done) return done;
    if (auto done = db_.run(tables); !done) return done;
    if (auto done = db_.execute("INSERT INTO about VALUES(?1, ?2)", version, directory); !done)
      return done;
    return db_.run("COMMIT");
  }
  const auto ours =
      db_.query("SELECT 1 FROM about WHERE version = ?1 AND directory = ?2", version, directory)
          .next();
  if (!ours) return fail(ours.error());
  if (!*ours) return fail("CH-STO-006");
  return {};
}

Result<std::optional<Kept>> Cache::find(const std::string& question) {
  auto row = db_.query("SELECT number, answered, whole, complete FROM question WHERE digest = ?1",
                       Blob{question});
  const auto there = row.next();
  if (!there) return fail(there.error());
  if (!*there) return std::nullopt;
  Kept kept{row.time(1), row.time(2), row.flag(3), {}};
  auto rows = db_.query(
      "SELECT type, id, updated, body, beside FROM answer JOIN resource ON resource.number = "
      "answer.resource WHERE question = ?1 ORDER BY rank",
      row.integer(0));
  for (;;) {
    const auto more = rows.next();
    if (!more) return fail(more.error());
    if (!*more) return kept;
    kept.entries.push_back(
        {rows.bytes(0), rows.bytes(1), rows.bytes(2), rows.bytes(3), rows.flag(4)});
  }
}

Result<void> Cache::put(const std::string& question, const Kept& kept, base::Time forget) {
  auto done = db_.run("BEGIN IMMEDIATE");
  if (done) done = write(question, kept, forget);
  if (done) done = db_.run("COMMIT");
  if (!done && db_.in_transaction()) (void)db_.run("ROLLBACK");
  if (done && db_.log_pages() > 1000) return db_.checkpoint();
  return done;
}

Result<void> Cache::write(const std::string& question, const Kept& kept, base::Time forget) {
  auto done = db_.execute(
      "DELETE FROM answer WHERE question IN (SELECT number FROM question WHERE digest = ?1 OR "
      "answered < ?2)",
      Blob{question}, forget);
  if (done)
    done = db_.execute("DELETE FROM question WHERE digest = ?1 OR answered < ?2", Blob{question},
                       forget);
  if (done)
    done = db_.execute(
        "INSERT INTO question(digest, answered, whole, complete) VALUES(?1, ?2, ?3, ?4)",
        Blob{question}, kept.answered, kept.whole, kept.complete);
  const std::int64_t number = db_.last_rowid();
  int rank = 0;
  for (const Entry& entry : kept.entries) {
    if (!done) return done;
    done = db_.execute(
        "INSERT INTO resource(type, id, updated, body) VALUES(?1, ?2, ?3, ?4) ON CONFLICT(type, "
        "id) DO UPDATE SET updated = excluded.updated, body = excluded.body",
        entry.type, entry.id, entry.updated, entry.body);
    if (done)
      done = db_.execute(
          "INSERT INTO answer SELECT ?1, ?2, number, ?5 FROM resource WHERE type = ?3 AND id = ?4",
          number, rank++, entry.type, entry.id, entry.beside);
  }
  if (!done) return done;
  return db_.execute("DELETE FROM resource WHERE number NOT IN (SELECT resource FROM answer)");
}

}  // namespace charmille::adapters::directory
