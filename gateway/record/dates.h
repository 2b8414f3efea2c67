// Dates of the child record: ISO 8601, complete or partial (2014, 2014-05).
#pragma once

#include <optional>
#include <string_view>

namespace charmille::record {

/// A year from 1000 to 9999, with a month and a day that the calendar has, as far as they are
/// given.
bool is_date(std::string_view text);
/// True when `earlier` is after `later` for certain: compared as far as both are precise. Both are
/// dates.
bool is_after(std::string_view earlier, std::string_view later);
/// Has what lasts until `end` ended on the day `today`? Without an end no; an end that is planned
/// for later is none yet, and one that is no date is none. An empty `today`: any end counts.
bool is_over(std::string_view end, std::string_view today);
/// Full years between a complete birth date and a complete day; nothing when one is not complete.
std::optional<int> age_on(std::string_view birth, std::string_view day);

}  // namespace charmille::record
