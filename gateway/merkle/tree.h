// Arithmetic of a Merkle tree after RFC 6962 §2.1 (kept by RFC 9162 §2.1), SHA-256. Pure: what is
// stored is read through functions that the caller gives.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/crypto/digest.h"

namespace charmille::merkle {

using crypto::Bytes;
using crypto::Digest;

/// SHA-256(0x00 || entry). The prefix keeps a node from being shown as a leaf.
Digest leaf_hash(Bytes entry);
Digest leaf_hash(std::string_view entry);
/// SHA-256(0x01 || left || right).
Digest node_hash(const Digest& left, const Digest& right);
/// The root of the tree without leaves: SHA-256 of nothing.
const Digest& empty_root();
/// The root over leaf hashes, or over hashes of complete subtrees of one height.
Digest root_of(std::span<const Digest> hashes);

/// A complete subtree: the hash over leaves [index << height, (index + 1) << height).
struct Node {
  unsigned height = 0;
  std::uint64_t index = 0;

  auto operator<=>(const Node&) const = default;
};

/// Gives the hash of a complete subtree of the stored tree.
using NodeReader = std::function<Result<Digest>(Node)>;

/// The right edge of a tree: the roots of its complete subtrees, one for each bit of its size.
/// Grows in O(log n); a copy is a value, so that a commit works on its own and keeps it only once
/// durable.
class Frontier {
 public:
  std::uint64_t size() const { return size_; }
  void append(const Digest& leaf);
  Digest root() const;

  /// Size (8 bytes, big endian), then the hashes from the largest subtree to the smallest.
  std::string serialise() const;
  /// Nothing when the length does not fit the size.
  static std::optional<Frontier> parse(Bytes bytes);
  /// The frontier of the first `size` leaves of a stored tree.
  static Result<Frontier> restore(const NodeReader& read, std::uint64_t size);

  bool operator==(const Frontier& other) const;

 private:
  std::size_t count() const;

  std::uint64_t size_ = 0;
  std::array<Digest, 64> hashes_{};  // the first count() are in use
};

/// The root of the first `size` leaves.
Result<Digest> root_at(const NodeReader& read, std::uint64_t size);
/// PATH(index, D[size]), leaf to root; index < size, else CH-SYS-001.
Result<std::vector<Digest>> prove_inclusion(const NodeReader& read, std::uint64_t index,
                                            std::uint64_t size);
/// PROOF(from, D[to]); 0 < from <= to, else CH-SYS-001.
Result<std::vector<Digest>> prove_consistency(const NodeReader& read, std::uint64_t from,
                                              std::uint64_t to);

}  // namespace charmille::merkle
