// Control lines: what a partner wants before the first row and after the last one, with counts and
// sums.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/tree/node.h"

namespace charmille::codec {

/// A line as the configuration writes it: "99;{first:finess};{lines:6};{sum:billable:6}".
///   {lines}, {lines:6}          how many rows, padded with zeros to six digits
///   {all-lines}, {all-lines:6}  how many lines the file has, header and control lines included
///   {sum:COLUMN}, {sum:COL:6}   the sum of a column of whole numbers
///   {first:COLUMN}              what the first row has in a column
///   {{ }}                       braces themselves
class ControlLine {
 public:
  /// Fault: CH-CSV-029, at what cannot be read.
  static Result<ControlLine> parse(std::string_view text);

  struct Part {
    enum class Kind : std::uint8_t { literal, lines, all_lines, sum, first };
    Kind kind = Kind::literal;
    std::string text;  ///< the literal, or the column
    std::size_t digits = 0;
  };
  const std::vector<Part>& parts() const { return parts_; }
  /// Needs nothing of the rows but the first one.
  bool is_known_at_first() const;

 private:
  std::vector<Part> parts_;
};

/// What control lines say of the rows so far.
class Totals {
 public:
  /// `header`: a header line is written too.
  Totals(const ControlLine& first, const ControlLine& last, bool header);
  /// Takes a row into account. Fault: CH-CSV-030 (a cell of a summed column is no whole number).
  Result<void> add(const tree::Node& row);
  std::string fill(const ControlLine& line) const;

 private:
  std::uint64_t lines_ = 0;
  std::uint64_t beside_ = 0;                  ///< lines that are no rows
  std::map<std::string, std::int64_t> sums_;  ///< of the columns that the lines name
  std::map<std::string, std::string> firsts_;
};

}  // namespace charmille::codec
