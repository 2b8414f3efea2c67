#include "gateway/merkle/tiles.h"

#include <algorithm>

#include <fmt/format.h>

#include "gateway/base/bytes.h"
#include "gateway/merkle/proof.h"

namespace charmille::merkle {
namespace {

tl::unexpected<Fault> broken_source() {
  return fail("CH-SYS-001", {}, {{"what", "the stored audit tree lacks hashes"}});
}

/// Shifts that may reach the width of the number.
std::uint64_t shifted(std::uint64_t value, unsigned bits) {
  return bits >= 64 ? 0 : value >> bits;
}

/// Hashes `first` to `first + count` of a level, all inside one tile.
Result<std::vector<Digest>> level_hashes(const TileSource& source, std::uint64_t size,
                                         std::uint8_t level, std::uint64_t first,
                                         std::uint64_t count) {
  const std::uint64_t index = first / tile_width;
  if (index < full_tiles(level, size)) {
    auto tile = source.tile({level, index});
    if (!tile) return fail(tile.error());
    if (tile->size() != tile_width) return broken_source();
    const auto from = tile->begin() + static_cast<std::ptrdiff_t>(first % tile_width);
    return std::vector<Digest>(from, from + static_cast<std::ptrdiff_t>(count));
  }
  if (level == 0) {
    auto leaves = source.leaves(first, count);
    if (leaves && leaves->size() != count) return broken_source();
    return leaves;
  }
  // The tile is unfinished, so not stored: its hashes are the roots of the full tiles below.
  std::vector<Digest> hashes;
  for (std::uint64_t i = first; i < first + count; ++i) {
    const auto below = source.tile({static_cast<std::uint8_t>(level - 1), i});
    if (!below) return fail(below.error());
    if (below->size() != tile_width) return broken_source();
    hashes.push_back(root_of(*below));
  }
  return hashes;
}

}  // namespace

std::string Tile::bytes() const {
  std::string out;
  out.reserve(hashes.size() * sizeof(Digest));
  for (const Digest& hash : hashes) out += base::as_text(hash);
  return out;
}

std::optional<Tile> Tile::parse(TileId id, Bytes bytes) {
  if (bytes.size() != tile_width * sizeof(Digest)) return {};
  Tile tile{id, {}};
  tile.hashes.reserve(tile_width);
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(Digest))
    tile.hashes.push_back(*digest_from(bytes.subspan(at, sizeof(Digest))));
  return tile;
}

std::uint64_t full_tiles(std::uint8_t level, std::uint64_t size) {
  return shifted(size, tile_height * (level + 1U));
}

std::vector<TileId> filled_tiles(std::uint64_t from, std::uint64_t to) {
  std::vector<TileId> filled;
  for (std::uint8_t level = 0; full_tiles(level, to) != 0; ++level)
    for (std::uint64_t i = full_tiles(level, from); i < full_tiles(level, to); ++i)
      filled.push_back({level, i});
  return filled;
}

std::string tile_path(TileId id) {
  std::string path = fmt::format("{:03}", id.index % 1000);
  for (std::uint64_t rest = id.index / 1000; rest != 0; rest /= 1000)
    path = fmt::format("x{:03}/{}", rest % 1000, path);
  return fmt::format("{}/{}", id.level, path);
}

NodeReader node_reader(TileSource source, std::uint64_t size) {
  return [source = std::move(source), size](Node node) -> Result<Digest> {
    if (node.height >= 64 || node.index >= shifted(size, node.height)) return broken_source();
    const auto level = static_cast<std::uint8_t>(node.height / tile_height);
    const unsigned inside = node.height % tile_height;
    const auto hashes =
        level_hashes(source, size, level, node.index << inside, std::uint64_t{1} << inside);
    if (!hashes) return fail(hashes.error());
    return root_of(*hashes);
  };
}

Result<GrowingTree> GrowingTree::restore(const TileSource& source, std::uint64_t size) {
  GrowingTree tree;
  for (unsigned level = 0; shifted(size, tile_height * level) != 0; ++level) {
    const std::uint64_t count = shifted(size, tile_height * level);
    const std::uint64_t first = count / tile_width * tile_width;
    std::vector<Digest> open;
    if (first != count) {
      auto hashes =
          level_hashes(source, size, static_cast<std::uint8_t>(level), first, count - first);
      if (!hashes) return fail(hashes.error());
      open = std::move(*hashes);
    }
    tree.open_.push_back(std::move(open));
  }
  auto frontier = Frontier::restore(node_reader(source, size), size);
  if (!frontier) return fail(frontier.error());
  tree.frontier_ = *frontier;
  return tree;
}

void GrowingTree::append(const Digest& leaf, std::vector<Tile>& filled) {
  const std::uint64_t number = frontier_.size();
  frontier_.append(leaf);
  Digest hash = leaf;
  for (std::size_t level = 0;; ++level) {
    if (level == open_.size()) open_.emplace_back();
    std::vector<Digest>& hashes = open_[level];
    hashes.push_back(hash);
    if (hashes.size() < tile_width) return;
    hash = root_of(hashes);
    const TileId id{static_cast<std::uint8_t>(level),
                    shifted(number, tile_height * (static_cast<unsigned>(level) + 1))};
    filled.push_back({id, std::move(hashes)});
    hashes = {};
  }
}

}  // namespace charmille::merkle
