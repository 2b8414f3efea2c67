// Days that stand for other days: the order of days is kept, and no day that came in goes out.
#pragma once

#include <cstdint>
#include <vector>

#include "gateway/crypto/key.h"

namespace charmille::mapping {

/// Days between 1850 and 2150. Whole months move to whole months, so that a NIR, which tells year
/// and month only, can follow a birth date.
class ShiftedCalendar {
 public:
  struct Day {
    int year = 0;
    unsigned month = 1;
    unsigned day = 1;
  };

  ShiftedCalendar();

  /// A day that may not come out, and will be asked for.
  void add(const Day& day);
  /// After the last `add`: chooses where each month and day goes.
  void draw(const crypto::Key& key);

  /// What stands for a day that was added; for another day, one in the month that stands for its
  /// month.
  Day day(const Day& day) const;
  /// The month (day 1) that stands for a month.
  Day month(const Day& of) const;

 private:
  static constexpr int first_year = 1800;
  static constexpr std::size_t months = 400 * 12;
  struct Target {
    std::uint16_t month = 0;
    std::uint8_t day = 1;
  };

  static std::size_t index_of(const Day& day);
  static unsigned length_of(std::size_t month);
  std::vector<std::uint8_t> free_days(std::size_t month) const;
  bool has_room(const std::vector<std::size_t>& earlier) const;
  void place_days(const crypto::Key& key, std::size_t month);

  std::vector<std::uint32_t> used_;   ///< a bit for each day of a month
  std::vector<std::uint16_t> moved_;  ///< the month that stands for a month
  std::vector<Target> days_;          ///< 32 for each month
};

}  // namespace charmille::mapping
