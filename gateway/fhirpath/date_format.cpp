#include "gateway/fhirpath/date_format.h"

#include <algorithm>

namespace charmille::fhirpath {
namespace {

constexpr std::string_view fields = "yMdHms";

Temporal::Precision precision_of(char field) {
  return static_cast<Temporal::Precision>(fields.find(field));
}

unsigned value_of(const Temporal& t, char field) {
  switch (field) {
    case 'y':
      return static_cast<unsigned>(t.year);
    case 'M':
      return t.month;
    case 'd':
      return t.day;
    case 'H':
      return t.hour;
    case 'm':
      return t.minute;
    default:
      return t.second;
  }
}

}  // namespace

std::optional<DateFormat> DateFormat::parse(std::string_view pattern) {
  DateFormat format;
  std::array<bool, 6> present{};
  for (std::size_t i = 0; i < pattern.size();) {
    if (format.count_ == most_parts) return {};
    Part& part = format.parts_[format.count_++];
    const char c = pattern[i];
    const std::size_t field = fields.find(c);
    if (field == fields.npos) {
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (letter && c != 'T') return {};
      part.character = c;
      ++i;
      continue;
    }
    std::size_t run = 1;
    while (i + run < pattern.size() && pattern[i + run] == c) ++run;
    const bool free = run == 1 && (c == 'M' || c == 'd' || c == 'H');
    if (present[field] || (!free && run != (c == 'y' ? 4U : 2U))) return {};
    present[field] = true;
    part.field = c;
    part.digits = free ? std::uint8_t{0} : static_cast<std::uint8_t>(run);
    i += run;
  }
  // No hole: a day without a month says nothing.
  for (std::size_t i = 1; i < present.size(); ++i)
    if (present[i] && !present[i - 1]) return {};
  if (!present[0]) return {};
  return format;
}

std::optional<Temporal> DateFormat::read(std::string_view text) const {
  Temporal t;
  t.precision = Temporal::Precision::year;
  std::array<unsigned, 6> values{0, 1, 1, 0, 0, 0};
  std::size_t at = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    const Part& part = parts_[i];
    if (part.field == 0) {
      if (at >= text.size() || text[at++] != part.character) return {};
      continue;
    }
    const std::size_t most = part.digits == 0 ? 2 : part.digits;
    unsigned value = 0;
    std::size_t read = 0;
    for (; read < most && at < text.size() && text[at] >= '0' && text[at] <= '9'; ++read)
      value = value * 10 + static_cast<unsigned>(text[at++] - '0');
    if (read == 0 || (part.digits != 0 && read != most)) return {};
    values[fields.find(part.field)] = value;
    t.precision = std::max(t.precision, precision_of(part.field));
  }
  if (at != text.size() || values[3] > 23 || values[4] > 59 || values[5] > 59) return {};
  const auto day = Temporal::date(static_cast<int>(values[0]), values[1], values[2]);
  if (!day) return {};
  t.type =
      t.precision > Temporal::Precision::day ? Temporal::Type::date_time : Temporal::Type::date;
  t.year = day->year;
  t.month = day->month;
  t.day = day->day;
  t.hour = static_cast<std::uint8_t>(values[3]);
  t.minute = static_cast<std::uint8_t>(values[4]);
  t.second = static_cast<std::uint8_t>(values[5]);
  return t;
}

std::optional<std::string> DateFormat::write(const Temporal& value) const {
  if (value.type == Temporal::Type::time) return {};
  std::string out;
  for (std::size_t i = 0; i < count_; ++i) {
    const Part& part = parts_[i];
    if (part.field == 0) {
      out += part.character;
      continue;
    }
    if (precision_of(part.field) > value.precision) return {};
    const std::string digits = std::to_string(value_of(value, part.field));
    if (digits.size() < part.digits) out.append(part.digits - digits.size(), '0');
    out += digits;
  }
  return out;
}

}  // namespace charmille::fhirpath
