// Tiles (C2SP tlog-tiles): a tree is kept as tiles of 256 hashes of one height, 8 levels of the
// tree each. A full tile never changes; what is to the right of the last full tile is computed
// again from the leaves.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gateway/merkle/tree.h"

namespace charmille::merkle {

inline constexpr unsigned tile_height = 8;
inline constexpr std::uint64_t tile_width = 256;

/// Level 0 holds leaf hashes; a hash of level n + 1 is the root over a full tile of level n.
struct TileId {
  std::uint8_t level = 0;
  std::uint64_t index = 0;

  auto operator<=>(const TileId&) const = default;
};

/// A full tile.
struct Tile {
  TileId id;
  std::vector<Digest> hashes;  ///< 256

  /// The 8,192 bytes to store, and back; nothing when the length differs.
  std::string bytes() const;
  static std::optional<Tile> parse(TileId id, Bytes bytes);
};

/// Full tiles of a level in a tree of `size` leaves.
std::uint64_t full_tiles(std::uint8_t level, std::uint64_t size);
/// The tiles that become full when the tree grows from `from` to `to` leaves, level by level.
std::vector<TileId> filled_tiles(std::uint64_t from, std::uint64_t to);
/// "0/x001/x234/067" after "tile/": the path of a full tile in tlog-tiles.
std::string tile_path(TileId id);

/// Where a stored tree is read from: full tiles, and the leaf hashes `first` to `first + count`
/// beyond them.
struct TileSource {
  std::function<Result<std::vector<Digest>>(TileId)> tile;
  std::function<Result<std::vector<Digest>>(std::uint64_t first, std::uint64_t count)> leaves;
};

/// Reads any complete subtree of a stored tree of `size` leaves, for proofs and roots. CH-SYS-001
/// when the source gives a number of hashes other than asked, or the subtree is not complete.
NodeReader node_reader(TileSource source, std::uint64_t size);

/// A tree that grows: its frontier and its unfinished tiles. A value like Frontier: a commit
/// appends to a copy, stores the tiles that became full, and keeps the copy once they are durable.
class GrowingTree {
 public:
  GrowingTree() = default;
  /// The state of a stored tree of `size` leaves, read again at start.
  static Result<GrowingTree> restore(const TileSource& source, std::uint64_t size);

  std::uint64_t size() const { return frontier_.size(); }
  Digest root() const { return frontier_.root(); }
  const Frontier& frontier() const { return frontier_; }
  /// Adds a leaf; tiles that it fills are added to `filled`, lowest level first.
  void append(const Digest& leaf, std::vector<Tile>& filled);

 private:
  Frontier frontier_;
  std::vector<std::vector<Digest>> open_;  // for each level the hashes of its unfinished tile
};

}  // namespace charmille::merkle
