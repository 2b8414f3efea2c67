#include "gateway/fhirpath/temporal.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace charmille::fhirpath {
namespace {

/// Reads fixed numbers of digits, one after the other.
class Digits {
 public:
  explicit Digits(std::string_view text) : left_(text) {}

  bool done() const { return left_.empty(); }
  bool skip(char c) {
    if (!left_.starts_with(c)) return false;
    left_.remove_prefix(1);
    return true;
  }
  char peek() const { return left_.empty() ? '\0' : left_.front(); }

  /// Exactly `count` digits, of a value between `least` and `most`.
  template <class T>
  bool number(std::size_t count, unsigned least, unsigned most, T& into) {
    if (left_.size() < count) return false;
    unsigned value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (left_[i] < '0' || left_[i] > '9') return false;
      value = value * 10 + static_cast<unsigned>(left_[i] - '0');
    }
    if (value < least || value > most) return false;
    left_.remove_prefix(count);
    into = static_cast<T>(value);
    return true;
  }

  /// Up to nine digits of a fraction of a second, kept to milliseconds.
  bool fraction(std::uint16_t& milliseconds) {
    unsigned value = 0;
    std::size_t count = 0;
    for (; count < left_.size() && left_[count] >= '0' && left_[count] <= '9'; ++count)
      if (count < 3) value = value * 10 + static_cast<unsigned>(left_[count] - '0');
    if (count == 0 || count > 9) return false;
    for (std::size_t i = count; i < 3; ++i) value *= 10;
    left_.remove_prefix(count);
    milliseconds = static_cast<std::uint16_t>(value);
    return true;
  }

 private:
  std::string_view left_;
};

bool exists(int year, unsigned month, unsigned day) {
  return std::chrono::year_month_day(std::chrono::year(year), std::chrono::month(month),
                                     std::chrono::day(day))
      .ok();
}

bool read_date(Digits& in, Temporal& t) {
  if (!in.number(4, 1, 9999, t.year)) return false;
  t.precision = Temporal::Precision::year;
  if (!in.skip('-')) return true;
  if (!in.number(2, 1, 12, t.month)) return false;
  t.precision = Temporal::Precision::month;
  if (!in.skip('-')) return true;
  if (!in.number(2, 1, 31, t.day)) return false;
  t.precision = Temporal::Precision::day;
  return exists(t.year, t.month, t.day);
}

bool read_time(Digits& in, Temporal& t) {
  if (!in.number(2, 0, 23, t.hour)) return false;
  t.precision = Temporal::Precision::hour;
  if (!in.skip(':')) return true;
  if (!in.number(2, 0, 59, t.minute)) return false;
  t.precision = Temporal::Precision::minute;
  if (!in.skip(':')) return true;
  if (!in.number(2, 0, 59, t.second)) return false;
  t.precision = Temporal::Precision::second;
  if (!in.skip('.')) return true;
  t.has_fraction = true;
  return in.fraction(t.millisecond);
}

bool read_offset(Digits& in, Temporal& t) {
  if (in.done()) return true;
  if (in.skip('Z')) {
    t.has_offset = true;
    return true;
  }
  const bool east = in.peek() == '+';
  if (!in.skip('+') && !in.skip('-')) return false;
  int hours = 0;
  int minutes = 0;
  if (!in.number(2, 0, 14, hours) || !in.skip(':') || !in.number(2, 0, 59, minutes)) return false;
  t.has_offset = true;
  t.offset = static_cast<std::int16_t>((east ? 1 : -1) * (hours * 60 + minutes));
  return true;
}

std::int64_t milliseconds_of_day(const Temporal& t) {
  return ((t.hour * 60LL + t.minute) * 60LL + t.second) * 1000LL + t.millisecond;
}

std::int64_t days_of(const Temporal& t) {
  const std::chrono::year_month_day day(std::chrono::year(t.year), std::chrono::month(t.month),
                                        std::chrono::day(t.day));
  return std::chrono::sys_days(day).time_since_epoch().count();
}

constexpr std::int64_t day_milliseconds = 86'400'000;
constexpr std::int64_t most_span = 3'660'000 * day_milliseconds;  ///< more than 10,000 years

/// Sets the fields from milliseconds since 1970; false outside the years 1 to 9999.
bool set_instant(Temporal& t, std::int64_t milliseconds) {
  std::int64_t days = milliseconds / day_milliseconds;
  std::int64_t rest = milliseconds % day_milliseconds;
  if (rest < 0) {
    rest += day_milliseconds;
    --days;
  }
  if (days < -719'162 || days > 2'932'896) return false;
  const std::chrono::year_month_day day{std::chrono::sys_days{std::chrono::days{days}}};
  t.year = static_cast<int>(day.year());
  t.month = static_cast<std::uint8_t>(static_cast<unsigned>(day.month()));
  t.day = static_cast<std::uint8_t>(static_cast<unsigned>(day.day()));
  t.millisecond = static_cast<std::uint16_t>(rest % 1000);
  t.second = static_cast<std::uint8_t>(rest / 1000 % 60);
  t.minute = static_cast<std::uint8_t>(rest / 60'000 % 60);
  t.hour = static_cast<std::uint8_t>(rest / 3'600'000);
  return true;
}

Temporal in_utc(const Temporal& t) {
  Temporal out = t;
  if (!t.has_offset || t.precision < Temporal::Precision::hour || t.offset == 0) return out;
  set_instant(out, days_of(t) * day_milliseconds + milliseconds_of_day(t) - t.offset * 60'000LL);
  out.offset = 0;
  return out;
}

std::array<std::int64_t, 6> fields_of(const Temporal& t) {
  return {t.year, t.month, t.day, t.hour, t.minute, t.second * 1000LL + t.millisecond};
}

std::optional<Temporal> plus_months(const Temporal& t, std::int64_t months) {
  if (months > 200'000 || months < -200'000) return {};
  const std::int64_t total = t.year * 12LL + t.month - 1 + months;
  const std::int64_t year = total / 12;
  if (total < 12 || year > 9999) return {};
  Temporal out = t;
  out.year = static_cast<std::int32_t>(year);
  out.month = static_cast<std::uint8_t>(total % 12 + 1);
  const std::chrono::year_month_day_last last(
      std::chrono::year(out.year), std::chrono::month_day_last(std::chrono::month(out.month)));
  out.day = std::min(out.day, static_cast<std::uint8_t>(static_cast<unsigned>(last.day())));
  return out;
}

}  // namespace

std::optional<Unit> calendar_unit(std::string_view word) {
  static constexpr std::array names{"year", "month",  "week",   "day",
                                    "hour", "minute", "second", "millisecond"};
  if (word.ends_with('s')) word.remove_suffix(1);
  for (std::size_t i = 0; i < names.size(); ++i)
    if (word == names[i]) return static_cast<Unit>(i);
  return {};
}

std::optional<Temporal> Temporal::date(int year, unsigned month, unsigned day) {
  if (year < 1 || year > 9999 || month > 12 || day > 31 || !exists(year, month, day)) return {};
  Temporal t;
  t.year = year;
  t.month = static_cast<std::uint8_t>(month);
  t.day = static_cast<std::uint8_t>(day);
  return t;
}

std::optional<Temporal> Temporal::parse_date(std::string_view text) {
  Temporal t;
  Digits in(text);
  if (!read_date(in, t) || !in.done()) return {};
  return t;
}

std::optional<Temporal> Temporal::parse_date_time(std::string_view text) {
  Temporal t;
  t.type = Type::date_time;
  Digits in(text);
  if (!read_date(in, t)) return {};
  if (in.done()) return t;
  if (!in.skip('T')) return {};
  if (in.done()) return t;
  if (t.precision != Precision::day || !read_time(in, t) || !read_offset(in, t) || !in.done())
    return {};
  return t;
}

std::optional<Temporal> Temporal::parse_time(std::string_view text) {
  Temporal t;
  t.type = Type::time;
  Digits in(text);
  if (in.peek() == 'T') in.skip('T');
  if (!read_time(in, t) || !in.done()) return {};
  return t;
}

std::string Temporal::text() const {
  std::string out;
  if (type != Type::time) {
    out = fmt::format("{:04}", year);
    if (precision >= Precision::month) out += fmt::format("-{:02}", month);
    if (precision >= Precision::day) out += fmt::format("-{:02}", day);
    if (type == Type::date || precision < Precision::hour) return out;
    out += 'T';
  }
  out += fmt::format("{:02}", hour);
  if (precision >= Precision::minute) out += fmt::format(":{:02}", minute);
  if (precision >= Precision::second) out += fmt::format(":{:02}", second);
  if (has_fraction) out += fmt::format(".{:03}", millisecond);
  if (has_offset)
    out += offset == 0 ? "Z"
                       : fmt::format("{}{:02}:{:02}", offset < 0 ? '-' : '+', std::abs(offset) / 60,
                                     std::abs(offset) % 60);
  return out;
}

std::optional<int> Temporal::compare(const Temporal& other) const {
  if ((type == Type::time) != (other.type == Type::time)) return {};
  const Temporal a = in_utc(*this);
  const Temporal b = in_utc(other);
  const auto fields_a = fields_of(a);
  const auto fields_b = fields_of(b);
  const std::size_t first = type == Type::time ? 3 : 0;
  const auto shared = static_cast<std::size_t>(std::min(a.precision, b.precision));
  // Without both offsets a difference of up to a day says nothing.
  const bool open = shared >= 3 && a.has_offset != b.has_offset;
  for (std::size_t i = first; i <= shared; ++i) {
    if (fields_a[i] == fields_b[i]) continue;
    if (open) {
      const std::int64_t apart = (days_of(a) - days_of(b)) * day_milliseconds +
                                 milliseconds_of_day(a) - milliseconds_of_day(b);
      if (apart > -day_milliseconds && apart < day_milliseconds) return {};
    }
    return fields_a[i] < fields_b[i] ? -1 : 1;
  }
  if (a.precision != b.precision || open) return {};
  return 0;
}

bool Temporal::equivalent(const Temporal& other) const {
  return precision == other.precision && compare(other) == 0;
}

std::optional<Temporal> Temporal::plus(const Decimal& amount, Unit unit) const {
  const auto whole = amount.to_integer();
  if (!whole || *whole > 4'000'000'000'000 || *whole < -4'000'000'000'000) return {};
  if (type != Type::time) {
    // A partial date counts in whole units of its own precision (§6.7.1): 2014 + 24 months is 2016.
    if (unit == Unit::year) return plus_months(*this, *whole * 12);
    if (precision == Precision::year) {
      static constexpr std::array<std::int64_t, 8> in_a_year{
          1, 12, 52, 365, 365 * 24, 365 * 1440, 31'536'000, 31'536'000'000};
      return plus_months(*this, *whole / in_a_year[static_cast<std::size_t>(unit)] * 12);
    }
    if (unit == Unit::month) return plus_months(*this, *whole);
    if (precision == Precision::month) {
      static constexpr std::array<std::int64_t, 8> in_a_month{
          1, 1, 4, 30, 720, 43'200, 2'592'000, 2'592'000'000};
      return plus_months(*this, *whole / in_a_month[static_cast<std::size_t>(unit)]);
    }
  }
  static constexpr std::array<std::int64_t, 8> lengths{
      0, 0, 7 * day_milliseconds, day_milliseconds, 3'600'000, 60'000, 1000, 1};
  const std::int64_t length = lengths[static_cast<std::size_t>(unit)];
  std::int64_t span = 0;
  if (__builtin_mul_overflow(*whole, length, &span)) return {};
  if (unit == Unit::second) {
    const auto exact = amount.times(Decimal(1000));
    span = exact ? exact->to_integer().value_or(span) : span;
  }
  Temporal out = *this;
  if (type == Type::time) {
    if (length == 0) return {};
    const std::int64_t total =
        (milliseconds_of_day(*this) + span % day_milliseconds + day_milliseconds) %
        day_milliseconds;
    set_instant(out, total);
    out.year = year, out.month = month, out.day = day;
    return out;
  }
  if (span > most_span || span < -most_span) return {};
  if (precision == Precision::day) span = span / day_milliseconds * day_milliseconds;
  if (!set_instant(out, days_of(*this) * day_milliseconds + milliseconds_of_day(*this) + span))
    return {};
  return out;
}

}  // namespace charmille::fhirpath
