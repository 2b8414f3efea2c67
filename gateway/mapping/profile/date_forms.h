// The forms in which exports write days.
#pragma once

#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/fhirpath/temporal.h"

namespace charmille::mapping {

/// Forms of one group fit cells of the same look.
struct DateForm {
  std::string_view pattern;  ///< of `parseDate`
  int group;
};

inline constexpr DateForm date_form_list[] = {
    {"dd/MM/yyyy", 0},       {"MM/dd/yyyy", 0},          {"dd/MM/yyyy HH:mm", 1},
    {"MM/dd/yyyy HH:mm", 1}, {"dd/MM/yyyy HH:mm:ss", 2}, {"MM/dd/yyyy HH:mm:ss", 2},
    {"yyyy-MM-dd", 3},       {"yyyy-MM-ddTHH:mm:ss", 4}, {"yyyy-MM-dd HH:mm:ss", 5},
    {"yyyy-MM-ddTHH:mm", 6}, {"yyyy-MM-dd HH:mm", 7},    {"yyyyMMdd", 8},
    {"ddMMyyyy", 8},         {"dd-MM-yyyy", 9},          {"dd.MM.yyyy", 10},
    {"yyyy/MM/dd", 11},      {"yyyyMMddHHmmss", 12},     {"d/M/yyyy", 13},
};
inline constexpr std::size_t date_form_count = std::size(date_form_list);
inline constexpr int date_form_groups = 14;

/// A quick look: digits and the signs between them.
bool may_be_date(std::string_view text);
/// The date, when `text` fits the form and lies between 1850 and 2150, or is 31/12/9999.
std::optional<fhirpath::Temporal> read_date(std::size_t form, std::string_view text);
/// Nothing when the date has no time and the form wants one.
std::optional<std::string> write_date(std::size_t form, const fhirpath::Temporal& date);
/// The first form that `text` fits; nothing when none does. Day before month where both would do.
std::optional<std::size_t> date_form_of(std::string_view text);

}  // namespace charmille::mapping
