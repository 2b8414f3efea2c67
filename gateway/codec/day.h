// The day of an extraction, in the forms that partners write it.
#pragma once

#include <string>
#include <string_view>

namespace charmille::codec {

/// "20260630", "2026-06-30", "30/06/2026" or "2026-06-30T02:00:00+02:00" as "2026-06-30": the day
/// as the partner wrote it, in its own time. Empty when it is none.
std::string day_of(std::string_view text);

}  // namespace charmille::codec
