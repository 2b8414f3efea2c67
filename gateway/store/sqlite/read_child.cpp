// Reads of children, their statements, identifiers and projections.
#include "gateway/store/sqlite/read.h"
#include "gateway/store/sqlite/sqlite_store.h"

namespace charmille::store::sqlite {
namespace {

#define CHILD_COLUMNS "SELECT id, organisation, key, tag, version, authority, number FROM child "

ChildRow to_child(Cursor& c) {
  return {c.uuid(0), c.bytes(1), c.bytes(2), c.bytes(3), c.number(4), c.bytes(5), c.number(6)};
}

#define STATEMENT_COLUMNS \
  "SELECT source, section, extracted, lot, exchange, digest, body, withdrawn, recorded FROM "

auto to_statement(const Uuid& child) {
  return [child](Cursor& c) {
    return StatementRow{child,     c.bytes(0), c.bytes(1), c.time(2), c.bytes(3),
                        c.uuid(4), c.bytes(5), c.bytes(6), c.flag(7), c.time(8)};
  };
}

}  // namespace

Result<std::optional<Uuid>> SqliteStore::child_by_identifier(const Bytes& lookup) {
  return read_one(
      *readers_,
      "SELECT child.id FROM identifier JOIN child ON child.number = identifier.child "
      "WHERE lookup = ?1",
      [](Cursor& c) { return c.uuid(0); }, Blob{lookup});
}

Result<std::optional<ChildRow>> SqliteStore::child(const Uuid& id) {
  return read_one(*readers_, CHILD_COLUMNS "WHERE id = ?1", to_child, id);
}

Result<std::vector<StatementRow>> SqliteStore::statements(const Uuid& child) {
  return read_all(
      *readers_,
      STATEMENT_COLUMNS
      "statement WHERE child = (SELECT number FROM child WHERE id = ?1) ORDER BY source, section",
      to_statement(child), child);
}

Result<std::vector<StatementRow>> SqliteStore::statement_history(const Uuid& child) {
  return read_all(
      *readers_,
      STATEMENT_COLUMNS
      "statement_history WHERE child = (SELECT number FROM child WHERE id = ?1) ORDER BY ordinal",
      to_statement(child), child);
}

Result<std::vector<Bytes>> SqliteStore::identifiers(const Uuid& child) {
  return read_all(
      *readers_,
      "SELECT sealed FROM identifier_text WHERE child = (SELECT number FROM child WHERE id = ?1) "
      "ORDER "
      "BY lookup",
      [](Cursor& c) { return c.bytes(0); }, child);
}

Result<std::vector<ChildRow>> SqliteStore::children(const std::string& organisation,
                                                    const Uuid& after, std::uint32_t limit) {
  return read_all(*readers_,
                  CHILD_COLUMNS
                  "WHERE number > ifnull((SELECT number FROM child WHERE id = ?2), 0) AND "
                  "organisation = ?1 ORDER BY number LIMIT ?3",
                  to_child, organisation, after, limit);
}

// In the order of ids, as the pages are named by ids. Every lot says the ids of the children that
// it holds.
Result<std::vector<Uuid>> SqliteStore::children_not_in_lot(const std::string& source,
                                                           const std::string& lot,
                                                           const Uuid& after, std::uint32_t limit) {
  return read_all(
      *readers_,
      "SELECT id FROM child WHERE id > ?3 AND EXISTS (SELECT 1 FROM statement WHERE "
      "statement.child = child.number "
      "AND source = ?1 AND section = 'ids' AND lot <> ?2) ORDER BY id LIMIT ?4",
      [](Cursor& c) { return c.uuid(0); }, source, lot, after, limit);
}

Result<std::uint64_t> SqliteStore::known_children(const std::string& destination) {
  auto count = read_one(
      *readers_, "SELECT count(*) FROM projection WHERE destination = ?1 AND confirmed IS NOT NULL",
      [](Cursor& c) { return static_cast<std::uint64_t>(c.integer(0)); }, destination);
  if (!count) return fail(count.error());
  return count->value_or(0);
}

Result<std::optional<ProjectionRow>> SqliteStore::projection(const std::string& destination,
                                                             const Uuid& child) {
  return read_one(
      *readers_,
      "SELECT confirmed, queued, delivery FROM projection WHERE child = (SELECT number FROM child "
      "WHERE id = ?1) "
      "AND destination = ?2",
      [&](Cursor& c) {
        return ProjectionRow{destination, child, c.bytes(0), c.bytes(1), c.uuid(2)};
      },
      child, destination);
}

}  // namespace charmille::store::sqlite
