// Verification: whether the audit log is whole and unaltered, recomputed from the leaves' bytes
// alone.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "gateway/merkle/tree.h"
#include "gateway/store/store.h"

namespace charmille::audit {

enum class Flaw : std::uint8_t {
  none,
  missing,    ///< a number is not there, or one stands twice or out of range
  altered,    ///< the record does not give the hash beside it
  misplaced,  ///< the record names another number or another log
  tile,       ///< a stored tile does not hold the hashes of its leaves, or is not there
  extra,      ///< more than the tree counts
  frontier,   ///< all leaves stand, and do not make the tree that was committed
};

std::string_view name_of(Flaw flaw);

struct Verdict {
  std::string origin;
  std::uint64_t size = 0;      ///< leaves that the tree counts
  std::uint64_t verified = 0;  ///< leaves found good, from the first on
  merkle::Digest root{};       ///< over those
  Flaw flaw = Flaw::none;
  std::optional<std::uint64_t> first_bad;  ///< number of the first leaf that cannot be trusted

  bool whole() const { return flaw == Flaw::none; }
};

/// Called every few thousand leaves with leaves done and leaves in all; false stops the work.
using Progress = std::function<bool(std::uint64_t done, std::uint64_t size)>;

/// Rehashes every leaf, every tile and the root. A flaw is a verdict, not a fault. Faults:
/// CH-STO-nnn (the file cannot be read at all), CH-AUD-001 (stopped by `progress`). Leaves appended
/// meanwhile are left for the next time.
Result<Verdict> verify(store::LogReader& log, const Progress& progress = {});

}  // namespace charmille::audit
