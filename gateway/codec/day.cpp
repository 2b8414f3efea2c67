#include "gateway/codec/day.h"

#include <algorithm>

namespace charmille::codec {

std::string day_of(std::string_view text) {
  constexpr std::size_t iso = 10;
  const auto digits = [](std::string_view part) {
    return std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
  };
  // What follows the T is the hour, which no extraction is dated by.
  if (text.size() > iso && text[iso] == 'T') text = text.substr(0, iso);
  std::string_view year;
  std::string_view month;
  std::string_view day;
  if (text.size() == 8) {
    year = text.substr(0, 4), month = text.substr(4, 2), day = text.substr(6);
  } else if (text.size() == iso && text[4] == '-' && text[7] == '-') {
    year = text.substr(0, 4), month = text.substr(5, 2), day = text.substr(8);
  } else if (text.size() == iso && text[2] == '/' && text[5] == '/') {
    year = text.substr(6), month = text.substr(3, 2), day = text.substr(0, 2);
  }
  if (year.empty() || !digits(year) || !digits(month) || !digits(day)) return {};
  if (month < "01" || month > "12" || day < "01" || day > "31") return {};
  return std::string(year) + '-' + std::string(month) + '-' + std::string(day);
}

}  // namespace charmille::codec
