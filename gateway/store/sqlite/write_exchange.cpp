// How an exchange is written, and how the heads of the lanes are kept.
//
// Each lane has at most one row with Work::head: its oldest open delivery, when that one may go.
// What is ready is then one short range of one index, however many deliveries wait behind.
#include "gateway/store/sqlite/writer.h"

namespace charmille::store::sqlite {
namespace {

bool may_go(State state) {
  return state == State::queued || state == State::sending || state == State::deferred;
}

/// Of an inbound exchange; and of an outbound one as if another stood before it.
Work work_of(const Exchange& x) {
  if (x.direction == Direction::out) return is_final(x.state) ? Work::none : Work::behind;
  if (x.state == State::waiting) return Work::waiting;
  // A person decides; its source waits too.
  if (x.state == State::parked || x.state == State::held) return Work::parked;
  if (x.state == State::received || x.state == State::processing || x.settle_pending)
    return Work::resume;
  return Work::none;
}

bool is_open(Work work) {
  return work == Work::head || work == Work::behind;
}

}  // namespace

Result<void> Writer::write(const PutExchange& w) {
  const Exchange& x = w.exchange;
  Standing old;
  {
    Cursor found =
        db_.query("SELECT number, state, work, due, lane FROM exchange WHERE id = ?1", x.id);
    auto row = found.next();
    if (!row) return fail(row.error());
    if (!*row) return insert_exchange(x);
    if (found.view(4) != x.lane)
      return fail("CH-STO-012", {}, {{"reason", "a delivery never changes its lane"}});
    old = {found.integer(0), static_cast<State>(found.small(1)), static_cast<Work>(found.small(2)),
           found.integer(3)};
  }
  return update_exchange(x, old);
}

Result<void> Writer::insert_exchange(const Exchange& x) {
  Work work = work_of(x);
  if (work == Work::behind && may_go(x.state)) {
    auto others =
        yields(db_.query("SELECT 1 FROM exchange WHERE lane = ?1 AND work > 3 LIMIT 1", x.lane));
    if (!others) return fail(others.error());
    if (!*others) work = Work::head;
  }
  count(x.state, 1);
  if (x.direction == Direction::in) {
    Time& last = arrivals_[x.partner];
    last = std::max(last, x.created);
  }
  return db_.execute(
      "INSERT INTO exchange(id, flow, cause, organisation, direction, state, work, partner, "
      "endpoint, route, lane, lot, "
      "lot_file, created, updated, due, attempts, fault_code, fault_detail, accepted, refused, "
      "payload, metadata, "
      "settle_pending, version, since) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
      "?13, ?14, ?15, ?16, ?17, ?18, "
      "?19, ?20, ?21, ?22, ?23, ?24, 1, ?25)",
      x.id, x.flow, UuidOrNull{x.cause}, x.organisation, x.direction, x.state, work, x.partner,
      x.endpoint, x.route, x.lane, x.lot, x.lot_file, x.created, x.updated, x.due, x.attempts,
      x.fault_code, BlobOrNull{x.fault_detail}, x.accepted, x.refused, x.payload,
      BlobOrNull{x.metadata}, x.settle_pending, x.since);
}

Result<void> Writer::update_exchange(const Exchange& x, const Standing& old) {
  count(old.state, -1);
  count(x.state, 1);
  Work work = work_of(x);
  if (x.direction == Direction::in) return move_exchange(x, old, work);
  const bool open = is_open(work);
  const bool same_place =
      open == is_open(old.work) && (!open || may_go(x.state) == may_go(old.state));
  if (same_place) return move_exchange(x, old, old.work);
  if (auto done = move_exchange(x, old, work); !done) return done;
  return settle_lane(x.lane, open && !is_open(old.work));
}

// Two forms of one statement: SQLite rewrites every index entry whose columns are named, so the
// usual update of a row that keeps its place in the work names none of them. A flow changes only
// when a file joins its lot, which changes its place too.
Result<void> Writer::move_exchange(const Exchange& x, const Standing& old, Work work) {
  if (work == old.work && (work == Work::none || base::to_micros(x.due) == old.due)) {
    return db_.execute(
        "UPDATE exchange SET state = ?2, lot = ?3, lot_file = ?4, updated = ?5, attempts = ?6, "
        "fault_code = ?7, "
        "fault_detail = ?8, accepted = ?9, refused = ?10, payload = ?11, metadata = ?12, "
        "settle_pending = ?13, since = ?14, "
        "version = version + 1 WHERE number = ?1",
        old.number, x.state, x.lot, x.lot_file, x.updated, x.attempts, x.fault_code,
        BlobOrNull{x.fault_detail}, x.accepted, x.refused, x.payload, BlobOrNull{x.metadata},
        x.settle_pending, x.since);
  }
  return db_.execute(
      "UPDATE exchange SET state = ?2, lot = ?3, lot_file = ?4, updated = ?5, attempts = ?6, "
      "fault_code = ?7, "
      "fault_detail = ?8, accepted = ?9, refused = ?10, payload = ?11, metadata = ?12, "
      "settle_pending = ?13, "
      "version = version + 1, work = ?14, due = ?15, since = ?16, flow = ?17 WHERE number = ?1",
      old.number, x.state, x.lot, x.lot_file, x.updated, x.attempts, x.fault_code,
      BlobOrNull{x.fault_detail}, x.accepted, x.refused, x.payload, BlobOrNull{x.metadata},
      x.settle_pending, work, x.due, x.since, x.flow);
}

Result<void> Writer::settle_lane(const std::string& lane, bool reopened) {
  std::int64_t oldest = 0;
  Work want{};
  {
    Cursor found = db_.query(
        "SELECT number, state, work FROM exchange WHERE lane = ?1 AND work > 3 ORDER BY number "
        "LIMIT 1",
        lane);
    auto row = found.next();
    if (!row) return fail(row.error());
    if (!*row) return {};
    oldest = found.integer(0);
    want = may_go(static_cast<State>(found.small(1))) ? Work::head : Work::behind;
    if (!reopened && want == static_cast<Work>(found.small(2))) return {};
  }
  if (reopened) {  // an older delivery came back: who stood at the head steps behind it
    auto done = db_.execute(
        "UPDATE exchange SET work = 5 WHERE lane = ?1 AND work > 3 AND work = 4 AND number <> ?2",
        lane, oldest);
    if (!done) return done;
  }
  return db_.execute("UPDATE exchange SET work = ?2 WHERE number = ?1", oldest, want);
}

}  // namespace charmille::store::sqlite
