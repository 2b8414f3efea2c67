#include "gateway/fhir/search_date.h"

#include <algorithm>
#include <array>

namespace charmille::fhir {
namespace {

using fhirpath::Temporal;

constexpr std::array<std::string_view, 5> prefixes{"eq", "ge", "le", "gt", "lt"};

std::optional<Temporal> moment_in(std::string_view text) {
  auto moment = Temporal::parse_date(text);
  return moment ? moment : Temporal::parse_date_time(text);
}

}  // namespace

std::optional<SearchDate> SearchDate::parse(std::string_view text) {
  SearchDate out;
  const auto* const prefix = std::ranges::find(prefixes, text.substr(0, 2));
  if (prefix != prefixes.end()) {
    out.prefix_ = static_cast<Prefix>(prefix - prefixes.begin());
    text.remove_prefix(2);
  }
  const auto moment = moment_in(text);
  if (!moment) return {};
  out.moment_ = *moment;
  return out;
}

bool SearchDate::holds(std::string_view told) const {
  const auto moment = moment_in(told);
  if (!moment) return false;
  const std::optional<int> order = moment->compare(moment_);
  const bool within = !order && moment->precision > moment_.precision &&
                      moment_.precision <= Temporal::Precision::day;
  switch (prefix_) {
    case Prefix::eq:
      return within || order == 0;
    case Prefix::ge:
      return within || (order && *order >= 0);
    case Prefix::le:
      return within || (order && *order <= 0);
    case Prefix::gt:
      return order && *order > 0;
    case Prefix::lt:
      return order && *order < 0;
  }
  return false;
}

}  // namespace charmille::fhir
