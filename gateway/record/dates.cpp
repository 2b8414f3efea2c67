#include "gateway/record/dates.h"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace charmille::record {
namespace {

std::optional<int> number(std::string_view digits) {
  int value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size() || digits.starts_with('-'))
    return std::nullopt;
  return value;
}

}  // namespace

bool is_date(std::string_view text) {
  if (text.size() != 4 && text.size() != 7 && text.size() != 10) return false;
  const auto year = number(text.substr(0, 4));
  if (!year || *year < 1000) return false;
  if (text.size() == 4) return true;
  const auto month = text[4] == '-' ? number(text.substr(5, 2)) : std::nullopt;
  if (!month || *month < 1 || *month > 12) return false;
  if (text.size() == 7) return true;
  const auto day = text[7] == '-' ? number(text.substr(8, 2)) : std::nullopt;
  if (!day) return false;
  return std::chrono::year_month_day(std::chrono::year(*year),
                                     std::chrono::month(static_cast<unsigned>(*month)),
                                     std::chrono::day(static_cast<unsigned>(*day)))
      .ok();
}

bool is_after(std::string_view earlier, std::string_view later) {
  const std::size_t shared = std::min(earlier.size(), later.size());
  return earlier.substr(0, shared) > later.substr(0, shared);
}

bool is_over(std::string_view end, std::string_view today) {
  if (end.empty()) return false;
  return today.empty() || (is_date(end) && !is_after(end, today));
}

std::optional<int> age_on(std::string_view birth, std::string_view day) {
  if (birth.size() != 10 || day.size() != 10) return std::nullopt;
  const auto from = number(birth.substr(0, 4));
  const auto to = number(day.substr(0, 4));
  if (!from || !to) return std::nullopt;
  return *to - *from - (day.substr(5) < birth.substr(5) ? 1 : 0);
}

}  // namespace charmille::record
