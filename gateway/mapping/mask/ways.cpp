#include "gateway/mapping/mask/ways.h"

#include <algorithm>

namespace charmille::mapping {

Way way_of(ColumnKind kind, Promise promise) {
  switch (kind) {
    case ColumnKind::date:
      return Way::date;
    case ColumnKind::time:
      return Way::time;
    case ColumnKind::national_id:
      return Way::national_id;
    case ColumnKind::phone:
      return Way::phone;
    case ColumnKind::mail:
      return Way::mail;
    case ColumnKind::name:
      return Way::name;
    case ColumnKind::address:
      return promise == Promise::commune ? Way::commune : Way::address;
    case ColumnKind::identifier:
      return Way::identifier;
    case ColumnKind::integer:
    case ColumnKind::decimal:
      return Way::number;
    case ColumnKind::empty:
    case ColumnKind::boolean:
    case ColumnKind::code:
    case ColumnKind::text:
      break;
  }
  return Way::text;
}

void Ways::claim(Way way, std::string_view value) {
  if (way == Way::text) return;
  auto& seen = claimed_[static_cast<std::size_t>(way)];
  if (!seen) seen = std::make_unique<Seen>();
  seen->add_value(value);
}

bool Ways::has(Way way, std::string_view value) const {
  if (way == Way::text) return true;
  const auto& seen = claimed_[static_cast<std::size_t>(way)];
  return seen && seen->has_value(value);
}

bool Ways::points_at_somebody(std::string_view value) const {
  using enum Way;
  return std::ranges::any_of(
      std::array{national_id, phone, mail, identifier, name, commune, address},
      [&](Way way) { return has(way, value); });
}

}  // namespace charmille::mapping
