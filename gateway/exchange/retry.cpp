#include "gateway/exchange/retry.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace charmille::exchange {
namespace {

/// In [0, 1).
double draw(base::Random& random) {
  std::array<std::uint8_t, 8> bytes{};
  random.fill(bytes);
  std::uint64_t bits = 0;
  std::memcpy(&bits, bytes.data(), sizeof bits);
  return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

}  // namespace

base::Duration wait_after(const config::Retry& plan, std::uint32_t attempt, base::Random& random) {
  const double most = static_cast<double>(plan.most.count());
  const double grown = static_cast<double>(plan.first.count()) *
                       std::pow(static_cast<double>(plan.factor), attempt > 0 ? attempt - 1 : 0);
  const double spread = 1.0 + static_cast<double>(plan.jitter) / 100.0 * (2.0 * draw(random) - 1.0);
  return base::Duration(static_cast<std::int64_t>(std::min(grown, most) * spread));
}

std::optional<base::Time> next_attempt(const config::Retry& plan, std::uint32_t attempt,
                                       base::Time first_attempt, base::Time now,
                                       std::optional<base::Duration> asked, base::Random& random) {
  base::Duration wait = wait_after(plan, attempt, random);
  if (asked) wait = std::max(wait, *asked);
  const base::Time at = now + wait;
  if (at - first_attempt > plan.give_up) return {};
  return at;
}

}  // namespace charmille::exchange
