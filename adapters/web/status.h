// What a status of HTTP means for a delivery, and when to come back.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "gateway/base/result.h"
#include "gateway/base/time.h"

namespace charmille::adapters::web {

/// What a partner's status means for a delivery.
enum class Verdict : std::uint8_t {
  delivered,
  conflict,     ///< 409: a duplicate where the partner says so, else a refusal
  retry,        ///< 408, 425, 429, 5xx
  credentials,  ///< 401, 403, 407: no payload is at fault, a person must look
  redirected,   ///< 3xx: never followed
  refused,      ///< any other
};
Verdict judge(int status);

/// Seconds to wait: "120", or an HTTP date (RFC 9110 §10.2.3) counted from `now`; at most a day.
/// Nothing when malformed.
std::optional<std::chrono::seconds> retry_after(std::string_view value, base::Time now);

/// A count of seconds as headers and targets write it: digits alone.
std::optional<std::int64_t> whole_number(std::string_view text);

/// A fault to come back from: after as long as the peer's `Retry-After` says, if it says.
tl::unexpected<base::Fault> later(std::string_view code, base::Args args,
                                  std::string_view retry_after_header, base::Time now);

}  // namespace charmille::adapters::web
