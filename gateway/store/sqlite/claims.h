// A child's claims in one row: a byte for the kind, one for the size, the key.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/store/types.h"

namespace charmille::store::sqlite {

Bytes pack_claims(const std::vector<Claim>& claims);
/// What `pack_claims` wrote; a row that is cut gives what is whole.
std::vector<Claim> unpack_claims(std::string_view packed);

/// A child to whom a key leads; numbers give the order.
struct Claimant {
  std::int64_t number = 0;
  Uuid child;
};

/// Whose own identifier the key is (one row at most), and who else claims it: the two statements
/// behind `Store::claimants` and `ClaimsAt`. Two, because SQLite sorts a UNION in a table of its
/// own; both walk one index and read no more rows than they give.
inline constexpr char kOwner[] =
    "SELECT child.number, child.id FROM identifier CROSS JOIN child ON child.number = "
    "identifier.child WHERE lookup = ?1";
inline constexpr char kClaimants[] =
    "SELECT child.number, child.id FROM claim CROSS JOIN child ON child.number = claim.child "
    "WHERE claim.key = ?1 ORDER BY claim.child LIMIT ?2";

/// What the two gave, in the order of the numbers, `most_claimants` at most.
std::vector<Uuid> put_together(const std::vector<Claimant>& owner, std::vector<Claimant> others);

}  // namespace charmille::store::sqlite
