// Verification of proofs (RFC 9162 §2.1.3.2 and §2.1.4.2). Never throws, never allocates by a count
// that a proof states.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gateway/merkle/tree.h"

namespace charmille::merkle {

/// No tree of fewer than 2^64 leaves needs a longer proof.
inline constexpr std::size_t proof_limit = 64;

/// The hash in `bytes`, or nothing unless they are 32.
std::optional<Digest> digest_from(Bytes bytes);
/// Hashes as they come from outside: nothing when one is not 32 bytes, or when there are more than
/// `proof_limit`.
std::optional<std::vector<Digest>> proof_from(std::span<const std::string> hashes);

/// Whether `leaf` is leaf `index` of the tree of `size` leaves with this root.
bool verify_inclusion(std::uint64_t index, std::uint64_t size, const Digest& leaf,
                      std::span<const Digest> proof, const Digest& root);

/// Whether the tree of `to` leaves begins with the tree of `from` leaves; `from` = 0 is refused,
/// since it proves nothing.
bool verify_consistency(std::uint64_t from, std::uint64_t to, const Digest& from_root,
                        const Digest& to_root, std::span<const Digest> proof);

}  // namespace charmille::merkle
