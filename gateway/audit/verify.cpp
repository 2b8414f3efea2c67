#include "gateway/audit/verify.h"

#include <array>

#include "gateway/audit/glance.h"
#include "gateway/base/bytes.h"
#include "gateway/merkle/tiles.h"

namespace charmille::audit {
namespace {

class Verification {
 public:
  Verification(store::LogReader& log, store::LogReader::Tree tree, const Progress& progress)
      : log_(log), stored_(std::move(tree)), progress_(progress) {
    verdict_.origin = stored_.origin;
    verdict_.size = stored_.size;
  }

  Result<Verdict> run() {
    auto done =
        log_.each_leaf(0, [this](const store::LogReader::LeafView& leaf) { return take(leaf); });
    if (!done) return fail(done.error());
    if (fault_) return fail(*fault_);
    if (stopped_) return fail("CH-AUD-001", {}, {{"done", std::to_string(tree_.size())}});
    if (verdict_.whole()) {
      if (auto end = check_end(); !end) return fail(end.error());
    }
    verdict_.root = tree_.root();
    return verdict_;
  }

 private:
  bool bad(Flaw flaw, std::uint64_t seq) {
    verdict_.flaw = flaw;
    verdict_.first_bad = seq;
    return false;
  }

  bool take(const store::LogReader::LeafView& leaf) {
    const std::uint64_t expected = tree_.size();
    // Beyond the tree as it was when the work began: appended since, or smuggled in. check_end()
    // tells them apart.
    if (expected == stored_.size) {
      beyond_ = true;
      return false;
    }
    if (leaf.seq < 0 || static_cast<std::uint64_t>(leaf.seq) != expected)
      return bad(Flaw::missing, expected);
    if (expected % merkle::tile_width == 0 && !open_tile(expected)) return false;
    const merkle::Digest hash = merkle::leaf_hash(leaf.record);
    if (leaf.hash != base::as_text(hash)) return bad(Flaw::altered, expected);
    if (tile_ && tile_->hashes[expected % merkle::tile_width] != hash)
      return bad(Flaw::tile, expected);
    const Glance seen = glance(leaf.record);
    if (seen.seq != expected || seen.log != stored_.origin) return bad(Flaw::misplaced, expected);
    tree_.append(hash, filled_);
    verdict_.verified = tree_.size();
    if (!check_filled()) return false;
    if (progress_ && expected % 4096 == 0) stopped_ = !progress_(expected, stored_.size);
    return !stopped_;
  }

  /// The stored tile over the next 256 leaves, so that each is compared as it passes.
  bool open_tile(std::uint64_t first) {
    tile_.reset();
    if (first + merkle::tile_width > stored_.size) return true;
    const merkle::TileId id{0, first / merkle::tile_width};
    auto bytes = log_.tile(id);
    if (!bytes) {
      fault_ = bytes.error();
      return false;
    }
    if (*bytes) tile_ = merkle::Tile::parse(id, base::as_bytes(**bytes));
    return tile_ ? true : bad(Flaw::tile, first);
  }

  /// Tiles above the leaves, as they become full.
  bool check_filled() {
    for (const merkle::Tile& tile : filled_) {
      ++tiles_;
      if (tile.id.level == 0) continue;
      auto bytes = log_.tile(tile.id);
      if (!bytes) {
        fault_ = bytes.error();
        return false;
      }
      if (!*bytes || **bytes != tile.bytes()) {
        return bad(Flaw::tile, tile.id.index << (merkle::tile_height * (tile.id.level + 1u)));
      }
    }
    filled_.clear();
    return true;
  }

  Result<void> check_end() {
    const std::uint64_t size = tree_.size();
    if (size != stored_.size) {
      bad(Flaw::missing, size);
      return {};
    }
    const auto frontier = merkle::Frontier::parse(base::as_bytes(stored_.frontier));
    if (!frontier || !(*frontier == tree_.frontier())) {
      bad(Flaw::frontier, first_differing(frontier));
      return {};
    }
    if (!beyond_ && stored_.tiles == tiles_) return {};
    auto now = log_.tree();
    if (!now) return fail(now.error());
    if (now->size == stored_.size)
      bad(Flaw::extra, size);  // nothing was committed since: it was put there
    return {};
  }

  /// The first leaf of the first subtree whose root is not the one that was committed.
  std::uint64_t first_differing(const std::optional<merkle::Frontier>& stored) const {
    if (!stored || stored->size() != tree_.size()) return 0;
    const std::string a = stored->serialise();
    const std::string b = tree_.frontier().serialise();
    std::uint64_t first = 0;
    std::size_t at = 8;
    for (int bit = 63; bit >= 0; --bit) {
      const std::uint64_t leaves = std::uint64_t{1} << bit;
      if ((tree_.size() & leaves) == 0) continue;
      if (a.compare(at, 32, b, at, 32) != 0) break;
      first += leaves;
      at += 32;
    }
    return first;
  }

  store::LogReader& log_;
  const store::LogReader::Tree stored_;
  const Progress& progress_;
  Verdict verdict_;
  merkle::GrowingTree tree_;
  std::vector<merkle::Tile> filled_;
  std::optional<merkle::Tile> tile_;
  std::uint64_t tiles_ = 0;
  bool beyond_ = false;
  bool stopped_ = false;
  std::optional<Fault> fault_;
};

}  // namespace

std::string_view name_of(Flaw flaw) {
  constexpr std::array<std::string_view, 7> kNames = {"none", "missing", "altered", "misplaced",
                                                      "tile", "extra",   "frontier"};
  return kNames[static_cast<std::size_t>(flaw)];
}

Result<Verdict> verify(store::LogReader& log, const Progress& progress) {
  auto tree = log.tree();
  if (!tree) return fail(tree.error());
  return Verification(log, std::move(*tree), progress).run();
}

}  // namespace charmille::audit
