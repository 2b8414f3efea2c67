#include "gateway/cli/excerpt.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace charmille::cli {
namespace {

constexpr std::size_t widest = 110;  ///< characters of a line that are shown
constexpr std::size_t before = 60;   ///< of them, at the most, before the mistake

std::string_view line_of(std::string_view text, std::uint32_t line) {
  for (; line > 1; --line) {
    const std::size_t end = text.find('\n');
    if (end == text.npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  return text.ends_with('\r') ? text.substr(0, text.size() - 1) : text;
}

/// The characters of a line of UTF-8, tabs as blanks.
std::vector<std::string> characters(std::string_view line) {
  std::vector<std::string> out;
  for (const char c : line) {
    const bool continues = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    if (continues && !out.empty())
      out.back() += c;
    else
      out.emplace_back(1, c == '\t' ? ' ' : c);
  }
  return out;
}

bool is_word(const std::string& c) {
  const char first = c.front();
  return c.size() > 1 || first == '_' || (first >= '0' && first <= '9') ||
         (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
}

/// How many characters the word at `at` has: a name, or what stands in quotes or backticks.
std::size_t word_at(const std::vector<std::string>& line, std::size_t at) {
  if (at >= line.size()) return 1;
  std::size_t end = at;
  if (line[at] == "`" || line[at] == "'") {
    end = at + 1;
    while (end < line.size() && line[end] != line[at]) ++end;
    return std::min(end + 1, line.size()) - at;
  }
  while (end < line.size() && is_word(line[end])) ++end;
  return std::max<std::size_t>(end - at, 1);
}

}  // namespace

std::string excerpt(std::string_view text, std::uint32_t line, std::uint32_t column) {
  if (line == 0 || column == 0) return {};
  const std::vector<std::string> all = characters(line_of(text, line));
  const std::size_t at = column - 1;
  if (all.empty() || at > all.size()) return {};
  const std::size_t first = at > before && all.size() > widest ? at - before : 0;
  const std::size_t last = std::min(all.size(), first + widest);
  std::string shown = first > 0 ? "…" : "";
  for (std::size_t i = first; i < last; ++i) shown += all[i];
  if (last < all.size()) shown += "…";
  const std::size_t width = std::min(word_at(all, at), std::max<std::size_t>(last, at + 1) - at);
  const std::string marks = "^" + std::string(width - 1, '~');
  return fmt::format("{:>6} | {}\n{:>6} | {}{}\n", line, shown, "",
                     std::string(at - first + (first > 0 ? 1 : 0), ' '), marks);
}

}  // namespace charmille::cli
