#include "gateway/merkle/tiles.h"

#include <algorithm>
#include <map>

#include <doctest/doctest.h>

#include "gateway/base/bytes.h"
#include "gateway/merkle/proof.h"

using namespace charmille;
using namespace charmille::merkle;

namespace {

/// A store in memory: leaf hashes and the full tiles that a growing tree gave.
class Stored {
 public:
  void grow(std::uint64_t to) {
    while (tree.size() < to) {
      leaves.push_back(leaf_hash(std::to_string(tree.size())));
      std::vector<Tile> filled;
      tree.append(leaves.back(), filled);
      for (Tile& tile : filled) {
        order.push_back(tile.id);
        CHECK(tiles.emplace(tile.id, tile.hashes).second);
      }
    }
  }
  TileSource source() const {
    return {[this](TileId id) -> Result<std::vector<Digest>> {
              const auto at = tiles.find(id);
              if (at == tiles.end()) return fail("CH-SYS-001");
              return at->second;
            },
            [this](std::uint64_t first, std::uint64_t count) -> Result<std::vector<Digest>> {
              CHECK(first >= tree.size() / tile_width * tile_width);
              const auto from = leaves.begin() + static_cast<std::ptrdiff_t>(first);
              return std::vector<Digest>(from, from + static_cast<std::ptrdiff_t>(count));
            }};
  }

  GrowingTree tree;
  std::vector<Digest> leaves;
  std::map<TileId, std::vector<Digest>> tiles;
  std::vector<TileId> order;
};

}  // namespace

TEST_CASE("tiles fill where the arithmetic says") {
  CHECK(filled_tiles(0, 255).empty());
  CHECK(filled_tiles(0, 256) == std::vector<TileId>{{0, 0}});
  CHECK(filled_tiles(256, 256).empty());
  CHECK(filled_tiles(200, 800) == std::vector<TileId>{{0, 0}, {0, 1}, {0, 2}});
  CHECK(filled_tiles(65535, 65536) == std::vector<TileId>{{0, 255}, {1, 0}});
  CHECK(full_tiles(7, ~std::uint64_t{0}) == 0);
  CHECK(full_tiles(6, ~std::uint64_t{0}) == 255);
}

TEST_CASE("paths of tiles are those of tlog-tiles") {
  CHECK(tile_path({0, 0}) == "0/000");
  CHECK(tile_path({1, 67}) == "1/067");
  CHECK(tile_path({0, 1234067}) == "0/x001/x234/067");
  CHECK(tile_path({2, 1000}) == "2/x001/000");
}

TEST_CASE(
    "a growing tree gives each full tile once, and its state is found again from what is stored") {
  Stored store;
  std::vector<Digest> roots;
  for (const std::uint64_t size :
       {0U, 1U, 255U, 256U, 257U, 1000U, 65535U, 65536U, 65537U, 66000U}) {
    const std::uint64_t before = store.tree.size();
    store.order.clear();
    store.grow(size);
    auto expected = filled_tiles(before, size);
    std::ranges::sort(store.order);
    CHECK(store.order == expected);
    CHECK(store.tree.root() == root_of(store.leaves));
    auto again = GrowingTree::restore(store.source(), size);
    REQUIRE(again);
    CHECK(again->root() == store.tree.root());
    // Both grow alike: the unfinished tiles are the same too.
    GrowingTree copy = store.tree;
    std::vector<Tile> one;
    std::vector<Tile> two;
    for (std::uint64_t i = 0; i < 300; ++i) {
      copy.append(leaf_hash("next"), one);
      again->append(leaf_hash("next"), two);
    }
    CHECK(copy.root() == again->root());
    REQUIRE(one.size() == two.size());
    for (std::size_t i = 0; i < one.size(); ++i) {
      CHECK(one[i].id == two[i].id);
      CHECK(one[i].hashes == two[i].hashes);
    }
  }
}

TEST_CASE("proofs are made from tiles and the last leaves alone") {
  Stored store;
  const std::uint64_t size = 66000;
  store.grow(size);
  const NodeReader read = node_reader(store.source(), size);
  const Digest root = store.tree.root();
  for (const std::uint64_t index :
       {0U, 1U, 255U, 256U, 40000U, 65535U, 65536U, 65791U, 65792U, 65999U}) {
    const auto proof = prove_inclusion(read, index, size);
    REQUIRE(proof);
    CHECK(verify_inclusion(index, size, store.leaves[index], *proof, root));
  }
  for (const std::uint64_t from : {1U, 256U, 300U, 65536U, 65792U, 65999U, 66000U}) {
    const auto proof = prove_consistency(read, from, size);
    REQUIRE(proof);
    const Digest old = root_of(std::span(store.leaves).first(from));
    CHECK(root_at(read, from).value() == old);
    CHECK(verify_consistency(from, size, old, root, *proof));
  }
}

TEST_CASE("a source that lacks hashes is a fault, not a wrong root") {
  Stored store;
  store.grow(600);
  TileSource short_tile = store.source();
  short_tile.tile = [](TileId) -> Result<std::vector<Digest>> { return std::vector<Digest>(255); };
  CHECK_FALSE(root_at(node_reader(short_tile, 600), 600));
  TileSource few_leaves = store.source();
  few_leaves.leaves = [](std::uint64_t, std::uint64_t) -> Result<std::vector<Digest>> {
    return std::vector<Digest>(1);
  };
  CHECK_FALSE(GrowingTree::restore(few_leaves, 600));
  CHECK_FALSE(node_reader(store.source(), 600)({8, 2}));
  CHECK_FALSE(node_reader(store.source(), 600)({64, 0}));
}

TEST_CASE("a tile survives its bytes, and bytes of another length are refused") {
  Stored store;
  store.grow(256);
  const Tile tile{{0, 0}, store.tiles.at({0, 0})};
  const std::string bytes = tile.bytes();
  CHECK(bytes.size() == 8192);
  CHECK(Tile::parse({0, 0}, base::as_bytes(bytes))->hashes == tile.hashes);
  CHECK_FALSE(Tile::parse({0, 0}, base::as_bytes(bytes).first(8160)));
}
