#include "gateway/codec/control_line.h"

#include <algorithm>
#include <charconv>

#include "gateway/base/bytes.h"

namespace charmille::codec {
namespace {

using Part = ControlLine::Part;

constexpr std::size_t most_digits = 18;

template <class Number>
bool read_whole(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

std::vector<std::string_view> cut(std::string_view text) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const std::size_t colon = text.find(':');
    pieces.push_back(text.substr(0, colon));
    if (colon == text.npos) return pieces;
    text.remove_prefix(colon + 1);
  }
}

/// The part between two braces; no kind but `literal` when it says nothing that is known.
Part read_part(std::string_view inside) {
  auto pieces = cut(inside);
  Part part;
  const std::string_view name = pieces.front();
  const bool counts_lines = name == "lines" || name == "all-lines";
  const bool counts = counts_lines || name == "sum";
  const std::size_t names = counts_lines ? 1 : 2;
  if (counts && pieces.size() == names + 1) {
    if (!read_whole(pieces.back(), part.digits) || part.digits == 0 || part.digits > most_digits)
      return {};
    pieces.pop_back();
  }
  if (pieces.size() != names || pieces.back().empty()) return {};
  if (name == "lines") part.kind = Part::Kind::lines;
  if (name == "all-lines") part.kind = Part::Kind::all_lines;
  if (name == "sum") part.kind = Part::Kind::sum;
  if (name == "first") part.kind = Part::Kind::first;
  if (names == 2) part.text = pieces.back();
  return part;
}

std::string padded(const std::string& number, std::size_t digits) {
  return number.size() < digits ? std::string(digits - number.size(), '0') + number : number;
}

}  // namespace

Result<ControlLine> ControlLine::parse(std::string_view text) {
  ControlLine line;
  std::string literal;
  const auto keep = [&] {
    if (!literal.empty()) line.parts_.push_back({Part::Kind::literal, std::move(literal), 0});
    literal.clear();
  };
  while (!text.empty()) {
    if (text.starts_with("{{") || text.starts_with("}}")) {
      literal += text.front();
      text.remove_prefix(2);
      continue;
    }
    if (text.front() != '{' && text.front() != '}') {
      literal += text.front();
      text.remove_prefix(1);
      continue;
    }
    const std::size_t end = text.find('}');
    Part part =
        text.front() == '{' && end != text.npos ? read_part(text.substr(1, end - 1)) : Part{};
    if (part.kind == Part::Kind::literal)
      return fail("CH-CSV-029", {}, {{"text", base::printable(text.substr(0, end), 60)}});
    keep();
    line.parts_.push_back(std::move(part));
    text.remove_prefix(end + 1);
  }
  keep();
  return line;
}

bool ControlLine::is_known_at_first() const {
  return std::ranges::none_of(parts_, [](const Part& part) {
    return part.kind == Part::Kind::lines || part.kind == Part::Kind::all_lines ||
           part.kind == Part::Kind::sum;
  });
}

Totals::Totals(const ControlLine& first, const ControlLine& last, bool header)
    : beside_(header ? 1 : 0) {
  for (const ControlLine* line : {&first, &last}) {
    if (!line->parts().empty()) ++beside_;
    for (const Part& part : line->parts()) {
      if (part.kind == Part::Kind::sum) sums_[part.text] = 0;
      if (part.kind == Part::Kind::first) firsts_[part.text] = {};
    }
  }
}

Result<void> Totals::add(const tree::Node& row) {
  std::map<std::string, std::int64_t> sums = sums_;
  for (auto& [column, sum] : sums) {
    const tree::Node* cell = row.find(column);
    std::int64_t number = 0;
    if (cell == nullptr || cell->is(tree::Kind::null)) continue;
    if (!read_whole(cell->chars(), number)) return fail("CH-CSV-030", {}, {{"column", column}});
    sum += number;
  }
  sums_ = std::move(sums);
  if (lines_++ > 0) return {};
  for (auto& [column, text] : firsts_)
    if (const tree::Node* cell = row.find(column)) text = cell->chars();
  return {};
}

std::string Totals::fill(const ControlLine& line) const {
  std::string text;
  for (const Part& part : line.parts()) {
    switch (part.kind) {
      case Part::Kind::literal:
        text += part.text;
        break;
      case Part::Kind::lines:
        text += padded(std::to_string(lines_), part.digits);
        break;
      case Part::Kind::all_lines:
        text += padded(std::to_string(lines_ + beside_), part.digits);
        break;
      case Part::Kind::sum:
        text += padded(std::to_string(sums_.at(part.text)), part.digits);
        break;
      case Part::Kind::first:
        text += firsts_.at(part.text);
        break;
    }
  }
  return text;
}

}  // namespace charmille::codec
