#include "gateway/exchange/calendar.h"

#include <date/date.h>
#include <date/tz.h>
#include <fmt/format.h>

namespace charmille::exchange {
namespace {

using LocalDay = date::local_days;

const date::time_zone& zone_of(const std::string& name) {
  try {
    return *date::locate_zone(name);
  } catch (const std::exception&) {
    return *date::locate_zone("UTC");
  }
}

LocalDay today_in(const date::time_zone& zone, base::Time now) {
  return date::floor<date::days>(zone.to_local(now));
}

bool falls_on(const config::Schedule& schedule, LocalDay day) {
  switch (schedule.every) {
    case config::Schedule::Every::day:
      return true;
    case config::Schedule::Every::week:
      return date::weekday(day).iso_encoding() == schedule.day;
    case config::Schedule::Every::month:
      return static_cast<unsigned>(date::year_month_day(day).day()) == schedule.day;
  }
  return false;
}

std::string iso(LocalDay day) {
  return date::format("%F", day);
}

}  // namespace

std::string local_text(base::Time at, const std::string& time_zone) {
  return date::format("%FT%T", date::floor<std::chrono::seconds>(zone_of(time_zone).to_local(at)));
}

base::Time next_time(const config::Schedule& schedule, const std::string& time_zone,
                     base::Time now) {
  const date::time_zone& zone = zone_of(time_zone);
  // At most 31 days lie between two days of a month; a time that the clock skips in spring is taken
  // at its end.
  for (LocalDay day = today_in(zone, now);; day += date::days(1)) {
    if (!falls_on(schedule, day)) continue;
    const base::Time at = std::chrono::time_point_cast<base::Duration>(
        zone.to_sys(day + schedule.at, date::choose::latest));
    if (at > now) return at;
  }
}

std::string period_of(config::Period period, const std::string& time_zone, base::Time now) {
  const LocalDay day = today_in(zone_of(time_zone), now);
  const date::year_month_day ymd(day);
  const date::year_month month(ymd.year(), ymd.month());
  const auto text = [](date::year_month m) {
    return fmt::format("{:04}-{:02}", static_cast<int>(m.year()), static_cast<unsigned>(m.month()));
  };
  switch (period) {
    case config::Period::previous_day:
      return iso(day - date::days(1));
    case config::Period::previous_week: {
      const LocalDay monday = day - (date::weekday(day) - date::Monday) - date::days(7);
      return iso(monday) + "/" + iso(monday + date::days(6));
    }
    case config::Period::previous_month:
      return text(month - date::months(1));
    case config::Period::current_month:
      return text(month);
  }
  return text(month);
}

}  // namespace charmille::exchange
