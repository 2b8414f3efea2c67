// How each value of a lot is invented: a value is one thing, whichever column it stands in.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "gateway/mapping/profile/column_profile.h"
#include "gateway/mapping/profile/seen.h"

namespace charmille::mapping {

/// The first way that a column claims a value for is its way in every column.
enum class Way : std::uint8_t {
  date,
  national_id,
  phone,
  mail,
  identifier,
  number,
  time,
  name,
  commune,
  address,
  text,  ///< what no column claims for anything else
};

/// The way that a column of that kind claims its values for.
Way way_of(ColumnKind kind, Promise promise);

/// Which values columns claimed, in constant memory: like `Seen`, it now and then takes a new value
/// for a claimed one, and always the same.
class Ways {
 public:
  static constexpr std::size_t count = static_cast<std::size_t>(Way::text);

  void claim(Way way, std::string_view value);
  bool has(Way way, std::string_view value) const;
  /// Claimed for what tells one person, file or place from another.
  bool points_at_somebody(std::string_view value) const;

 private:
  std::array<std::unique_ptr<Seen>, count> claimed_;
};

}  // namespace charmille::mapping
