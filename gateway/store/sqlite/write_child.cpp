// How children, their statements and their projections are written.
#include "gateway/store/sqlite/writer.h"

namespace charmille::store::sqlite {

Result<std::int64_t> Writer::child_number(const Uuid& id) {
  if (last_child_.second != 0 && last_child_.first == id) return last_child_.second;
  Cursor found = db_.query("SELECT number FROM child WHERE id = ?1", id);
  auto row = found.next();
  if (!row) return fail(row.error());
  if (!*row)
    return fail("CH-STO-012", {}, {{"reason", "the unit names a child that is not there"}});
  last_child_ = {id, found.integer(0)};
  return last_child_.second;
}

Result<void> Writer::write(const PutChild& w) {
  const ChildRow& c = w.child;
  auto updated = db_.execute(
      "UPDATE child SET key = ?2, tag = ?3, authority = ?4, version = version + 1 "
      "WHERE id = ?1",
      c.id, BlobOrNull{c.key}, Blob{c.tag}, BlobOrNull{c.authority});
  if (!updated) return updated;
  if (db_.changed() > 0) {
    if (!c.key.empty()) return updated;
    auto erased = child_number(c.id);
    return erased ? drop_documents(*erased) : fail(erased.error());
  }
  auto inserted = db_.execute(
      "INSERT INTO child(id, organisation, key, tag, authority, version) "
      "VALUES(?1, ?2, ?3, ?4, ?5, 1)",
      c.id, c.organisation, BlobOrNull{c.key}, Blob{c.tag}, BlobOrNull{c.authority});
  if (!inserted) return inserted;
  last_child_ = {c.id, db_.last_rowid()};
  count(Tally::children, 1);
  return {};
}

Result<void> Writer::write(const PutIdentifier& w) {
  auto child = child_number(w.child);
  if (!child) return fail(child.error());
  auto known = db_.query("SELECT child FROM identifier WHERE lookup = ?1", Blob{w.lookup});
  auto row = known.next();
  if (!row) return fail(row.error());
  // An identifier leads to one child: links between children are made above, never by moving an
  // identifier.
  if (*row && known.integer(0) != *child)
    return fail("CH-STO-012", {}, {{"reason", "the identifier belongs to another child"}});
  if (!*row)
    if (auto done = db_.execute("INSERT INTO identifier(lookup, child) VALUES(?1, ?2)",
                                Blob{w.lookup}, *child);
        !done)
      return done;
  return db_.execute(
      "INSERT OR REPLACE INTO identifier_text(child, lookup, sealed) VALUES(?1, ?2, ?3)", *child,
      Blob{w.lookup}, Blob{w.sealed});
}

Result<void> Writer::write(const PutStatement& w) {
  const StatementRow& s = w.statement;
  auto child = child_number(s.child);
  if (!child) return fail(child.error());
  bool known = false;
  {
    Cursor found = db_.query(
        "SELECT digest = ?4 AND withdrawn = ?5 FROM statement WHERE child = ?1 AND source = ?2 AND "
        "section = ?3",
        *child, s.source, s.section, Blob{s.digest}, s.withdrawn);
    auto row = found.next();
    if (!row) return fail(row.error());
    known = *row;
    if (known && found.flag(0)) {  // said again, unchanged: dated anew, and no history is made
      return db_.execute(
          "UPDATE statement SET extracted = ?4, lot = ?5, exchange = ?6 WHERE child = ?1 AND "
          "source = ?2 "
          "AND section = ?3",
          *child, s.source, s.section, s.extracted, s.lot, s.exchange);
    }
  }
  if (!known) {
    count(Tally::statements, 1);
    return db_.execute(
        "INSERT INTO statement(child, source, section, extracted, lot, exchange, digest, "
        "withdrawn, recorded, body) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        *child, s.source, s.section, s.extracted, s.lot, s.exchange, Blob{s.digest}, s.withdrawn,
        s.recorded, BlobOrNull{s.body});
  }
  auto kept = db_.execute(
      "INSERT INTO statement_history(child, ordinal, source, section, extracted, lot, exchange, "
      "digest, withdrawn, "
      "recorded, body) SELECT child, ?4, source, section, extracted, lot, exchange, digest, "
      "withdrawn, recorded, body "
      "FROM statement WHERE child = ?1 AND source = ?2 AND section = ?3",
      *child, s.source, s.section, next_history_++);
  if (!kept) return kept;
  return db_.execute(
      "UPDATE statement SET extracted = ?4, lot = ?5, exchange = ?6, digest = ?7, withdrawn = ?8, "
      "recorded = ?9, "
      "body = ?10 WHERE child = ?1 AND source = ?2 AND section = ?3",
      *child, s.source, s.section, s.extracted, s.lot, s.exchange, Blob{s.digest}, s.withdrawn,
      s.recorded, BlobOrNull{s.body});
}

Result<void> Writer::write(const PutStatementHistory& w) {
  const StatementRow& s = w.statement;
  auto child = child_number(s.child);
  if (!child) return fail(child.error());
  return db_.execute(
      "INSERT INTO statement_history(child, ordinal, source, section, extracted, lot, exchange, "
      "digest, withdrawn, "
      "recorded, body) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
      *child, next_history_++, s.source, s.section, s.extracted, s.lot, s.exchange, Blob{s.digest},
      s.withdrawn, s.recorded, BlobOrNull{s.body});
}

Result<void> Writer::write(const PutProjection& w) {
  const ProjectionRow& p = w.projection;
  auto child = child_number(p.child);
  if (!child) return fail(child.error());
  if (auto fresh = db_.execute("DELETE FROM stale WHERE destination = ?1 AND child = ?2",
                               p.destination, *child);
      !fresh)
    return fresh;
  return db_.execute(
      "INSERT OR REPLACE INTO projection(child, destination, confirmed, queued, delivery) "
      "VALUES(?1, ?2, ?3, ?4, ?5)",
      *child, p.destination, BlobOrNull{p.confirmed}, BlobOrNull{p.queued}, UuidOrNull{p.delivery});
}

Result<void> Writer::write(const MarkStale& w) {
  auto child = child_number(w.child);
  if (!child) return fail(child.error());
  if (!w.stale)
    return db_.execute("DELETE FROM stale WHERE destination = ?1 AND child = ?2", w.destination,
                       *child);
  if (auto raised = raise_version(*child); !raised) return raised;
  return db_.execute("INSERT OR IGNORE INTO stale(destination, child) VALUES(?1, ?2)",
                     w.destination, *child);
}

Result<void> Writer::raise_version(std::int64_t child) {
  return db_.execute("UPDATE child SET version = version + 1 WHERE number = ?1", child);
}

Result<void> Writer::write(const ConfirmProjections& w) {
  return db_.execute(
      "UPDATE projection SET confirmed = queued, queued = NULL, delivery = NULL WHERE delivery = "
      "?1",
      w.delivery);
}

Result<void> Writer::write(const ReleaseProjections& w) {
  if (w.tell_again) {
    auto raised = db_.execute(
        "UPDATE child SET version = version + 1 WHERE number IN (SELECT child FROM projection "
        "WHERE delivery = ?1)",
        w.delivery);
    if (!raised) return raised;
    auto marked = db_.execute(
        "INSERT OR IGNORE INTO stale(destination, child) SELECT destination, child FROM projection "
        "WHERE delivery = ?1",
        w.delivery);
    if (!marked) return marked;
  }
  return db_.execute(
      "UPDATE projection SET confirmed = iif(?2 AND confirmed IS NOT NULL, ?3, confirmed), "
      "queued = NULL, delivery = NULL WHERE delivery = ?1",
      w.delivery, w.may_have_arrived, Blob{unknown_digest});
}

}  // namespace charmille::store::sqlite
