#include "gateway/merkle/proof.h"

#include <algorithm>
#include <bit>

#include "gateway/base/bytes.h"

namespace charmille::merkle {
namespace {

/// The way of one leaf to the root: its number at each height and that of the last node there.
struct Climb {
  std::uint64_t at;
  std::uint64_t last;

  bool sibling_is_left() const { return (at & 1) != 0 || at == last; }
  void up() {
    at >>= 1;
    last >>= 1;
  }
  /// A node without a right sibling rises unchanged until it has a left one.
  void rise() {
    while ((at & 1) == 0 && at != 0) up();
  }
};

}  // namespace

std::optional<Digest> digest_from(Bytes bytes) {
  Digest digest;
  if (bytes.size() != digest.size()) return {};
  std::ranges::copy(bytes, digest.begin());
  return digest;
}

std::optional<std::vector<Digest>> proof_from(std::span<const std::string> hashes) {
  if (hashes.size() > proof_limit) return {};
  std::vector<Digest> proof;
  for (const std::string& hash : hashes) {
    const auto digest = digest_from(base::as_bytes(hash));
    if (!digest) return {};
    proof.push_back(*digest);
  }
  return proof;
}

bool verify_inclusion(std::uint64_t index, std::uint64_t size, const Digest& leaf,
                      std::span<const Digest> proof, const Digest& root) {
  if (index >= size || proof.size() > proof_limit) return false;
  Climb climb{index, size - 1};
  Digest hash = leaf;
  for (const Digest& sibling : proof) {
    if (climb.last == 0) return false;
    if (climb.sibling_is_left()) {
      hash = node_hash(sibling, hash);
      climb.rise();
    } else {
      hash = node_hash(hash, sibling);
    }
    climb.up();
  }
  return climb.last == 0 && hash == root;
}

bool verify_consistency(std::uint64_t from, std::uint64_t to, const Digest& from_root,
                        const Digest& to_root, std::span<const Digest> proof) {
  if (from == 0 || from > to || proof.size() > proof_limit) return false;
  if (from == to) return proof.empty() && from_root == to_root;
  if (proof.empty()) return false;
  Climb climb{from - 1, to - 1};
  while ((climb.at & 1) != 0) climb.up();
  // A complete old tree is a node of the new one: its root then begins the proof.
  Digest from_hash = from_root;
  if (!std::has_single_bit(from)) {
    from_hash = proof.front();
    proof = proof.subspan(1);
  }
  Digest to_hash = from_hash;
  for (const Digest& sibling : proof) {
    if (climb.last == 0) return false;
    if (climb.sibling_is_left()) {
      from_hash = node_hash(sibling, from_hash);
      to_hash = node_hash(sibling, to_hash);
      climb.rise();
    } else {
      to_hash = node_hash(to_hash, sibling);
    }
    climb.up();
  }
  return climb.last == 0 && from_hash == from_root && to_hash == to_root;
}

}  // namespace charmille::merkle
