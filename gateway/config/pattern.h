// Names of files with placeholders: "EO_Usagers_{date:yyyyMMdd}.csv" recognises the files of a lot
// and names those that leave.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"

namespace charmille::config {

/// A pattern: literal text, placeholders `{name}` or `{name:format}`, and at most one `*` for any
/// characters.
///
/// The format of a moment is made of yyyy, MM, dd, HH, mm, ss and separators; `date` is yyyyMMdd,
/// `month` yyyyMM and `time` HHmmss unless the pattern says otherwise. `sequence` is digits. Any
/// other name is letters, digits, `_` and `-`.
class NamePattern {
 public:
  using Values = std::map<std::string, std::string, std::less<>>;

  /// CH-CFG-040: a brace left open, an unknown format, a second `*`, a slash, two placeholders of
  /// one name.
  static Result<NamePattern> parse(std::string_view text);

  const std::string& text() const { return text_; }
  bool has(std::string_view placeholder) const;
  std::vector<std::string> placeholders() const;

  /// The values of the placeholders when the whole name fits: a date as "2026-06-30", a month as
  /// "2026-06", a time as "06:00:00", others as written. Days that no calendar has do not fit.
  std::optional<Values> match(std::string_view name) const;

  /// The name with these values, given in the shapes that `match` answers. Fault CH-CFG-041: a
  /// placeholder without a value, or with one that does not suit a file name; a pattern with `*`
  /// names nothing.
  Result<std::string> fill(const Values& values) const;

  /// A name that fits, for telling whether two patterns can claim the same file.
  std::string sample() const;

 private:
  enum class Kind : std::uint8_t { literal, any, moment, digits, word };
  struct Part {
    Kind kind = Kind::literal;
    std::string text;    ///< the literal, or the placeholder's name
    std::string format;  ///< of a moment
  };

  /// One search: the values so far, and the (part, length left) from which nothing fits, so that no
  /// name is slow.
  struct Search {
    Values values;
    std::vector<bool> dead;
  };

  static std::optional<Part> placeholder(std::string_view inside);
  bool match_from(std::size_t part, std::string_view rest, Search& search) const;
  bool match_part(std::size_t part, std::string_view rest, Search& search) const;
  bool match_run(std::size_t part, std::string_view rest, Search& search) const;

  std::string text_;
  std::vector<Part> parts_;
};

}  // namespace charmille::config
