// How claims and links are written.
#include <algorithm>

#include "gateway/store/sqlite/claims.h"
#include "gateway/store/sqlite/writer.h"

namespace charmille::store::sqlite {

Bytes pack_claims(const std::vector<Claim>& claims) {
  Bytes packed;
  for (const Claim& claim : claims) {
    packed += static_cast<char>(claim.kind);
    packed += static_cast<char>(claim.key.size());
    packed += claim.key;
  }
  return packed;
}

std::vector<Claim> unpack_claims(std::string_view packed) {
  std::vector<Claim> claims;
  while (packed.size() >= 2) {
    const auto size = static_cast<std::size_t>(static_cast<unsigned char>(packed[1]));
    if (packed.size() < 2 + size) break;
    claims.push_back({static_cast<ClaimKind>(packed[0]), Bytes(packed.substr(2, size))});
    packed.remove_prefix(2 + size);
  }
  return claims;
}

std::vector<Uuid> put_together(const std::vector<Claimant>& owner, std::vector<Claimant> others) {
  others.insert(others.end(), owner.begin(), owner.end());
  std::ranges::sort(others, {}, &Claimant::number);
  std::vector<Uuid> children;
  for (const Claimant& one : others)
    if ((children.empty() || children.back() != one.child) && children.size() < most_claimants)
      children.push_back(one.child);
  return children;
}

Result<bool> Writer::check(const ClaimsAt& p) {
  const auto read = [](Cursor cursor) -> Result<std::vector<Claimant>> {
    std::vector<Claimant> found;
    for (;;) {
      auto row = cursor.next();
      if (!row) return fail(row.error());
      if (!*row) return found;
      found.push_back({cursor.integer(0), cursor.uuid(1)});
    }
  };
  const auto owner = read(db_.query(kOwner, Blob{p.key}));
  if (!owner) return fail(owner.error());
  auto others = read(db_.query(kClaimants, Blob{p.key}, most_claimants));
  if (!others) return fail(others.error());
  return put_together(*owner, std::move(*others)) == p.children;
}

Result<void> Writer::write(const PutClaims& w) {
  auto child = child_number(w.child);
  if (!child) return fail(child.error());
  std::vector<Claim> former;
  {
    Cursor known = db_.query("SELECT claims FROM child_claims WHERE child = ?1", *child);
    auto row = known.next();
    if (!row) return fail(row.error());
    if (*row) former = unpack_claims(known.view(0));
  }
  for (const Claim& claim : former)
    if (claim.kind == ClaimKind::own) {
      continue;
    } else if (auto gone = db_.execute("DELETE FROM claim WHERE key = ?1 AND child = ?2",
                                       Blob{claim.key}, *child);
               !gone)
      return gone;
  for (const Claim& claim : w.claims)
    if (claim.kind == ClaimKind::own) {
      continue;
    } else if (auto put =
                   db_.execute("INSERT OR REPLACE INTO claim(key, child, kind) VALUES(?1, ?2, ?3)",
                               Blob{claim.key}, *child, static_cast<std::int64_t>(claim.kind));
               !put)
      return put;
  return db_.execute("INSERT OR REPLACE INTO child_claims(child, claims) VALUES(?1, ?2)", *child,
                     Blob{pack_claims(w.claims)});
}

Result<std::pair<std::int64_t, std::int64_t>> Writer::touch(const Uuid& a, const Uuid& b) {
  const auto one = child_number(a);
  if (!one) return fail(one.error());
  const auto other = child_number(b);
  if (!other) return fail(other.error());
  if (auto done = db_.execute("UPDATE child SET version = version + 1 WHERE number IN (?1, ?2)",
                              *one, *other);
      !done)
    return fail(done.error());
  return std::minmax(*one, *other);
}

Result<void> Writer::write(const PutLink& w) {
  const LinkRow& l = w.link;
  const auto pair = touch(l.a, l.b);
  if (!pair) return fail(pair.error());
  return db_.execute(
      "INSERT INTO link(a, b, state, rule, score, since, by) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) "
      "ON CONFLICT(a, b) DO UPDATE SET state = ?3, rule = ?4, score = ?5, since = ?6, by = ?7",
      pair->first, pair->second, static_cast<std::int64_t>(l.state), l.rule, l.score, l.since,
      l.by);
}

Result<void> Writer::write(const DropLink& w) {
  const auto pair = touch(w.a, w.b);
  if (!pair) return fail(pair.error());
  return db_.execute("DELETE FROM link WHERE a = ?1 AND b = ?2", pair->first, pair->second);
}

}  // namespace charmille::store::sqlite
