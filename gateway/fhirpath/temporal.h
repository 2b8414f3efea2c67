// Dates, date-times and times that may be partial: "2014", "2014-03", "2014-03-12T10".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/fhirpath/decimal.h"

namespace charmille::fhirpath {

enum class Unit : std::uint8_t { year, month, week, day, hour, minute, second, millisecond };

/// The calendar unit named "year", "years", "day", ...; nothing for other words.
std::optional<Unit> calendar_unit(std::string_view word);

/// A value of type Date, DateTime or Time (FHIRPath 2.0.0 §4.1). What is beyond `precision` is
/// unknown.
struct Temporal {
  enum class Type : std::uint8_t { date, date_time, time };
  enum class Precision : std::uint8_t { year, month, day, hour, minute, second };

  Type type = Type::date;
  Precision precision = Precision::day;
  bool has_fraction = false;  ///< milliseconds were written
  bool has_offset = false;
  std::int16_t offset = 0;  ///< minutes east of UTC
  std::int32_t year = 0;
  std::uint8_t month = 1;
  std::uint8_t day = 1;
  std::uint8_t hour = 0;
  std::uint8_t minute = 0;
  std::uint8_t second = 0;
  std::uint16_t millisecond = 0;

  /// A date that exists, or nothing.
  static std::optional<Temporal> date(int year, unsigned month, unsigned day);
  /// "2014", "2014-03", "2014-03-12": a date. "2014T", "2014-03-12T10:30:00.000+02:00": a
  /// date-time.
  static std::optional<Temporal> parse_date(std::string_view text);
  static std::optional<Temporal> parse_date_time(std::string_view text);
  /// "10", "10:30", "10:30:00.125".
  static std::optional<Temporal> parse_time(std::string_view text);

  std::string text() const;  ///< ISO 8601, as parsed

  /// -1, 0, 1; nothing when precisions or missing offsets leave it open (§6.2).
  std::optional<int> compare(const Temporal& other) const;
  /// For `~`: equal values of equal precision.
  bool equivalent(const Temporal& other) const;
  /// `amount` units later (§6.7); nothing when the result leaves the years 1 to 9999. Fractions of
  /// a unit above seconds are dropped, as the standard says.
  std::optional<Temporal> plus(const Decimal& amount, Unit unit) const;
};

}  // namespace charmille::fhirpath
