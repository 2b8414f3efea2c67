#include "gateway/cli/console.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <utf8proc.h>

#include "gateway/base/bytes.h"

namespace charmille::cli {
namespace {

std::string_view code_of(Style style) {
  switch (style) {
    case Style::plain:
      return "";
    case Style::bold:
      return "\x1b[1m";
    case Style::dim:
      return "\x1b[2m";
    case Style::red:
      return "\x1b[31m";
    case Style::green:
      return "\x1b[32m";
    case Style::yellow:
      return "\x1b[33m";
  }
  return "";
}

/// The next character of `text` from `at`: its bytes and its columns.
struct Character {
  std::size_t bytes = 1;
  std::size_t columns = 1;
};
Character character_at(std::string_view text, std::size_t at) {
  utf8proc_int32_t code = 0;
  const auto read = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                                     static_cast<utf8proc_ssize_t>(text.size() - at), &code);
  if (read <= 0) return {};
  return {static_cast<std::size_t>(read),
          static_cast<std::size_t>(std::max(0, utf8proc_charwidth(code)))};
}

/// No echo while a secret or an identifier is typed.
class Silence {
 public:
  Silence() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    silent_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
  }
  ~Silence() {
    if (silent_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  termios before_{};
  bool silent_ = false;
};

}  // namespace

Console Console::of_process() {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* kind = std::getenv("TERM");
  const bool dumb = kind == nullptr || std::string_view(kind) == "dumb";
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  Console console{.out = std::cout, .err = std::cerr, .in = std::cin};
  console.colour = terminal && !dumb && (no_colour == nullptr || *no_colour == '\0');
  console.progress = ::isatty(STDERR_FILENO) == 1 && !dumb;
  console.asks = ::isatty(STDIN_FILENO) == 1;
  winsize size{};
  if (terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20)
    console.width = size.ws_col;
  else if (!terminal)
    console.width = 160;  // a file or a pipe: lines are not folded
  return console;
}

std::string Console::styled(std::string_view text, Style style) const {
  if (!colour || style == Style::plain) return std::string(text);
  return std::string(code_of(style)) + std::string(text) + "\x1b[0m";
}

std::size_t width_of(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Character c = character_at(text, at);
    at += c.bytes;
    columns += c.columns;
  }
  return columns;
}

std::string cut(std::string_view text, std::size_t columns) {
  if (width_of(text) <= columns) return std::string(text);
  std::size_t used = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const Character c = character_at(text, at);
    if (used + c.columns + 1 > columns) break;
    used += c.columns;
    at += c.bytes;
  }
  return std::string(text.substr(0, at)) + (columns > 0 ? "…" : "");
}

std::string ask(Console& console, std::string_view question) {
  std::string line;
  if (!console.asks) {
    std::getline(console.in, line);
    return line;
  }
  console.err << question << ' ' << std::flush;
  {
    const Silence silence;
    std::getline(console.in, line);
  }
  console.err << '\n';
  return line;
}

std::vector<std::string> folded(std::string_view text, std::size_t columns) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    std::string& line = lines.back();
    if (line.empty())
      line = word;
    else if (width_of(line) + 1 + width_of(word) <= columns)
      line.append(" ").append(word);
    else
      lines.emplace_back(word);
  }
  return lines;
}

namespace {

void print_notes(const Console& console,
                 const std::vector<std::pair<std::string, std::string>>& notes) {
  constexpr std::size_t margin = 8;
  std::size_t names = 0;
  for (const auto& [name, text] : notes) names = std::max(names, width_of(name));
  const std::size_t before = margin + names + 2;
  const std::size_t room = console.width > before + 20 ? console.width - before : 20;
  for (const auto& [name, text] : notes) {
    std::string head = std::string(margin, ' ') + console.styled(name, Style::dim) +
                       std::string(names - width_of(name) + 2, ' ');
    for (const std::string& line : folded(base::printable(text, 4000), room)) {
      console.out << head << line << '\n';
      head.assign(before, ' ');
    }
  }
}

}  // namespace

void Table::print(const Console& console) const {
  constexpr std::size_t gap = 2;
  std::vector<std::size_t> widths;
  for (const std::string& title : titles_) widths.push_back(width_of(title));
  std::vector<std::vector<std::string>> texts;
  for (const Row& row : rows_) {
    auto& line = texts.emplace_back();
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      line.push_back(base::printable(row.cells[i].text, 4000));
      widths[i] = std::max(widths[i], width_of(line.back()));
    }
  }
  std::size_t before = 0;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) before += widths[i] + gap;
  const std::size_t last = console.width > before + 10 ? console.width - before : 10;
  const auto print_line = [&](const auto& style_of, const std::vector<std::string>& line) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const bool is_last = i + 1 == line.size();
      const std::string shown = is_last ? cut(line[i], last) : line[i];
      const std::size_t width = width_of(shown);
      const std::string pad(is_last || width >= widths[i] ? 0 : widths[i] - width, ' ');
      const bool right = std::ranges::find(right_, i) != right_.end();
      const std::string front =
          right ? std::string(widths[i] > width ? widths[i] - width : 0, ' ') : std::string{};
      text += front + console.styled(shown, style_of(i)) + (right ? std::string{} : pad) +
              (is_last ? "" : std::string(gap, ' '));
    }
    console.out << text << '\n';
  };
  print_line([](std::size_t) { return Style::bold; }, titles_);
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    print_line([&](std::size_t i) { return rows_[r].cells[i].style; }, texts[r]);
    print_notes(console, rows_[r].notes);
  }
}

void print_fields(const Console& console, const std::vector<std::pair<std::string, Cell>>& fields) {
  std::size_t width = 0;
  for (const auto& [name, value] : fields)
    if (!value.text.empty()) width = std::max(width, width_of(name));
  for (const auto& [name, value] : fields) {
    if (value.text.empty()) continue;
    console.out << console.styled(name, Style::bold) << std::string(width - width_of(name) + 2, ' ')
                << console.styled(base::printable(value.text, 4000), value.style) << '\n';
  }
}

void Progress::show(std::uint64_t done, std::uint64_t total) {
  if (!console_.progress || total == 0) return;
  const int percent = static_cast<int>(std::min<std::uint64_t>(100, done * 100 / total));
  if (percent == shown_) return;
  shown_ = percent;
  constexpr int cells = 30;
  std::string bar;
  for (int i = 0; i < cells; ++i) bar += i < percent * cells / 100 ? "█" : "░";
  console_.err << '\r' << what_ << ' ' << bar << ' ' << percent << " %\x1b[K" << std::flush;
}

Progress::~Progress() {
  if (shown_ >= 0) console_.err << "\r\x1b[K" << std::flush;
}

}  // namespace charmille::cli
