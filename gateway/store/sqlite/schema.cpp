#include "gateway/store/sqlite/schema.h"

#include <array>
#include <string>

namespace charmille::store::sqlite {
namespace {

// Times are microseconds since 1970. Children are named by small numbers inside, so that what
// belongs to one child lies together and keys stay short. What is looked up by a random key
// (identifier) has short rows and nothing else: it is the part whose pages never lie together.
// Indexes of open work are partial: finished exchanges cost them nothing.
constexpr char kTables[] = R"sql(
CREATE TABLE exchange(
  number INTEGER PRIMARY KEY, id BLOB NOT NULL, flow BLOB NOT NULL, cause BLOB,
  organisation TEXT NOT NULL, direction INTEGER NOT NULL, state INTEGER NOT NULL, work INTEGER NOT NULL,
  partner TEXT NOT NULL, endpoint TEXT NOT NULL, route TEXT NOT NULL, lane TEXT NOT NULL,
  lot TEXT NOT NULL, lot_file TEXT NOT NULL,
  created INTEGER NOT NULL, updated INTEGER NOT NULL, due INTEGER NOT NULL, since INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  fault_code TEXT NOT NULL, fault_detail BLOB, accepted INTEGER NOT NULL, refused INTEGER NOT NULL,
  payload BLOB, metadata BLOB, settle_pending INTEGER NOT NULL, version INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX exchange_id ON exchange(id);
CREATE INDEX exchange_flow ON exchange(flow) WHERE flow <> id;
CREATE INDEX exchange_work ON exchange(work, endpoint, due) WHERE work > 0;
CREATE INDEX exchange_lane ON exchange(lane) WHERE work > 3;

CREATE TABLE payload(
  number INTEGER PRIMARY KEY, id BLOB NOT NULL, size INTEGER NOT NULL, sha256 BLOB NOT NULL, key BLOB,
  in_file INTEGER NOT NULL, created INTEGER NOT NULL, body BLOB) STRICT;
CREATE UNIQUE INDEX payload_id ON payload(id);

CREATE TABLE idempotency(
  key BLOB PRIMARY KEY, sha256 BLOB NOT NULL, exchange BLOB NOT NULL, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE child(
  number INTEGER PRIMARY KEY, id BLOB NOT NULL, organisation TEXT NOT NULL, key BLOB, tag BLOB NOT NULL,
  version INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX child_id ON child(id);
CREATE TABLE identifier(lookup BLOB PRIMARY KEY, child INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE identifier_text(
  child INTEGER NOT NULL, lookup BLOB NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY(child, lookup)) STRICT, WITHOUT ROWID;
CREATE TABLE statement(
  child INTEGER NOT NULL, source TEXT NOT NULL, section TEXT NOT NULL, extracted INTEGER NOT NULL, lot TEXT NOT NULL,
  exchange BLOB NOT NULL, digest BLOB NOT NULL, withdrawn INTEGER NOT NULL, recorded INTEGER NOT NULL, body BLOB,
  PRIMARY KEY(child, source, section)) STRICT, WITHOUT ROWID;
CREATE TABLE statement_history(
  child INTEGER NOT NULL, ordinal INTEGER NOT NULL, source TEXT NOT NULL, section TEXT NOT NULL,
  extracted INTEGER NOT NULL, lot TEXT NOT NULL, exchange BLOB NOT NULL, digest BLOB NOT NULL,
  withdrawn INTEGER NOT NULL, recorded INTEGER NOT NULL, body BLOB,
  PRIMARY KEY(child, ordinal)) STRICT, WITHOUT ROWID;
CREATE TABLE projection(
  child INTEGER NOT NULL, destination TEXT NOT NULL, confirmed BLOB, queued BLOB, delivery BLOB,
  PRIMARY KEY(child, destination)) STRICT, WITHOUT ROWID;
CREATE INDEX projection_delivery ON projection(delivery) WHERE delivery IS NOT NULL;

CREATE TABLE quarantine(
  number INTEGER PRIMARY KEY, organisation TEXT NOT NULL, partner TEXT NOT NULL, endpoint TEXT NOT NULL,
  record BLOB NOT NULL, rule TEXT NOT NULL, exchange BLOB NOT NULL, place BLOB, local_id BLOB,
  first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, seen INTEGER NOT NULL, closed INTEGER,
  closed_by TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX quarantine_record ON quarantine(organisation, partner, record, rule);
CREATE INDEX quarantine_open ON quarantine(partner) WHERE closed IS NULL;
CREATE TABLE lot(
  organisation TEXT NOT NULL, endpoint TEXT NOT NULL, key TEXT NOT NULL, period TEXT NOT NULL, digest BLOB,
  exchange BLOB, first_file INTEGER NOT NULL, completed INTEGER NOT NULL, state TEXT NOT NULL,
  PRIMARY KEY(endpoint, key)) STRICT, WITHOUT ROWID;
CREATE INDEX lot_done ON lot(endpoint, period, completed) WHERE state = 'done';
CREATE INDEX lot_open ON lot(first_file) WHERE state IN ('open', 'complete');
CREATE TABLE adapter_state(
  endpoint TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY(endpoint, key)) STRICT, WITHOUT ROWID;
CREATE TABLE setting(key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE arrival(partner TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE tally(what INTEGER PRIMARY KEY, n INTEGER NOT NULL) STRICT;

CREATE TABLE leaf(seq INTEGER PRIMARY KEY, record BLOB NOT NULL, hash BLOB NOT NULL) STRICT;
CREATE TRIGGER leaf_update BEFORE UPDATE ON leaf BEGIN SELECT raise(ABORT, 'the audit log only grows'); END;
CREATE TRIGGER leaf_delete BEFORE DELETE ON leaf BEGIN SELECT raise(ABORT, 'the audit log only grows'); END;
CREATE TABLE tile(
  level INTEGER NOT NULL, idx INTEGER NOT NULL, hashes BLOB NOT NULL, PRIMARY KEY(level, idx)) STRICT;
CREATE TABLE tree(
  one INTEGER PRIMARY KEY CHECK(one = 1), origin TEXT NOT NULL, size INTEGER NOT NULL, frontier BLOB NOT NULL,
  next_history INTEGER NOT NULL) STRICT;
)sql";

// From version 1 to 2: who is who, and the documents of children. A child's claims lie together for
// its own sake (child_claims) and by key for everybody else's; an identifier of its own stands in
// `identifier` only.
constexpr char kLinks[] = R"sql(
ALTER TABLE child ADD COLUMN authority BLOB;
CREATE TABLE claim(
  key BLOB NOT NULL, child INTEGER NOT NULL, kind INTEGER NOT NULL, PRIMARY KEY(key, child)) STRICT, WITHOUT ROWID;
CREATE TABLE child_claims(child INTEGER PRIMARY KEY, claims BLOB NOT NULL) STRICT;
CREATE TABLE link(
  number INTEGER PRIMARY KEY AUTOINCREMENT, a INTEGER NOT NULL, b INTEGER NOT NULL, state INTEGER NOT NULL,
  rule TEXT NOT NULL, score INTEGER NOT NULL, since INTEGER NOT NULL, by TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX link_pair ON link(a, b);
CREATE INDEX link_b ON link(b);
CREATE TABLE stale(
  destination TEXT NOT NULL, child INTEGER NOT NULL, PRIMARY KEY(destination, child)) STRICT, WITHOUT ROWID;
CREATE TABLE document(
  child INTEGER NOT NULL, sha256 BLOB NOT NULL, payload BLOB NOT NULL, cleared TEXT NOT NULL,
  PRIMARY KEY(child, sha256)) STRICT, WITHOUT ROWID;
CREATE INDEX document_sha256 ON document(sha256);
)sql";

// From version 2 to 3: by what exchanges are found again. Ids of exchanges grow with time.
constexpr char kNames[] = R"sql(
CREATE TABLE name(
  name BLOB NOT NULL, exchange BLOB NOT NULL, part TEXT NOT NULL, PRIMARY KEY(name, exchange, part)) STRICT, WITHOUT ROWID;
)sql";

Result<std::int64_t> pragma(Connection& db, const char* sql) {
  Cursor cursor = db.query(sql);
  auto row = cursor.next();
  if (!row) return fail(row.error());
  return *row ? cursor.integer(0) : 0;
}

/// Brings the tables from `version` (0: none) to this program's, in one transaction.
Result<void> bring_up(Connection& db, std::int64_t version) {
  constexpr std::array kSteps{kTables, kLinks, kNames};
  static_assert(kSteps.size() == kSchemaVersion);
  if (auto done = db.run("BEGIN IMMEDIATE"); !done) return done;
  for (auto step = static_cast<std::size_t>(version); step < kSteps.size(); ++step)
    if (auto done = db.run(kSteps[step]); !done) return done;
  const std::string marks = "PRAGMA application_id=" + std::to_string(kApplication) +
                            "; PRAGMA user_version=" + std::to_string(kSchemaVersion) + "; COMMIT";
  return db.run(marks.c_str());
}

}  // namespace

Result<void> prepare_schema(Connection& db) {
  const auto tables = pragma(db, "SELECT count(*) FROM sqlite_schema");
  if (!tables) return fail(tables.error());
  if (*tables == 0) return bring_up(db, 0);
  const auto application = pragma(db, "PRAGMA application_id");
  if (!application) return fail(application.error());
  if (*application != kApplication) return fail("CH-STO-006");
  const auto version = pragma(db, "PRAGMA user_version");
  if (!version) return fail(version.error());
  if (*version > kSchemaVersion) {
    return fail("CH-STO-002", {},
                {{"version", std::to_string(*version)}, {"known", std::to_string(kSchemaVersion)}});
  }
  return *version < kSchemaVersion ? bring_up(db, *version) : Result<void>{};
}

}  // namespace charmille::store::sqlite
