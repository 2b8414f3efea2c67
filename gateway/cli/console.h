// Where a command writes and reads: colours and progress only on a terminal, widths counted as a
// terminal counts them.
#pragma once

#include <cstdint>
#include <istream>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace charmille::cli {

enum class Style : std::uint8_t { plain, bold, dim, red, green, yellow };

struct Console {
  std::ostream& out;
  std::ostream& err;
  std::istream& in;
  bool colour = false;      ///< of `out`: a terminal, and NO_COLOR is not set
  bool progress = false;    ///< `err` is a terminal
  bool asks = false;        ///< `in` is a terminal: a prompt makes sense
  std::size_t width = 100;  ///< columns of the terminal

  /// Of this process.
  static Console of_process();

  std::string styled(std::string_view text, Style style) const;
};

/// Columns that `text` takes on a terminal (UAX #11 widths; invalid UTF-8 counts by byte).
std::size_t width_of(std::string_view text);
/// `text` cut to `columns`, with "…" when something is lost.
std::string cut(std::string_view text, std::size_t columns);

/// Asks without echo on a terminal; reads one line otherwise. Empty at the end of the input.
std::string ask(Console& console, std::string_view question);

struct Cell {
  std::string text;
  Style style = Style::plain;
  Cell(std::string t, Style s = Style::plain)
      : text(std::move(t)), style(s) {}                               // NOLINT: a cell is its text
  Cell(const char* t, Style s = Style::plain) : text(t), style(s) {}  // NOLINT
};

/// Rows under aligned titles. Texts are made safe for terminals here; the last column takes what
/// width is left. Notes stand below their row, folded between words: nothing of them is cut.
class Table {
 public:
  explicit Table(std::vector<std::string> titles, std::vector<std::size_t> right = {})
      : titles_(std::move(titles)), right_(std::move(right)) {}
  void add(std::vector<Cell> row) { rows_.push_back({std::move(row), {}}); }
  /// "name: text" below the last row.
  void note(std::string name, std::string text) {
    rows_.back().notes.emplace_back(std::move(name), std::move(text));
  }
  bool empty() const { return rows_.empty(); }
  void print(const Console& console) const;

 private:
  std::vector<std::string> titles_;
  std::vector<std::size_t> right_;  ///< columns of numbers
  struct Row {
    std::vector<Cell> cells;
    std::vector<std::pair<std::string, std::string>> notes;
  };
  std::vector<Row> rows_;
};

/// `text` in lines of at most `columns`, folded between words; a longer word stands alone.
std::vector<std::string> folded(std::string_view text, std::size_t columns);

/// "Name:   value" lines with aligned values; empty values are left out.
void print_fields(const Console& console, const std::vector<std::pair<std::string, Cell>>& fields);

/// A bar on a terminal's error stream, nothing elsewhere. It is wiped when it ends.
class Progress {
 public:
  Progress(Console& console, std::string what) : console_(console), what_(std::move(what)) {}
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void show(std::uint64_t done, std::uint64_t total);

 private:
  Console& console_;
  std::string what_;
  int shown_ = -1;
};

}  // namespace charmille::cli
