// Times in the organisation's time zone: pure functions over the zone's IANA name.
#pragma once

#include <string>

#include "gateway/base/time.h"
#include "gateway/config/site.h"

namespace charmille::exchange {

/// As clocks there show it: "2026-06-30T23:05:00".
std::string local_text(base::Time at, const std::string& time_zone);
/// When a schedule is next due after `now`, in that time zone.
base::Time next_time(const config::Schedule& schedule, const std::string& time_zone,
                     base::Time now);
/// The period that a schedule means at `now`: "2026-05", "2026-05-31", "2026-W22".
std::string period_of(config::Period period, const std::string& time_zone, base::Time now);

}  // namespace charmille::exchange
