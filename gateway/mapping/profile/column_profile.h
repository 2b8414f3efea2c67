// What the cells of one column hold, told from the cells and never showing one: shapes and, for
// codes only, values.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "gateway/mapping/profile/column_name.h"
#include "gateway/mapping/profile/date_forms.h"

namespace charmille::mapping {

enum class ColumnKind : std::uint8_t {
  empty,
  date,  ///< with or without a time
  time,
  integer,
  decimal,
  boolean,     ///< yes and no in words
  code,        ///< few values, each often: vocabulary
  identifier,  ///< one word with digits
  national_id,
  phone,
  mail,
  name,
  address,
  text,
};

/// "date", "code", ...: what programs read.
std::string_view name_of(ColumnKind kind);

/// Letters as X or x, digits as 9, all else as it is; at most 40 characters.
std::string shape_of(std::string_view text);

/// 13 or 15 characters of the shape of a NIR, blanks and dots taken out; empty otherwise.
std::string bare_national_id(std::string_view text);

/// Digits of a French phone number; empty otherwise.
std::string bare_phone(std::string_view text);

/// Where a person is named: 0 for "Mme Dupont", further for "chez M. Dupont"; npos when none is.
std::size_t civility_in(std::string_view text);

/// Oui, NON, O, n, vrai, false, ...
bool is_boolean_word(std::string_view text);

class ColumnProfile {
 public:
  static constexpr std::size_t most_codes = 20;
  static constexpr std::uint64_t least_repeats = 3;
  static constexpr std::size_t most_date_forms = 4;

  /// Up to `keep_distinct` different cells are told apart (by hash) for `unique` and `within`.
  ColumnProfile(std::string name, std::size_t keep_distinct);

  /// One cell; blank ones count as empty.
  void feed(std::string_view cell);

  const std::string& name() const { return name_; }
  Promise promise() const { return promise_; }
  std::uint64_t rows() const { return rows_; }
  std::uint64_t filled() const { return filled_; }
  ColumnKind kind() const;
  /// No cell comes twice; false once there were more than `keep_distinct`.
  bool unique() const { return filled_ > 0 && all_kept_ && !repeated_; }
  /// Every cell of this column is one of `other`.
  bool within(const ColumnProfile& other) const;
  /// The forms of a date column, the most frequent first.
  std::vector<std::string_view> date_forms() const;
  /// Cells that fit none of `date_forms`.
  std::uint64_t undated() const;
  /// A day that programs write for "no date", as it stands in the cells; empty when there is none.
  const std::string& no_date() const { return no_date_; }
  const std::vector<std::string>& shapes() const { return shapes_; }
  /// The values of a code column with how often each comes: at most `most_codes`, each at least
  /// `least_repeats` times, and never of a column that promises a person, an identifier or a date.
  std::map<std::string, std::uint64_t> codes() const;
  /// The different cells, while they are at most `most_codes`.
  const std::map<std::string, std::uint64_t, std::less<>>& values() const { return values_; }
  /// Every cell has one or two characters, of at most `most_codes` kinds: marks that name nobody.
  bool only_marks() const;
  /// Its values name persons: from now on they are text, never codes.
  void hide() { hidden_ = true; }

 private:
  bool few_and_frequent() const;
  bool mostly(std::uint64_t count) const { return filled_ > 0 && count * 20 >= filled_ * 19; }
  ColumnKind kind_by_promise() const;
  void count_forms(std::string_view cell);
  void count_numbers(std::string_view cell);
  void remember(std::string_view cell);

  std::string name_;
  Promise promise_;
  std::size_t keep_distinct_;
  std::uint64_t rows_ = 0;
  std::uint64_t filled_ = 0;
  std::array<std::uint64_t, date_form_count> fits_{};
  std::uint64_t times_ = 0;
  std::uint64_t integers_ = 0;  ///< that keep their value as a number: no leading zero, 9 digits
  std::uint64_t decimals_ = 0;
  std::uint64_t booleans_ = 0;
  std::uint64_t words_with_digits_ = 0;
  std::uint64_t national_ids_ = 0;
  std::uint64_t phones_ = 0;
  std::uint64_t mails_ = 0;
  std::uint64_t civilities_ = 0;
  std::size_t longest_ = 0;  ///< characters
  bool only_digits_ = true;
  std::map<std::string, std::uint64_t, std::less<>> values_;
  bool few_values_ = true;
  std::unordered_set<std::uint64_t> distinct_;
  bool all_kept_ = true;
  bool repeated_ = false;
  std::vector<std::string> shapes_;
  std::string no_date_;
  bool hidden_ = false;
};

}  // namespace charmille::mapping
