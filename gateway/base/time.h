// Time is injected: wall clock for people, monotonic clock for deadlines.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/base/result.h"

namespace charmille::base {

/// UTC, microseconds since 1970.
using Time = std::chrono::sys_time<std::chrono::microseconds>;
using Duration = std::chrono::microseconds;

/// Where time comes from; tests give their own.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
  virtual std::chrono::steady_clock::time_point steady() const = 0;
};

/// The clock of the machine.
const Clock& system_clock();

/// "2026-06-30T09:12:03.000125Z" (RFC 3339, always six digits, always Z).
std::string to_rfc3339(Time t);
/// Reads RFC 3339 with any offset and 0 to 9 fraction digits.
Result<Time> parse_rfc3339(std::string_view text);
/// "2026-06-30" in UTC.
std::string to_date(Time t);
/// Microseconds since 1970, and back: what the store keeps.
inline std::int64_t to_micros(Time t) {
  return t.time_since_epoch().count();
}
inline Time from_micros(std::int64_t us) {
  return Time(std::chrono::microseconds(us));
}

/// "250ms", "10s", "5m", "2h", "7d", as configuration writes durations.
Result<Duration> parse_duration(std::string_view text);
std::string to_text(Duration d);

}  // namespace charmille::base
