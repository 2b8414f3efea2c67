#include "gateway/audit/index.h"

#include "gateway/audit/glance.h"
#include "gateway/base/bytes.h"

namespace charmille::audit {
namespace {

using sqlite::Blob;
using sqlite::Connection;
using sqlite::Cursor;

constexpr int kVersion = 2;

// The key of an exchange is its first eight bytes, the time and twelve random bits: half the size,
// what came together lies together, and a collision only gives a leaf too many, which find() throws
// out again. Names (peers, endpoints, events) are small numbers.
constexpr char kTables[] = R"sql(
CREATE TABLE about(
  one INTEGER PRIMARY KEY CHECK(one = 1), version INTEGER NOT NULL, next INTEGER NOT NULL, last_hash BLOB NOT NULL) STRICT;
CREATE TABLE name(number INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE entry(
  seq INTEGER PRIMARY KEY, ts INTEGER NOT NULL, ev INTEGER NOT NULL, out INTEGER NOT NULL, peer INTEGER NOT NULL,
  endpoint INTEGER NOT NULL) STRICT;
CREATE INDEX entry_ts ON entry(ts);
CREATE INDEX entry_ev ON entry(ev);
CREATE INDEX entry_peer ON entry(peer) WHERE peer > 0;
CREATE INDEX entry_endpoint ON entry(endpoint) WHERE endpoint > 0;
CREATE TABLE exchange(id INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY(id, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE subject(tag BLOB NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY(tag, seq)) STRICT, WITHOUT ROWID;
)sql";

std::int64_t key_of(const base::Uuid& id) {
  std::uint64_t key = 0;
  for (std::size_t i = 0; i < 8; ++i) key = key << 8 | id.bytes[i];
  return static_cast<std::int64_t>(key);
}

/// A table of numbers (`seq`) to begin with, the most selective that the query allows.
#define ENTRY_FILTER                                                                             \
  "seq < ?1 AND (?2 IS NULL OR ts >= ?2) AND (?3 IS NULL OR ts < ?3) AND (?4 = 0 OR +ev = ?4) "  \
  "AND "                                                                                         \
  "(?5 = 0 OR +peer = ?5) AND (?6 = 0 OR +endpoint = ?6) AND (?7 < 0 OR out = ?7) ORDER BY seq " \
  "DESC LIMIT ?8"

/// The tags of one child stand one after the other in a blob, sixteen bytes each.
#define OF_SUBJECTS(blob)                                                                   \
  "SELECT subject.seq FROM subject WHERE tag IN (WITH RECURSIVE one(tag, rest) AS (SELECT " \
  "substr(" blob ", 1, 16), substr(" blob                                                   \
  ", 17) UNION ALL SELECT substr(rest, 1, 16), "                                            \
  "substr(rest, 17) FROM one WHERE length(rest) > 0) SELECT tag FROM one)"

constexpr char kAll[] = "SELECT seq FROM entry WHERE " ENTRY_FILTER;
constexpr char kByExchange[] =
    "SELECT seq FROM entry WHERE seq IN (SELECT seq FROM exchange WHERE id = ?9) AND (?10 IS NULL "
    "OR seq IN (" OF_SUBJECTS("?10") ")) AND " ENTRY_FILTER;
constexpr char kBySubject[] =
    "SELECT seq FROM entry WHERE seq IN (" OF_SUBJECTS("?9") ") AND " ENTRY_FILTER;
constexpr char kByEvent[] = "SELECT seq FROM entry WHERE ev = ?9 AND " ENTRY_FILTER;
constexpr char kByPeer[] = "SELECT seq FROM entry WHERE peer > 0 AND peer = ?9 AND " ENTRY_FILTER;
constexpr char kByEndpoint[] =
    "SELECT seq FROM entry WHERE endpoint > 0 AND endpoint = ?9 AND " ENTRY_FILTER;
constexpr char kByTime[] =
    "SELECT seq FROM entry INDEXED BY entry_ts WHERE ts >= ?2 AND ts < ?3 AND " ENTRY_FILTER;

Result<std::vector<std::uint64_t>> numbers(Cursor cursor) {
  std::vector<std::uint64_t> found;
  for (;;) {
    auto row = cursor.next();
    if (!row) return fail(row.error());
    if (!*row) return found;
    found.push_back(cursor.number(0));
  }
}

Fault unknown_event(const std::string& value) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < merkle::event_count; ++i)
    names.push_back(merkle::name_of(static_cast<merkle::Event>(i)));
  const std::string_view near = base::nearest(value, names);
  return fault("CH-AUD-003", {},
               {{"value", base::printable(value, 60)},
                {"example", std::string(near.empty() ? "exchange.delivered" : near)}});
}

}  // namespace

Result<Index> Index::open(const std::filesystem::path& file) {
  auto db = Connection::open(file, Connection::Mode::create);
  if (!db) return fail(db.error());
  Index index(std::move(*db));
  if (auto loaded = index.load(); !loaded) return fail(loaded.error());
  return index;
}

void Index::remove(const std::filesystem::path& file) {
  std::error_code ignored;
  for (const char* end : {"", "-wal", "-shm"})
    std::filesystem::remove(file.string() + end, ignored);
}

Result<void> Index::load() {
  // NORMAL syncs at checkpoints only: a tail lost with the power is indexed again.
  if (auto done =
          db_.run("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-8192");
      !done)
    return done;
  auto tables = db_.query("SELECT 1 FROM sqlite_schema WHERE name = 'about'").next();
  if (!tables) return fail(tables.error());
  if (!*tables) {
    if (auto done = db_.run("BEGIN IMMEDIATE"); !done) return done;
    if (auto done = db_.run(kTables); !done) return done;
    if (auto done = db_.execute("INSERT INTO about VALUES(1, ?1, 0, x'')", kVersion); !done)
      return done;
    return db_.run("COMMIT");
  }
  auto about = db_.query("SELECT next, last_hash FROM about WHERE version = ?1", kVersion);
  auto ours = about.next();
  if (!ours) return fail(ours.error());
  if (!*ours) return fail("CH-STO-006");
  next_ = about.number(0);
  last_hash_ = about.bytes(1);
  auto names = db_.query("SELECT text, number FROM name");
  for (;;) {
    auto row = names.next();
    if (!row) return fail(row.error());
    if (!*row) return {};
    names_.emplace(names.bytes(0), names.integer(1));
  }
}

Result<void> Index::add(const std::vector<store::LeafRow>& leaves) {
  auto done = db_.run("BEGIN IMMEDIATE");
  for (std::size_t i = 0; done && i < leaves.size(); ++i) done = add_one(leaves[i]);
  const std::uint64_t next = leaves.back().seq + 1;
  if (done)
    done =
        db_.execute("UPDATE about SET next = ?1, last_hash = ?2", next, Blob{leaves.back().hash});
  if (done) done = db_.run("COMMIT");
  if (!done) {
    if (db_.in_transaction()) (void)db_.run("ROLLBACK");
    names_.clear();
    return done;
  }
  next_ = next;
  last_hash_ = leaves.back().hash;
  return db_.log_pages() > 2000 ? db_.checkpoint() : Result<void>{};
}

Result<void> Index::add_one(const store::LeafRow& leaf) {
  const Glance seen = glance(leaf.record);
  const auto ts = base::parse_rfc3339(seen.ts);
  const auto ev = merkle::event_of(seen.ev);
  auto peer = name_number(seen.peer);
  if (!peer) return fail(peer.error());
  auto endpoint = name_number(seen.endpoint);
  if (!endpoint) return fail(endpoint.error());
  // Events are counted from 1; 0 is a leaf whose record is gone.
  auto done = db_.execute(
      "INSERT INTO entry(seq, ts, ev, out, peer, endpoint) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
      leaf.seq, ts ? base::to_micros(*ts) : 0, ev ? static_cast<int>(*ev) + 1 : 0,
      seen.out.value_or(0), *peer, *endpoint);
  for (const std::string_view text :
       {seen.xch, seen.flow == seen.xch ? std::string_view{} : seen.flow}) {
    const auto id = base::Uuid::parse(text);
    if (done && id)
      done = db_.execute("INSERT OR IGNORE INTO exchange(id, seq) VALUES(?1, ?2)", key_of(*id),
                         leaf.seq);
  }
  for (const std::string_view tag : seen.tags) {
    const auto bytes = base::from_hex(tag);
    if (done && bytes)
      done = db_.execute("INSERT OR IGNORE INTO subject(tag, seq) VALUES(?1, ?2)", Blob{*bytes},
                         leaf.seq);
  }
  return done;
}

Result<std::int64_t> Index::name_number(std::string_view name) {
  if (name.empty()) return 0;
  const auto found = names_.find(name);
  if (found != names_.end()) return found->second;
  auto done = db_.execute("INSERT OR IGNORE INTO name(text) VALUES(?1)", name);
  if (!done) return fail(done.error());
  auto number = known_name(name);
  if (number) names_.emplace(name, *number);
  return number;
}

Result<std::int64_t> Index::known_name(std::string_view name) {
  if (name.empty()) return 0;
  auto cursor = db_.query("SELECT number FROM name WHERE text = ?1", name);
  auto row = cursor.next();
  if (!row) return fail(row.error());
  return *row ? cursor.integer(0) : -1;
}

Result<std::vector<std::uint64_t>> Index::find(const Query& q, std::uint32_t limit) {
  std::int64_t ev = 0;
  if (!q.event.empty()) {
    const auto event = merkle::event_of(q.event);
    if (!event) return fail(unknown_event(q.event));
    ev = static_cast<std::int64_t>(*event) + 1;
  }
  auto peer = known_name(q.peer);
  if (!peer) return fail(peer.error());
  auto endpoint = known_name(q.endpoint);
  if (!endpoint) return fail(endpoint.error());
  const auto before = static_cast<std::int64_t>(std::min<std::uint64_t>(q.before, INT64_MAX));
  const std::int64_t out = q.outcome ? static_cast<std::int64_t>(*q.outcome) : -1;
  const auto ask = [&](const char* sql, const auto&... key) {
    return numbers(
        db_.query(sql, before, q.since, q.until, ev, *peer, *endpoint, out, limit, key...));
  };
  std::string all_tags;
  for (const crypto::Tag& tag : q.subjects) all_tags += base::as_text(tag);
  std::optional<Blob> tags;
  if (!all_tags.empty()) tags = Blob{all_tags};
  if (q.exchange) return ask(kByExchange, key_of(*q.exchange), tags);
  if (tags) return ask(kBySubject, *tags);
  if (*peer != 0) return ask(kByPeer, *peer);
  if (*endpoint != 0) return ask(kByEndpoint, *endpoint);
  if (ev != 0) return ask(kByEvent, ev);
  if (q.since && q.until) return ask(kByTime);
  return ask(kAll);
}

}  // namespace charmille::audit
