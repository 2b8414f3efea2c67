#include "gateway/mapping/mask/shifted_calendar.h"

#include <algorithm>
#include <bit>
#include <chrono>

#include "gateway/mapping/mask/draw.h"

namespace charmille::mapping {
namespace {

constexpr std::size_t least_shift = 7;     // months
constexpr std::size_t shift_choices = 11;  // months
constexpr std::size_t most_years = 24;     // beyond, whatever room there is must do
constexpr std::size_t skip_chance = 16;    // one month in so many is left out
constexpr std::size_t days_a_month = 32;

}  // namespace

ShiftedCalendar::ShiftedCalendar()
    : used_(months, 0), moved_(months, 0), days_(months * days_a_month) {}

std::size_t ShiftedCalendar::index_of(const Day& day) {
  const int years = std::clamp(day.year - first_year, 0, 399);
  return static_cast<std::size_t>(years) * 12 + day.month - 1;
}

unsigned ShiftedCalendar::length_of(std::size_t month) {
  using namespace std::chrono;
  const year_month_day_last last{
      year(first_year + static_cast<int>(month / 12)),
      month_day_last(std::chrono::month(static_cast<unsigned>(month % 12 + 1)))};
  return static_cast<unsigned>(last.day());
}

void ShiftedCalendar::add(const Day& day) {
  used_[index_of(day)] |= 1U << day.day;
}

std::vector<std::uint8_t> ShiftedCalendar::free_days(std::size_t month) const {
  std::vector<std::uint8_t> free;
  for (unsigned day = 1; day <= length_of(month); ++day)
    if ((used_[month] & 1U << day) == 0) free.push_back(static_cast<std::uint8_t>(day));
  return free;
}

bool ShiftedCalendar::has_room(const std::vector<std::size_t>& earlier) const {
  for (std::size_t month = 0; month < months; ++month) {
    if (used_[month] == 0) continue;
    if (earlier[month] > month) return false;
    const auto wanted = static_cast<unsigned>(std::popcount(used_[month]));
    const std::size_t to = month - earlier[month];
    const auto free = length_of(to) - static_cast<unsigned>(std::popcount(used_[to]));
    if (free < std::min(wanted, 5U)) return false;
  }
  return true;
}

/// Months move into the past, the older the further, so that knowing one day does not give the
/// others.
void ShiftedCalendar::draw(const crypto::Key& key) {
  Draw choice(key, "months", "");
  std::size_t last = months - 1;
  while (last > 0 && used_[last] == 0) --last;
  std::vector<std::size_t> earlier(months, least_shift + choice.below(shift_choices));
  for (std::size_t month = last; month-- > 0;)
    earlier[month] = earlier[month + 1] + (choice.below(skip_chance) == 0 ? 1 : 0);
  for (std::size_t years = 0; years < most_years && !has_room(earlier); ++years)
    for (std::size_t& months_back : earlier) months_back += 12;
  for (std::size_t month = 0; month < months; ++month) {
    moved_[month] = static_cast<std::uint16_t>(month - std::min(month, earlier[month]));
    place_days(key, month);
  }
}

void ShiftedCalendar::place_days(const crypto::Key& key, std::size_t month) {
  std::size_t to = moved_[month];
  std::vector<std::uint8_t> free = free_days(to);
  while (free.empty() && to > 0) free = free_days(--to);
  if (free.empty()) free.push_back(1);
  Draw choice(key, "days", std::to_string(month));
  std::ranges::for_each(
      days_.begin() + static_cast<std::ptrdiff_t>(month * days_a_month),
      days_.begin() + static_cast<std::ptrdiff_t>((month + 1) * days_a_month), [&](Target& target) {
        target = {static_cast<std::uint16_t>(to), free[choice.below(free.size())]};
      });
  // The days that are asked for come in order, each on a day of its own while there are enough.
  const auto wanted = static_cast<std::size_t>(std::popcount(used_[month]));
  while (free.size() > wanted)
    free.erase(free.begin() + static_cast<std::ptrdiff_t>(choice.below(free.size())));
  std::size_t rank = 0;
  for (std::size_t day = 1; day < days_a_month; ++day) {
    if ((used_[month] & 1U << day) == 0) continue;
    days_[month * days_a_month + day].day = free[rank * free.size() / wanted];
    ++rank;
  }
}

ShiftedCalendar::Day ShiftedCalendar::day(const Day& day) const {
  const Target& target = days_[index_of(day) * days_a_month + day.day];
  return {first_year + target.month / 12, target.month % 12 + 1U, target.day};
}

ShiftedCalendar::Day ShiftedCalendar::month(const Day& of) const {
  const std::uint16_t to = moved_[index_of(of)];
  return {first_year + to / 12, to % 12 + 1U, 1};
}

}  // namespace charmille::mapping
