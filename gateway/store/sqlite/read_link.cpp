// Reads of claims, links and what is stale.
#include "gateway/store/sqlite/claims.h"
#include "gateway/store/sqlite/read.h"
#include "gateway/store/sqlite/sqlite_store.h"

namespace charmille::store::sqlite {
namespace {

#define LINK_COLUMNS                                                                              \
  "SELECT one.id, other.id, link.state, link.rule, link.score, link.since, link.by, link.number " \
  "FROM link JOIN child AS one ON one.number = link.a "                                           \
  "JOIN child AS other ON other.number = link.b "

LinkRow to_link(Cursor& c) {
  return {c.uuid(0),  c.uuid(1),  static_cast<LinkState>(c.integer(2)),
          c.bytes(3), c.small(4), c.time(5),
          c.bytes(6), c.number(7)};
}

}  // namespace

Result<std::vector<Claim>> SqliteStore::claims(const Uuid& child) {
  auto claims = read_one(
      *readers_,
      "SELECT claims FROM child_claims WHERE child = (SELECT number FROM child WHERE id = ?1)",
      [](Cursor& c) { return unpack_claims(c.view(0)); }, child);
  if (!claims) return fail(claims.error());
  return std::move(*claims).value_or(std::vector<Claim>{});
}

Result<std::vector<Uuid>> SqliteStore::claimants(const Bytes& key) {
  const auto to_claimant = [](Cursor& c) { return Claimant{c.integer(0), c.uuid(1)}; };
  const auto owner = read_all(*readers_, kOwner, to_claimant, Blob{key});
  if (!owner) return fail(owner.error());
  auto others = read_all(*readers_, kClaimants, to_claimant, Blob{key}, most_claimants);
  if (!others) return fail(others.error());
  return put_together(*owner, std::move(*others));
}

Result<std::vector<LinkRow>> SqliteStore::links_of(const Uuid& child) {
  return read_all(*readers_,
                  "WITH me(n) AS (SELECT number FROM child WHERE id = ?1) " LINK_COLUMNS
                  "WHERE link.number IN (SELECT number FROM link WHERE a = (SELECT n FROM me) "
                  "UNION SELECT number FROM link WHERE b = (SELECT n FROM me)) "
                  "ORDER BY link.number",
                  to_link, child);
}

Result<std::vector<LinkRow>> SqliteStore::links(const std::vector<LinkState>& states,
                                                std::uint64_t after, std::uint32_t limit) {
  std::uint64_t wanted = 0;
  for (const LinkState state : states) wanted |= std::uint64_t{1} << static_cast<unsigned>(state);
  return read_all(*readers_,
                  LINK_COLUMNS
                  "WHERE link.number > ?1 AND (?2 = 0 OR (1 << link.state) & ?2 <> 0) "
                  "ORDER BY link.number LIMIT ?3",
                  to_link, after, wanted, limit);
}

Result<std::optional<LinkRow>> SqliteStore::link(std::uint64_t number) {
  return read_one(*readers_, LINK_COLUMNS "WHERE link.number = ?1", to_link, number);
}

Result<std::vector<std::pair<LinkState, std::uint64_t>>> SqliteStore::count_links() {
  return read_all(
      *readers_, "SELECT state, count(*) FROM link GROUP BY state ORDER BY state",
      [](Cursor& c) { return std::pair(static_cast<LinkState>(c.integer(0)), c.number(1)); });
}

Result<std::vector<Uuid>> SqliteStore::stale_children(const std::string& destination) {
  return read_all(
      *readers_,
      "SELECT child.id FROM stale JOIN child ON child.number = stale.child WHERE destination = ?1 "
      "ORDER BY child.number",
      [](Cursor& c) { return c.uuid(0); }, destination);
}

}  // namespace charmille::store::sqlite
