// Reads of exchanges, deliveries and payloads.
#include "gateway/store/sqlite/read.h"
#include "gateway/store/sqlite/sqlite_store.h"

namespace charmille::store::sqlite {
namespace {

#define EXCHANGE_COLUMNS                                                                       \
  "SELECT number, id, flow, cause, organisation, direction, state, partner, endpoint, route, " \
  "lane, lot, lot_file, "                                                                      \
  "created, updated, due, attempts, fault_code, fault_detail, accepted, refused, payload, "    \
  "metadata, "                                                                                 \
  "settle_pending, version, since FROM exchange "

Exchange to_exchange(Cursor& c) {
  Exchange x;
  x.number = c.number(0);
  x.id = c.uuid(1);
  x.flow = c.uuid(2);
  x.cause = c.uuid(3);
  x.organisation = c.bytes(4);
  x.direction = static_cast<Direction>(c.small(5));
  x.state = static_cast<State>(c.small(6));
  x.partner = c.bytes(7);
  x.endpoint = c.bytes(8);
  x.route = c.bytes(9);
  x.lane = c.bytes(10);
  x.lot = c.bytes(11);
  x.lot_file = c.bytes(12);
  x.created = c.time(13);
  x.updated = c.time(14);
  x.due = c.time(15);
  x.attempts = c.small(16);
  x.fault_code = c.bytes(17);
  x.fault_detail = c.bytes(18);
  x.accepted = c.number(19);
  x.refused = c.number(20);
  if (!c.is_null(21)) x.payload = c.uuid(21);
  x.metadata = c.bytes(22);
  x.settle_pending = c.flag(23);
  x.version = c.number(24);
  x.since = c.time(25);
  return x;
}

/// The states as bits, so that one prepared statement serves every choice. All bits: any state.
std::int64_t bits_of(const std::vector<State>& states) {
  if (states.empty()) return -1;
  std::int64_t bits = 0;
  for (const State state : states) bits |= std::int64_t{1} << static_cast<int>(state);
  return bits;
}

bool all_open(const std::vector<State>& states) {
  if (states.empty()) return false;
  for (const State state : states) {
    if (is_final(state)) return false;
  }
  return true;
}

// Every filter of ExchangeFilter but the flow; newest first. ?11 and ?12: lane and lot.
#define EXCHANGE_FILTER                                                                            \
  "number < ?1 AND (?2 = -1 OR direction = ?2) AND ((?3 >> state) & 1) AND (?4 = '' OR partner = " \
  "?4) "                                                                                           \
  "AND (?5 = '' OR endpoint = ?5) AND (?6 = '' OR route = ?6) AND created >= ?7 AND created < ?8 " \
  "AND (?11 = '' OR lane = ?11) AND (?12 = '' OR lot = ?12) "

constexpr char kAny[] = EXCHANGE_COLUMNS "WHERE " EXCHANGE_FILTER "ORDER BY number DESC LIMIT ?9";
constexpr char kOpen[] = EXCHANGE_COLUMNS
    "INDEXED BY exchange_work WHERE work > 0 AND " EXCHANGE_FILTER "ORDER BY number DESC LIMIT ?9";
constexpr char kFlow[] = EXCHANGE_COLUMNS
    "WHERE number IN (SELECT number FROM exchange WHERE id = ?10 UNION SELECT number FROM exchange "
    "WHERE flow = ?10 AND flow <> id) AND " EXCHANGE_FILTER "ORDER BY number DESC LIMIT ?9";

}  // namespace

Result<std::optional<Exchange>> SqliteStore::exchange(const Uuid& id) {
  return read_one(*readers_, EXCHANGE_COLUMNS "WHERE id = ?1", to_exchange, id);
}

Result<std::vector<Exchange>> SqliteStore::exchanges(const ExchangeFilter& f) {
  const auto before = static_cast<std::int64_t>(std::min<std::uint64_t>(f.before, INT64_MAX));
  const std::int64_t direction = f.direction ? static_cast<std::int64_t>(*f.direction) : -1;
  const std::int64_t since = f.since ? base::to_micros(*f.since) : INT64_MIN;
  const std::int64_t until = f.until ? base::to_micros(*f.until) : INT64_MAX;
  const std::int64_t states = bits_of(f.states);
  const char* sql = f.flow ? kFlow : (all_open(f.states) ? kOpen : kAny);
  return read_all(*readers_, sql, to_exchange, before, direction, states, f.partner, f.endpoint,
                  f.route, since, until, f.limit, f.flow, f.lane, f.lot);
}

Result<std::vector<Exchange>> SqliteStore::unfinished_inbound(std::uint32_t limit) {
  return read_all(*readers_,
                  EXCHANGE_COLUMNS "WHERE work > 0 AND work = 1 ORDER BY number LIMIT ?1",
                  to_exchange, limit);
}

Result<std::vector<Exchange>> SqliteStore::ready_deliveries(const std::string& endpoint, Time now,
                                                            std::uint32_t limit) {
  return read_all(*readers_,
                  EXCHANGE_COLUMNS
                  "WHERE work > 0 AND work = 4 AND endpoint = ?1 AND due <= ?2 ORDER BY due, "
                  "number LIMIT ?3",
                  to_exchange, endpoint, now, limit);
}

Result<std::optional<Time>> SqliteStore::next_due(const std::string& endpoint, Time now) {
  return read_one(
      *readers_,
      "SELECT due FROM exchange WHERE work > 0 AND work = 4 AND endpoint = ?1 AND due > "
      "?2 ORDER BY due LIMIT 1",
      [](Cursor& c) { return c.time(0); }, endpoint, now);
}

Result<std::vector<std::pair<std::string, std::uint64_t>>> SqliteStore::deliveries_to_send() {
  return read_all(
      *readers_,
      "SELECT endpoint, count(*) FROM exchange WHERE work > 3 AND state IN (?1, ?2, ?3) "
      "GROUP BY endpoint",
      [](Cursor& c) { return std::pair(c.bytes(0), c.number(1)); }, State::queued, State::sending,
      State::deferred);
}

Result<std::vector<Exchange>> SqliteStore::open_deliveries(const std::string& lane) {
  return read_all(*readers_, EXCHANGE_COLUMNS "WHERE lane = ?1 AND work > 3 ORDER BY number",
                  to_exchange, lane);
}

Result<std::vector<Exchange>> SqliteStore::waiting_files(const std::string& endpoint,
                                                         const std::string& lot) {
  return read_all(*readers_,
                  EXCHANGE_COLUMNS
                  "WHERE work > 0 AND work = 2 AND endpoint = ?1 AND lot = ?2 "
                  "ORDER BY number",
                  to_exchange, endpoint, lot);
}

Result<std::vector<NamedRow>> SqliteStore::named(const Bytes& name) {
  return read_all(
      *readers_, kNamed,
      [](Cursor& c) {
        return NamedRow{c.uuid(0), c.bytes(1)};
      },
      Blob{name}, most_named);
}

Result<std::optional<std::pair<Uuid, Bytes>>> SqliteStore::idempotency(const Bytes& key) {
  return read_one(
      *readers_, "SELECT exchange, sha256 FROM idempotency WHERE key = ?1 AND expires > ?2",
      [](Cursor& c) { return std::pair(c.uuid(0), c.bytes(1)); }, Blob{key}, committer_->now());
}

Result<std::optional<PayloadRow>> SqliteStore::payload(const Uuid& id) {
  return read_one(
      *readers_, "SELECT id, size, sha256, key, in_file, created, body FROM payload WHERE id = ?1",
      [](Cursor& c) {
        return PayloadRow{c.uuid(0),  c.number(1), c.bytes(2), c.bytes(3),
                          c.bytes(6), c.flag(4),   c.time(5)};
      },
      id);
}

}  // namespace charmille::store::sqlite
