#include "gateway/mapping/profile/date_forms.h"

#include <array>

#include "gateway/fhirpath/date_format.h"

namespace charmille::mapping {
namespace {

using fhirpath::DateFormat;

const DateFormat& format(std::size_t form) {
  static const auto parsed = [] {
    std::array<DateFormat, date_form_count> all;
    for (std::size_t i = 0; i < all.size(); ++i)
      all[i] = *DateFormat::parse(date_form_list[i].pattern);
    return all;
  }();
  return parsed[form];
}

}  // namespace

bool may_be_date(std::string_view text) {
  return text.size() >= 8 && text.size() <= 19 && text[0] >= '0' && text[0] <= '9' &&
         text.find_first_not_of("0123456789/-.:T ") == text.npos;
}

std::optional<fhirpath::Temporal> read_date(std::size_t form, std::string_view text) {
  const auto date = format(form).read(text);
  if (!date) return std::nullopt;
  const bool open_end = date->year == 9999 && date->month == 12 && date->day == 31;
  if (!open_end && (date->year < 1850 || date->year > 2150)) return std::nullopt;
  return date;
}

std::optional<std::string> write_date(std::size_t form, const fhirpath::Temporal& date) {
  return format(form).write(date);
}

std::optional<std::size_t> date_form_of(std::string_view text) {
  if (!may_be_date(text)) return std::nullopt;
  for (std::size_t i = 0; i < date_form_count; ++i)
    if (read_date(i, text)) return i;
  return std::nullopt;
}

}  // namespace charmille::mapping
