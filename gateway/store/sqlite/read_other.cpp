// Reads of quarantine, lots, adapter state, settings and counts.
#include "gateway/store/sqlite/read.h"
#include "gateway/store/sqlite/sqlite_store.h"

namespace charmille::store::sqlite {
namespace {

#define QUARANTINE_COLUMNS                                                                    \
  "SELECT number, organisation, partner, endpoint, record, rule, exchange, place, local_id, " \
  "first_seen, last_seen, "                                                                   \
  "seen, closed, closed_by FROM quarantine "

QuarantineRow to_quarantine(Cursor& c) {
  QuarantineRow q;
  q.number = c.number(0);
  q.organisation = c.bytes(1);
  q.partner = c.bytes(2);
  q.endpoint = c.bytes(3);
  q.record = c.bytes(4);
  q.rule = c.bytes(5);
  q.exchange = c.uuid(6);
  q.place = c.bytes(7);
  q.local_id = c.bytes(8);
  q.first_seen = c.time(9);
  q.last_seen = c.time(10);
  q.seen = c.small(11);
  if (!c.is_null(12)) q.closed = c.time(12);
  q.closed_by = c.bytes(13);
  return q;
}

#define LOT_COLUMNS                                                                             \
  "SELECT organisation, endpoint, key, period, digest, exchange, first_file, completed, state " \
  "FROM lot "

LotRow to_lot(Cursor& c) {
  return {c.bytes(0), c.bytes(1), c.bytes(2), c.bytes(3), c.bytes(4),
          c.uuid(5),  c.time(6),  c.time(7),  c.bytes(8)};
}

}  // namespace

Result<std::vector<QuarantineRow>> SqliteStore::quarantine(const std::string& partner,
                                                           bool open_only, std::uint32_t limit) {
  constexpr char kOpen[] = QUARANTINE_COLUMNS
      "WHERE closed IS NULL AND (?1 = '' OR partner = ?1) ORDER BY last_seen DESC, number DESC "
      "LIMIT ?2";
  constexpr char kAll[] = QUARANTINE_COLUMNS
      "WHERE (?1 = '' OR partner = ?1) ORDER BY last_seen DESC, number DESC LIMIT ?2";
  if (open_only && !committer_->has_quarantine()) return std::vector<QuarantineRow>{};
  return open_only ? read_all(*readers_, kOpen, to_quarantine, partner, limit)
                   : read_all(*readers_, kAll, to_quarantine, partner, limit);
}

Result<std::optional<QuarantineRow>> SqliteStore::quarantine_entry(std::uint64_t number) {
  return read_one(*readers_, QUARANTINE_COLUMNS "WHERE number = ?1", to_quarantine, number);
}

Result<std::optional<LotRow>> SqliteStore::lot(const std::string& endpoint,
                                               const std::string& key) {
  return read_one(*readers_, LOT_COLUMNS "WHERE endpoint = ?1 AND key = ?2", to_lot, endpoint, key);
}

Result<std::optional<LotRow>> SqliteStore::last_lot(const std::string& endpoint,
                                                    const std::string& period) {
  return read_one(
      *readers_,
      LOT_COLUMNS
      "WHERE endpoint = ?1 AND period = ?2 AND state = 'done' ORDER BY completed DESC LIMIT 1",
      to_lot, endpoint, period);
}

Result<std::optional<LotRow>> SqliteStore::lot_done_until(const std::string& endpoint,
                                                          const std::string& key) {
  return read_one(*readers_,
                  LOT_COLUMNS
                  "WHERE endpoint = ?1 AND key <= ?2 AND state = 'done' ORDER BY key DESC LIMIT 1",
                  to_lot, endpoint, key);
}

Result<std::vector<LotRow>> SqliteStore::open_lots() {
  return read_all(*readers_, LOT_COLUMNS "WHERE state IN ('open', 'complete') ORDER BY first_file",
                  to_lot);
}

Result<Pairs> SqliteStore::adapter_state(const std::string& endpoint) {
  return read_all(
      *readers_, "SELECT key, value FROM adapter_state WHERE endpoint = ?1 ORDER BY key",
      [](Cursor& c) { return std::pair(c.bytes(0), c.bytes(1)); }, endpoint);
}

Result<std::optional<Bytes>> SqliteStore::setting(const std::string& key) {
  return read_one(
      *readers_, "SELECT value FROM setting WHERE key = ?1", [](Cursor& c) { return c.bytes(0); },
      key);
}

Result<std::optional<Time>> SqliteStore::last_arrival(const std::string& partner) {
  return read_one(
      *readers_, "SELECT at FROM arrival WHERE partner = ?1", [](Cursor& c) { return c.time(0); },
      partner);
}

Result<Counts> SqliteStore::counts() {
  auto tallies = read_all(
      *readers_,
      "SELECT what, n FROM tally WHERE n <> 0 UNION ALL SELECT -1, size FROM tree ORDER BY what",
      [](Cursor& c) { return std::pair(c.integer(0), c.number(1)); });
  if (!tallies) return fail(tallies.error());
  Counts counts;
  for (const auto& [what, n] : *tallies) {
    if (what == -1) {
      counts.leaves = n;
    } else if (what == static_cast<int>(Tally::children)) {
      counts.children = n;
    } else if (what == static_cast<int>(Tally::statements)) {
      counts.statements = n;
    } else if (what == static_cast<int>(Tally::quarantine_open)) {
      counts.quarantine_open = n;
    } else {
      counts.exchanges.emplace_back(static_cast<State>(what), n);
    }
  }
  return counts;
}

}  // namespace charmille::store::sqlite
