// Cuts the text of a CSV file (RFC 4180, with any delimiter) into records and cells, in constant
// memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "gateway/codec/options.h"
#include "gateway/codec/text_window.h"

namespace charmille::codec {

/// One cell, as a slice of its record's raw text, without its quotes.
struct Slice {
  std::uint32_t begin = 0;
  std::uint32_t size = 0;
  std::uint32_t line = 0;  ///< physical line where the cell begins
  bool doubled = false;    ///< holds "" that stand for one quote
};

/// The record that the scanner stands on; valid until the next one is asked for.
struct RawRecord {
  std::string_view raw;      ///< UTF-8, without the line end; only its beginning when `oversize`
  std::vector<Slice> cells;  ///< at most Scanner::keep_cells of them
  std::size_t cell_count = 0;
  std::uint32_t line = 0;         ///< where it begins, from 1
  std::uint32_t large_cell = 0;   ///< number of the first cell above max-cell, or 0
  std::uint32_t quoted_line = 0;  ///< line of the last quoted cell that spans several lines, or 0
  bool oversize = false;          ///< longer than max-record: its cells are not there
  bool ended = true;              ///< has its line end; false only for the last line of a file
  std::string_view line_end;      ///< LF, CR LF or CR; empty when it has none
};

class CsvScanner {
 public:
  /// Records with more cells are counted, not kept.
  static constexpr std::size_t keep_cells = 4096;

  CsvScanner(TextWindow& window, const CsvInput& options);

  /// Goes to the next record; false at the end. Blank lines are skipped. A fault means that the
  /// rest cannot be read: a quote never closed (CH-CSV-006), closed before the end of its cell
  /// (CH-CSV-007), or too far away (CH-CSV-008).
  Result<bool> next();
  const RawRecord& record() const { return record_; }

  void set_delimiter(char delimiter) { delimiter_ = delimiter; }
  char delimiter() const { return delimiter_; }
  /// The first line whose end is of another kind than those before; 0 when all are alike.
  std::uint32_t mixed_line() const { return mixed_line_; }

 private:
  enum class State : std::uint8_t { cell_start, plain, quoted, quote_in_quoted, record_end };
  enum class Stop : std::uint8_t { record, starved, stray_quote };

  void begin_record();
  Stop scan();
  Stop scan_quoted(std::string_view text);
  bool take_line_end(std::string_view text, bool of_record);
  void add_cell(std::size_t end);
  Result<void> refill();
  Result<bool> finish_at_end();
  void finish_record(std::size_t end, bool ended);
  Fault quote_fault(std::string_view code) const;

  TextWindow& window_;
  char delimiter_;
  char quote_;  // NUL: no quoting
  std::size_t max_cell_;
  std::size_t max_record_;

  RawRecord record_;
  std::string oversize_raw_;
  State state_ = State::cell_start;
  std::size_t pos_ = 0;    // scanned so far, in the window
  std::size_t start_ = 0;  // of the record, in the window
  std::size_t cell_start_ = 0;
  std::uint32_t cell_line_ = 1;
  std::uint32_t line_ = 1;  // at pos_
  bool doubled_ = false;
  unsigned end_kind_ = 0;  // of the records so far: 1 LF, 2 CR LF, 3 CR
  std::uint32_t mixed_line_ = 0;
};

}  // namespace charmille::codec
