// Files whose lines are of several types (H/D/T, 00/10/20/99): what each type holds and how the
// types hang together. The whole of a partner's layout, as its configuration says it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/codec/text.h"
#include "gateway/tree/spec.h"

namespace charmille::codec {

struct LineField {
  enum class Kind : std::uint8_t {
    text,
    digits,  ///< digits over its whole width
    alpha,   ///< letters from its first column on, then blanks
    date,    ///< yyyyMMdd, a day of the calendar
  };

  std::string name;
  std::uint32_t first = 0;  ///< fixed: its first column; records: the number of its cell; from 1
  std::uint32_t width = 0;  ///< fixed: in characters
  Kind kind = Kind::text;
  bool required = false;                 ///< blank: the file is refused
  bool trim = true;                      ///< fixed: blanks around are no part of the value
  std::vector<std::string> null_values;  ///< those of the whole format included
};

/// What a field of the header or of the trailer must equal.
struct LineCheck {
  enum class Of : std::uint8_t {
    lines,   ///< how many lines there are, header and trailer included
    count,   ///< how many lines of `type`
    sum,     ///< the sum of the field `other` of `type`
    length,  ///< the sum of the lengths, in characters, of the lines between header and trailer
    header,  ///< the field `other` of the header
  };

  std::size_t field = 0;
  Of of = Of::lines;
  std::size_t type = 0;
  std::size_t other = 0;
  std::uint64_t modulo = 0;  ///< of sums; 0: none
};

struct LineType {
  enum class Role : std::uint8_t { record, header, trailer };

  std::string code;  ///< what its lines begin with
  std::string name;
  Role role = Role::record;
  std::vector<LineField> fields;
  std::vector<std::size_t> key;        ///< fields whose values no two lines share
  std::optional<std::size_t> parent;   ///< a type
  std::vector<std::size_t> on;         ///< fields that the parent has too, under the same names
  std::vector<std::size_t> parent_on;  ///< the same fields in the parent
  std::vector<std::size_t> children;   ///< types whose parent this is
  bool reference = false;       ///< lines that several parents share, or none: a table beside
  bool reject_doubled = false;  ///< a doubled key rejects its records, not the whole file
  std::optional<std::size_t> group_by;  ///< a field: lines with the same value make one row
  std::vector<LineCheck> checks;
};

/// Options of `records` (cells parted by a delimiter) and of `fixed` (columns).
struct LinesInput {
  enum class End : std::uint8_t { any, crlf, lf };

  Encoding encoding = Encoding::utf8;
  char delimiter = ';';          ///< records
  std::uint32_t length = 0;      ///< fixed: of every line, in characters
  std::uint32_t code_first = 1;  ///< fixed: column of the type code
  std::uint32_t code_width = 1;
  End line_end = End::any;
  bool ctrl_z = false;                      ///< the text may end with the mark of DOS, 0x1A
  std::string line_end_mark;                ///< stands for a line end inside a text; empty: none
  std::size_t max_size = 64 * 1024 * 1024;  ///< bytes of a file, which is held whole
  bool skip_unknown = false;                ///< lines of an unknown type: a remark, no refusal
  std::vector<LineType> types;              ///< empty: nothing is configured
  std::size_t main = 0;                     ///< the type whose lines, or groups, are the rows
  std::optional<std::size_t> header;
  std::optional<std::size_t> trailer;
  // Fields of the header:
  std::optional<std::size_t> version;
  std::vector<std::string> versions;  ///< that are known
  std::optional<std::size_t> lot;
  std::optional<std::size_t> extracted;
  std::optional<std::size_t> emitter;
};

const tree::Spec& records_spec();
const tree::Spec& fixed_spec();

/// A layout and every fault that its specification cannot show; it may be used when there is none.
struct ReadLayout {
  LinesInput input;
  std::vector<Fault> faults;
};

/// Reads options that `tree::check` accepted; `path` names them for people.
ReadLayout read_lines(const tree::Document& document, const tree::Node& node, bool fixed,
                      const std::string& path);

}  // namespace charmille::codec
