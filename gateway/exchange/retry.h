// When to try again: exponential back-off with jitter, and a visible end.
#pragma once

#include <cstdint>
#include <optional>

#include "gateway/base/time.h"
#include "gateway/base/uuid.h"
#include "gateway/config/site.h"

namespace charmille::exchange {

/// How long to wait after attempt number `attempt` (from 1) failed.
base::Duration wait_after(const config::Retry& plan, std::uint32_t attempt, base::Random& random);

/// When to try again, or nothing when the time to give up is over. `asked` is what the peer asked
/// for (Retry-After), which lengthens the wait and never shortens it.
std::optional<base::Time> next_attempt(const config::Retry& plan, std::uint32_t attempt,
                                       base::Time first_attempt, base::Time now,
                                       std::optional<base::Duration> asked, base::Random& random);

}  // namespace charmille::exchange
