#include "gateway/store/sqlite/leaf_log.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sys/timex.h>

#include "gateway/base/bytes.h"
#include "gateway/merkle/proof.h"

namespace charmille::store::sqlite {
namespace {

tl::unexpected<Fault> mismatch(std::uint64_t seq, const char* reason) {
  return fail("CH-STO-003", {}, {{"seq", std::to_string(seq)}, {"reason", reason}});
}

/// Linux gives every start of the machine an id.
base::Uuid boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string text;
  std::getline(file, text);
  return base::Uuid::parse(text).value_or(base::Uuid{});
}

bool is_synced() {
  timex state{};
  const int answer = ::adjtimex(&state);  // reads only: no mode is set
  return answer >= 0 && answer != TIME_ERROR;
}

/// Rehashes the leaves after the last full tile; those before were checked when their tile was
/// written, and all of them are by `charmille audit verify`.
Result<void> check_tail(Connection& db, std::uint64_t size) {
  std::uint64_t expected = size - size % merkle::tile_width;
  Cursor leaves =
      db.query("SELECT seq, record, hash FROM leaf WHERE seq >= ?1 ORDER BY seq", expected);
  for (;;) {
    auto row = leaves.next();
    if (!row) return fail(row.error());
    if (!*row) break;
    if (leaves.number(0) != expected) return mismatch(expected, "missing");
    const merkle::Digest hash = merkle::leaf_hash(leaves.view(1));
    if (leaves.view(2) != base::as_text(hash)) return mismatch(expected, "altered");
    ++expected;
  }
  return expected == size ? Result<void>{} : mismatch(std::min(expected, size), "size");
}

}  // namespace

merkle::TileSource tile_source(Connection& db) {
  merkle::TileSource source;
  source.tile = [&db](merkle::TileId id) -> Result<std::vector<merkle::Digest>> {
    Cursor found =
        db.query("SELECT hashes FROM tile WHERE level = ?1 AND idx = ?2", id.level, id.index);
    auto row = found.next();
    if (!row) return fail(row.error());
    if (*row) {
      if (auto tile = merkle::Tile::parse(id, base::as_bytes(found.view(0))))
        return std::move(tile->hashes);
    }
    return mismatch(id.index << merkle::tile_height * (id.level + 1u), "tile");
  };
  source.leaves = [&db](std::uint64_t first,
                        std::uint64_t count) -> Result<std::vector<merkle::Digest>> {
    std::vector<merkle::Digest> hashes;
    Cursor found =
        db.query("SELECT seq, hash FROM leaf WHERE seq >= ?1 ORDER BY seq LIMIT ?2", first, count);
    for (;;) {
      auto row = found.next();
      if (!row) return fail(row.error());
      if (!*row) break;
      const auto hash = merkle::digest_from(base::as_bytes(found.view(1)));
      if (!hash || found.number(0) != first + hashes.size())
        return mismatch(first + hashes.size(), "missing");
      hashes.push_back(*hash);
    }
    if (hashes.size() != count) return mismatch(first + hashes.size(), "missing");
    return hashes;
  };
  return source;
}

LeafLog::LeafLog(const LeafNaming& naming, merkle::GrowingTree tree)
    : naming_(naming), boot_(boot_id()), tree_(tree), growing_(std::move(tree)) {}

Result<LeafLog> LeafLog::open(Connection& db, const LeafNaming& naming) {
  std::string frontier;
  std::uint64_t size = 0;
  {
    Cursor found = db.query("SELECT origin, size, frontier FROM tree");
    auto row = found.next();
    if (!row) return fail(row.error());
    if (!*row) {
      auto done = db.execute(
          "INSERT INTO tree(one, origin, size, frontier, next_history) VALUES(1, ?1, 0, ?2, 1)",
          naming.origin, Blob{merkle::Frontier().serialise()});
      if (!done) return fail(done.error());
      return LeafLog(naming, {});
    }
    if (found.view(0) != naming.origin) {
      return fail("CH-STO-005", {}, {{"found", found.bytes(0)}, {"wanted", naming.origin}});
    }
    size = found.number(1);
    frontier = found.bytes(2);
  }
  if (auto done = check_tail(db, size); !done) return fail(done.error());
  auto tree = merkle::GrowingTree::restore(tile_source(db), size);
  if (!tree) return fail(tree.error());
  if (tree->frontier().serialise() != frontier) return mismatch(size, "frontier");
  return LeafLog(naming, std::move(*tree));
}

/// What every leaf of the transaction has in common: the times, and whether the clock may be
/// trusted.
void LeafLog::look_at_clock() {
  now_ = naming_.clock->now();
  const auto steady = naming_.clock->steady().time_since_epoch();
  mono_us_ = static_cast<std::uint64_t>(std::chrono::duration_cast<base::Duration>(steady).count());
  const std::int64_t offset = base::to_micros(now_) - static_cast<std::int64_t>(mono_us_);
  const bool stepped = offset_ != 0 && std::abs(offset - offset_) > 1'000'000;
  if (mono_us_ >= next_sync_look_) {
    synced_ = is_synced();
    next_sync_look_ = mono_us_ + 10'000'000;
  }
  offset_ = offset;
  clock_ = stepped ? merkle::ClockState::stepped
                   : (synced_ ? merkle::ClockState::synced : merkle::ClockState::unsynced);
}

Result<std::uint64_t> LeafLog::append(Connection& db, std::vector<Draft>& drafts) {
  const std::uint64_t first = growing_.size();
  for (Draft& leaf : drafts) {
    leaf.seq = growing_.size();
    leaf.log = naming_.origin;
    leaf.node = naming_.node;
    leaf.ts = now_;
    leaf.mono_us = mono_us_;
    leaf.boot = boot_;
    leaf.clock = clock_;
    if (leaf.id.is_nil()) leaf.id = base::uuid_v7(now_, *naming_.random);
    auto record = merkle::to_canonical_json(leaf);
    if (!record) return fail(record.error());
    const merkle::Digest hash = merkle::leaf_hash(*record);
    growing_.append(hash, filled_);
    auto done = db.execute("INSERT INTO leaf(seq, record, hash) VALUES(?1, ?2, ?3)", leaf.seq,
                           Blob{*record}, Blob{base::as_text(hash)});
    if (!done) return fail(done.error());
  }
  return first;
}

Result<void> LeafLog::finish(Connection& db) {
  for (const merkle::Tile& tile : filled_) {
    const std::string hashes = tile.bytes();
    auto done = db.execute("INSERT INTO tile(level, idx, hashes) VALUES(?1, ?2, ?3)", tile.id.level,
                           tile.id.index, Blob{hashes});
    if (!done) return done;
  }
  filled_.clear();
  const std::string frontier = growing_.frontier().serialise();
  return db.execute("UPDATE tree SET size = ?1, frontier = ?2", growing_.size(), Blob{frontier});
}

void LeafLog::rolled_back() {
  growing_ = tree_;
  filled_.clear();
}

}  // namespace charmille::store::sqlite
