// Invented persons: for each value another of the same shape, always the same under one key, that
// shares no word and no number with the input.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "gateway/crypto/key.h"
#include "gateway/mapping/mask/shifted_calendar.h"
#include "gateway/mapping/profile/date_forms.h"
#include "gateway/mapping/profile/seen.h"

namespace charmille::mapping {

/// What the whole input holds, gathered before anything is invented.
struct Gathered {
  Seen tokens;
  Seen given_names;  ///< words of columns of given names
  Seen persons;      ///< words of columns that promise names
  ShiftedCalendar calendar;
};

class Inventor {
 public:
  /// `gathered` is complete and lives as long.
  Inventor(crypto::Key key, const Gathered& gathered) : key_(std::move(key)), input_(gathered) {}

  /// Identifiers, numbers and anything else with digits: digits for digits, letters for letters,
  /// Luhn keys kept right. Different values get different ones, once they have four signs or more.
  std::string reshaped(std::string_view text);
  /// Each word another; titles and particles stay. Case and the presence of accents are kept.
  std::string names(std::string_view text);
  /// The same, with the words for kinds of streets kept.
  std::string address(std::string_view text);
  /// 13 or 15 characters of the shape of a NIR: sex kept, year and month as the calendar moves
  /// them, place as `commune` moves it, right key.
  std::string national_id(std::string_view text);
  /// An INSEE code that no commune has.
  std::string commune(std::string_view text);
  /// Of the range that is never given to anybody (06 39 98).
  std::string phone(std::string_view text);
  std::string mail(std::string_view text);
  std::string date(std::size_t form, std::string_view text);
  /// "13:30": the minutes change.
  std::string time(std::string_view text);
  /// Words that say nothing, of about the same length, with the same line ends.
  std::string neutral(std::string_view text);

 private:
  std::string word(std::string_view original);
  std::string words(std::string_view text, bool keep_streets);
  std::string candidate(std::string_view text, std::uint64_t attempt) const;
  std::string neutral_line(std::string_view line, std::uint64_t attempt) const;
  bool claim(std::string_view invented, std::string_view original);

  crypto::Key key_;
  const Gathered& input_;
  std::unordered_map<std::uint64_t, std::uint64_t> claims_;  ///< hash of invented to of original
};

}  // namespace charmille::mapping
