// A child's claims in one row: a byte for the kind, one for the size, the key.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/store/types.h"

namespace charmille::store::sqlite {

Bytes pack_claims(const std::vector<Claim>& claims);
/// What `pack_claims` wrote; a row that is cut gives what is whole.
std::vector<Claim> unpack_claims(std::string_view packed);

/// Whom a key leads to, by number: the statement behind `Store::claimants` and `ClaimsAt`. It reads
/// no more rows than it gives, however many claim the key.
inline constexpr char kClaimants[] =
    "SELECT child.id FROM (SELECT child FROM identifier WHERE lookup = ?1 "
    "UNION SELECT child FROM (SELECT child FROM claim WHERE key = ?1 ORDER BY child LIMIT ?2)) "
    "AS who "
    "JOIN child ON child.number = who.child ORDER BY child.number LIMIT ?2";

}  // namespace charmille::store::sqlite
