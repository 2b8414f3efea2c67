#include "gateway/store/sqlite/writer.h"

namespace charmille::store::sqlite {

Result<void> Writer::open() {
  Cursor cursor = db_.query("SELECT next_history FROM tree");
  auto row = cursor.next();
  if (!row) return fail(row.error());
  if (*row) next_history_ = committed_history_ = cursor.integer(0);
  Cursor open = db_.query("SELECT n FROM tally WHERE what = ?1", Tally::quarantine_open);
  auto counted = open.next();
  if (!counted) return fail(counted.error());
  if (*counted) quarantine_open_ = open.integer(0);
  return {};
}

Result<bool> Writer::holds(const Unit& unit) {
  for (const Precondition& precondition : unit.preconditions) {
    auto held = std::visit([this](const auto& p) { return check(p); }, precondition);
    if (!held || !*held) return held;
  }
  return true;
}

Result<void> Writer::apply(const Unit& unit) {
  for (const Write& w : unit.writes) {
    auto done = std::visit([this](const auto& one) { return write(one); }, w);
    if (!done) return done;
  }
  return {};
}

Result<void> Writer::finish() {
  constexpr char kTally[] =
      "INSERT INTO tally(what, n) VALUES(?1, ?2) ON CONFLICT(what) DO UPDATE SET n = n + ?2";
  constexpr char kArrival[] =
      "INSERT INTO arrival(partner, at) VALUES(?1, ?2) ON CONFLICT(partner) DO UPDATE SET at = "
      "max(at, ?2)";
  for (const auto& [what, change] : tally_) {
    if (change == 0) continue;
    if (auto done = db_.execute(kTally, what, change); !done) return done;
  }
  for (const auto& [partner, at] : arrivals_) {
    if (auto done = db_.execute(kArrival, partner, at); !done) return done;
  }
  if (next_history_ == committed_history_) return {};
  return db_.execute("UPDATE tree SET next_history = ?1", next_history_);
}

std::vector<Uuid> Writer::committed() {
  committed_history_ = next_history_;
  quarantine_open_ += tally_[static_cast<int>(Tally::quarantine_open)];
  tally_.clear();
  arrivals_.clear();
  return std::exchange(dropped_, {});
}

void Writer::rolled_back() {
  next_history_ = committed_history_;
  tally_.clear();
  arrivals_.clear();
  dropped_.clear();
  last_child_ = {};
}

Result<bool> Writer::yields(Cursor cursor) {
  return cursor.next();
}

// --- Preconditions

Result<bool> Writer::check(const ExchangeAt& p) {
  return yields(
      db_.query("SELECT 1 FROM exchange WHERE id = ?1 AND version = ?2", p.id, p.version));
}

Result<bool> Writer::check(const ChildAt& p) {
  Cursor cursor = db_.query("SELECT version FROM child WHERE id = ?1", p.id);
  auto row = cursor.next();
  if (!row) return fail(row.error());
  return *row ? p.version != 0 && cursor.number(0) == p.version : p.version == 0;
}

Result<bool> Writer::check(const SettingIs& p) {
  Cursor cursor = db_.query("SELECT value FROM setting WHERE key = ?1", p.key);
  auto row = cursor.next();
  if (!row) return fail(row.error());
  return *row ? p.value && cursor.bytes(0) == *p.value : !p.value;
}

Result<bool> Writer::check(const IdentifierFree& p) {
  auto taken = yields(db_.query("SELECT 1 FROM identifier WHERE lookup = ?1", Blob{p.lookup}));
  if (!taken) return taken;
  return !*taken;
}

Result<bool> Writer::check(const NoIdempotency& p) {
  auto known = yields(db_.query("SELECT 1 FROM idempotency WHERE key = ?1 AND expires > ?2",
                                Blob{p.key}, clock_.now()));
  if (!known) return known;
  return !*known;
}

Result<bool> Writer::check(const NamesAt& p) {
  Cursor cursor = db_.query(kNamed, Blob{p.name}, most_named);
  std::vector<Uuid> found;
  for (;;) {
    auto row = cursor.next();
    if (!row) return fail(row.error());
    if (!*row) return found == p.exchanges;
    found.push_back(cursor.uuid(0));
  }
}

// --- Writes

Result<void> Writer::write(const PutPayload& w) {
  const PayloadRow& p = w.payload;
  return db_.execute(
      "INSERT INTO payload(id, size, sha256, key, in_file, created, body) VALUES(?1, ?2, ?3, ?4, "
      "?5, ?6, ?7)",
      p.id, p.size, Blob{p.sha256}, BlobOrNull{p.key}, p.in_file, p.created, BlobOrNull{p.body});
}

Result<void> Writer::write(const DropPayload& w) {
  dropped_.push_back(w.id);
  return db_.execute("UPDATE payload SET key = NULL, body = NULL WHERE id = ?1", w.id);
}

Result<void> Writer::write(const PutIdempotency& w) {
  return db_.execute(
      "INSERT OR REPLACE INTO idempotency(key, sha256, exchange, expires) VALUES(?1, ?2, ?3, ?4)",
      Blob{w.key}, Blob{w.sha256}, w.exchange, w.expires);
}

Result<void> Writer::write(const PurgeIdempotency& w) {
  return db_.execute("DELETE FROM idempotency WHERE expires < ?1", w.before);
}

Result<void> Writer::write(const PutName& w) {
  return db_.execute("INSERT OR IGNORE INTO name(name, exchange, part) VALUES(?1, ?2, ?3)",
                     Blob{w.name}, w.exchange, w.part);
}

Result<void> Writer::write(const PutQuarantine& w) {
  const QuarantineRow& q = w.entry;
  Cursor found = db_.query(
      "SELECT number, closed FROM quarantine WHERE organisation = ?1 AND partner = ?2 AND record = "
      "?3 AND rule = ?4",
      q.organisation, q.partner, Blob{q.record}, q.rule);
  auto row = found.next();
  if (!row) return fail(row.error());
  if (!*row) {
    count(Tally::quarantine_open, 1);
    return db_.execute(
        "INSERT INTO quarantine(organisation, partner, endpoint, record, rule, exchange, place, "
        "local_id, first_seen, "
        "last_seen, seen, closed, closed_by) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 1, "
        "NULL, '')",
        q.organisation, q.partner, q.endpoint, Blob{q.record}, q.rule, q.exchange,
        BlobOrNull{q.place}, BlobOrNull{q.local_id}, q.first_seen, q.last_seen);
  }
  if (!found.is_null(1)) count(Tally::quarantine_open, 1);
  return db_.execute(
      "UPDATE quarantine SET endpoint = ?2, exchange = ?3, place = ?4, local_id = ?5, last_seen = "
      "max(last_seen, ?6), "
      "seen = seen + 1, closed = NULL, closed_by = '' WHERE number = ?1",
      found.integer(0), q.endpoint, q.exchange, BlobOrNull{q.place}, BlobOrNull{q.local_id},
      q.last_seen);
}

Result<void> Writer::write(const CloseQuarantine& w) {
  auto done = db_.execute(
      "UPDATE quarantine SET closed = ?5, closed_by = ?6 WHERE organisation = ?1 AND partner = ?2 "
      "AND record = ?3 "
      "AND (?4 = '' OR rule = ?4) AND closed IS NULL",
      w.organisation, w.partner, Blob{w.record}, w.rule, w.at, w.by);
  if (done) count(Tally::quarantine_open, -db_.changed());
  return done;
}

Result<void> Writer::write(const PutLot& w) {
  const LotRow& l = w.lot;
  return db_.execute(
      "INSERT OR REPLACE INTO lot(organisation, endpoint, key, period, digest, exchange, "
      "first_file, completed, state) "
      "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
      l.organisation, l.endpoint, l.key, l.period, BlobOrNull{l.digest}, UuidOrNull{l.exchange},
      l.first_file, l.completed, l.state);
}

Result<void> Writer::write(const PutAdapterState& w) {
  return db_.execute(
      "INSERT OR REPLACE INTO adapter_state(endpoint, key, value) VALUES(?1, ?2, ?3)", w.endpoint,
      w.key, Blob{w.value});
}

Result<void> Writer::write(const EraseAdapterState& w) {
  return db_.execute("DELETE FROM adapter_state WHERE endpoint = ?1 AND key = ?2", w.endpoint,
                     w.key);
}

Result<void> Writer::write(const PutSetting& w) {
  return db_.execute("INSERT OR REPLACE INTO setting(key, value) VALUES(?1, ?2)", w.key,
                     Blob{w.value});
}

Result<void> Writer::write(const RaiseSetting& w) {
  const std::string number = std::to_string(w.number);
  return db_.execute(
      "INSERT INTO setting(key, value) VALUES(?1, ?2) ON CONFLICT(key) DO UPDATE SET value = ?2 "
      "WHERE CAST(CAST(value AS TEXT) AS INTEGER) < ?3",
      w.key, Blob{number}, w.number);
}

}  // namespace charmille::store::sqlite
