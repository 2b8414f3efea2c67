#include "gateway/mapping/position.h"

#include <algorithm>

#include "gateway/base/bytes.h"

namespace charmille::mapping {
namespace {

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}
bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// Walks over the text of one scalar in its file, one character of its value at a time.
class Walk {
 public:
  Walk(std::string_view yaml, std::size_t at) : yaml_(yaml), at_(at) {}

  std::size_t at() const { return at_; }
  bool done() const { return at_ >= yaml_.size(); }

  /// Takes what stands for one character of the value; gives its length there, in bytes.
  std::size_t plain(char quote) {
    if (const std::size_t used = folded_line_end(); used != 0) return used;
    if (quote == '\'' && yaml_.substr(at_, 2) == "''") return take(2, 1);
    if (quote == '"' && yaml_[at_] == '\\') return escape();
    return take(1, 1);
  }

  /// The same inside a block whose lines begin with `indent` blanks.
  std::size_t block(std::size_t indent) {
    const bool line_end = yaml_[at_] == '\n';
    ++at_;
    if (line_end) skip_indent(indent);
    return 1;
  }
  void skip_indent(std::size_t indent) {
    for (std::size_t i = 0; i < indent && !done() && yaml_[at_] == ' '; ++i) ++at_;
  }

 private:
  std::size_t take(std::size_t raw, std::size_t value) {
    at_ += raw;
    return value;
  }

  /// White space with line ends inside: one blank, or one line end for each empty line (YAML 1.2.2
  /// §6.5).
  std::size_t folded_line_end() {
    std::size_t end = at_;
    std::size_t line_ends = 0;
    while (end < yaml_.size() && (is_blank(yaml_[end]) || yaml_[end] == '\n' || yaml_[end] == '\r'))
      line_ends += yaml_[end++] == '\n' ? 1 : 0;
    if (line_ends == 0) return 0;
    at_ = end;
    return line_ends == 1 ? 1 : line_ends - 1;
  }

  std::size_t escape() {
    const char kind = at_ + 1 < yaml_.size() ? yaml_[at_ + 1] : '\0';
    const std::size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    if (kind == '\n') {
      at_ += 2;
      while (!done() && is_blank(yaml_[at_])) ++at_;
      return 0;
    }
    if (digits == 0)
      return take(2, kind == 'N' || kind == '_' ? 2 : kind == 'L' || kind == 'P' ? 3 : 1);
    std::uint32_t code = 0;
    for (const char c : yaml_.substr(at_ + 2, digits)) {
      const auto nibble = base::from_hex(std::string{'0', c});
      code = code << 4 | (nibble ? static_cast<std::uint32_t>((*nibble)[0]) : 0);
    }
    return take(2 + digits, code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);
  }

  std::string_view yaml_;
  std::size_t at_;
};

}  // namespace

Positions::Positions(std::string_view yaml) : yaml_(yaml), lines_{0} {
  if (yaml_.starts_with("\xEF\xBB\xBF")) yaml_.remove_prefix(3);
  for (std::size_t i = 0; i < yaml_.size(); ++i)
    if (yaml_[i] == '\n') lines_.push_back(i + 1);
}

std::size_t Positions::offset_of(tree::Origin origin) const {
  if (origin.line == 0 || origin.line > lines_.size()) return yaml_.size();
  std::size_t at = lines_[origin.line - 1];
  for (std::uint32_t column = 1; column < origin.column && at < yaml_.size(); ++column) {
    ++at;
    while (at < yaml_.size() && continues(yaml_[at])) ++at;
  }
  return at;
}

tree::Origin Positions::origin_of(std::size_t offset, std::uint16_t file) const {
  const auto after = std::ranges::upper_bound(lines_, offset);
  const auto line = static_cast<std::size_t>(after - lines_.begin());
  const std::string_view before = yaml_.substr(lines_[line - 1], offset - lines_[line - 1]);
  const auto characters = std::ranges::count_if(before, [](char c) { return !continues(c); });
  return {file, static_cast<std::uint32_t>(line), static_cast<std::uint32_t>(characters + 1)};
}

tree::Origin Positions::locate(tree::Origin scalar, std::size_t at) const {
  const std::size_t begin = offset_of(scalar);
  if (begin >= yaml_.size()) return scalar;
  const char style = yaml_[begin];
  if (style == '*' || style == '&' || style == '!') return scalar;
  std::size_t value = 0;
  if (style == '|' || style == '>') {
    std::size_t first = yaml_.find('\n', begin);
    if (first == yaml_.npos) return scalar;
    const std::size_t text = yaml_.find_first_not_of(" \n\r", first);
    if (text == yaml_.npos) return scalar;
    const std::size_t indent = text - (yaml_.rfind('\n', text) + 1);
    Walk walk(yaml_, first + 1);
    walk.skip_indent(indent);
    while (value < at && !walk.done()) value += walk.block(indent);
    return origin_of(std::min(walk.at(), yaml_.size()), scalar.file);
  }
  const bool quoted = style == '\'' || style == '"';
  Walk walk(yaml_, begin + (quoted ? 1 : 0));
  while (value < at && !walk.done()) value += walk.plain(quoted ? style : '\0');
  return origin_of(std::min(walk.at(), yaml_.size()), scalar.file);
}

}  // namespace charmille::mapping
