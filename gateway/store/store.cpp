#include "gateway/store/store.h"

#include <future>

namespace charmille::store {

Result<Committed> Store::commit_and_wait(Unit unit) {
  std::promise<Result<Committed>> promise;
  auto answer = promise.get_future();
  commit(std::move(unit),
         [&promise](Result<Committed> result) { promise.set_value(std::move(result)); });
  return answer.get();
}

merkle::TileSource Store::tree_source() {
  return {[this](merkle::TileId id) { return tile(id); },
          [this](std::uint64_t first, std::uint64_t count) { return leaf_hashes(first, count); }};
}

}  // namespace charmille::store
