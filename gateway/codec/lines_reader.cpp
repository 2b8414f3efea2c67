#include "gateway/codec/lines_reader.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "gateway/codec/lines_cutter.h"

namespace charmille::codec {
namespace {

using tree::Node;
using Role = LineType::Role;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// ASCII, or part of a character beyond it: what is no letter there has no business in a code.
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

bool is_date(std::string_view text) {
  if (text.size() != 8 || !std::ranges::all_of(text, is_digit)) return false;
  const auto number = [&](std::size_t at, std::size_t size) {
    int value = 0;
    for (const char c : text.substr(at, size)) value = value * 10 + (c - '0');
    return value;
  };
  return number(0, 4) > 0 &&
         std::chrono::year_month_day(std::chrono::year(number(0, 4)),
                                     std::chrono::month(static_cast<unsigned>(number(4, 2))),
                                     std::chrono::day(static_cast<unsigned>(number(6, 2))))
             .ok();
}

bool fits(LineField::Kind kind, std::string_view text) {
  switch (kind) {
    case LineField::Kind::text:
      return true;
    case LineField::Kind::digits:
      return std::ranges::all_of(text, is_digit);
    case LineField::Kind::alpha: {
      const std::size_t end = text.find_last_not_of(' ') + 1;
      return std::ranges::all_of(text.substr(0, end), is_letter);
    }
    case LineField::Kind::date:
      return is_date(text);
  }
  return true;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t from = std::min(text.find_first_not_of(' '), text.size());
  return text.substr(from, text.find_last_not_of(' ') + 1 - from);
}

/// Where the characters of a line begin.
class CharacterIndex {
 public:
  void set(std::string_view text) {
    text_ = text;
    starts_.clear();
    for (std::size_t i = 0; i < text.size(); ++i)
      if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80)
        starts_.push_back(static_cast<std::uint32_t>(i));
  }
  std::size_t size() const { return starts_.size(); }
  /// `width` characters from the column `first` on, from 1; both must be in the line.
  std::string_view columns(std::size_t first, std::size_t width) const {
    const std::size_t from = starts_[first - 1];
    const std::size_t end = first - 1 + width;
    return text_.substr(from, (end < starts_.size() ? starts_[end] : text_.size()) - from);
  }

 private:
  std::string_view text_;
  std::vector<std::uint32_t> starts_;
};

class LineFileReader {
 public:
  LineFileReader(const LinesInput& options, std::string_view text, const std::string& name,
                 tree::Document& into, std::vector<Fault>& remarks)
      : options_(options),
        name_(name),
        into_(into),
        remarks_(remarks),
        cutter_(options, text, name) {}

  Result<LineFile> run() {
    if (auto begun = cutter_.begin(); !begun) return fail(std::move(begun.error()));
    file_.file = into_.add_file(name_);
    file_.records.resize(options_.types.size());
    for (std::size_t i = 0; i < options_.types.size(); ++i) file_.shapes.push_back(&shape_of(i));
    for (;;) {
      auto cut = cutter_.next();
      if (!cut) return fail(std::move(cut.error()));
      if (!*cut) break;
      line_ = **cut;
      if (line_.text.empty() && options_.length == 0) continue;
      if (auto taken = take(); !taken) return fail(std::move(taken.error()));
    }
    if (auto whole = finish(); !whole) return fail(std::move(whole.error()));
    return std::move(file_);
  }

 private:
  /// Fields, lists of the types below, and the header in the rows themselves.
  const tree::Shape& shape_of(std::size_t index) {
    const LineType& type = options_.types[index];
    std::vector<std::string_view> names;
    for (const LineField& field : type.fields) names.push_back(field.name);
    for (const std::size_t child : type.children) names.push_back(options_.types[child].name);
    if (index == options_.main && options_.header && !type.group_by)
      names.push_back(options_.types[*options_.header].name);
    const auto keys = into_.arena().array<std::string_view>(names.size());
    std::ranges::transform(names, keys.begin(),
                           [&](std::string_view name) { return into_.arena().copy(name); });
    const auto shape = into_.arena().array<tree::Shape>(1);
    shape[0] = tree::Shape(keys);
    return shape[0];
  }

  base::Place place(std::uint32_t column = 0) const { return {name_, line_.line, column, {}}; }

  Result<void> take() {
    if (trailer_seen()) return fail("CH-LIG-035", place());
    characters_.set(line_.text);
    if (options_.length != 0 && characters_.size() != options_.length)
      return line_.ended ? fail("CH-LIG-039", place(),
                                {{"found", std::to_string(characters_.size())},
                                 {"expected", std::to_string(options_.length)}})
                         : fail("CH-LIG-048", place());
    const auto type = type_of_line();
    const bool first = file_.lines++ == 0;
    if (options_.header && first != (type == options_.header))
      return fail(first ? "CH-LIG-032" : "CH-LIG-033", place());
    if (!type || options_.types[*type].role == Role::record) file_.length += characters_.size();
    if (!type) return skip();
    LineRecord record{line_.text, line_.line,
                      into_.arena().array<Node>(file_.shapes[*type]->keys().size())};
    auto filled = options_.length != 0 ? fill_columns(*type, record) : fill_cells(*type, record);
    if (!filled) return filled;
    file_.records[*type].push_back(record);
    return type == options_.header ? check_version(record) : Result<void>{};
  }

  bool trailer_seen() const {
    return options_.trailer && !file_.records[*options_.trailer].empty();
  }

  std::optional<std::size_t> type_of_line() const {
    const std::string_view code =
        options_.length != 0 ? characters_.columns(options_.code_first, options_.code_width)
                             : line_.text.substr(0, line_.text.find(options_.delimiter));
    const auto at = std::ranges::find(options_.types, code, &LineType::code);
    if (at == options_.types.end()) return {};
    return static_cast<std::size_t>(at - options_.types.begin());
  }

  Result<void> skip() {
    std::vector<std::string_view> codes;
    for (const LineType& type : options_.types) codes.push_back(type.code);
    const base::Args args{{"types", fmt::format("{}", fmt::join(codes, ", "))}};
    if (!options_.skip_unknown) return fail("CH-LIG-036", place(), args);
    if (skipped_++ == 0) first_skipped_ = line_.line;
    return {};
  }

  Result<void> fill_cells(std::size_t index, LineRecord& record) {
    const LineType& type = options_.types[index];
    const auto cells =
        static_cast<std::size_t>(std::ranges::count(line_.text, options_.delimiter)) + 1;
    if (cells != type.fields.size() + 1)
      return line_.ended ? fail("CH-LIG-038", place(),
                                {{"found", std::to_string(cells)},
                                 {"expected", std::to_string(type.fields.size() + 1)},
                                 {"type", type.name}})
                         : fail("CH-LIG-048", place());
    std::size_t from = line_.text.find(options_.delimiter) + 1;
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
      const std::size_t to = std::min(line_.text.find(options_.delimiter, from), line_.text.size());
      record.slots[i] = value(type.fields[i], line_.text.substr(from, to - from));
      from = to + 1;
    }
    return {};
  }

  Result<void> fill_columns(std::size_t index, LineRecord& record) {
    const LineType& type = options_.types[index];
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
      const LineField& field = type.fields[i];
      const std::string_view text = characters_.columns(field.first, field.width);
      const std::string_view inner = trimmed(text);
      if (inner.empty() ? field.required : !is_null(field, inner) && !fits(field.kind, text))
        return fail(inner.empty() ? "CH-LIG-041" : "CH-LIG-040", place(field.first),
                    {{"column", field.name},
                     {"type", type.name},
                     {"columns", columns_of(field)},
                     {"reason", std::string(word_of(field.kind))}});
      record.slots[i] = value(field, field.trim ? inner : text);
    }
    return {};
  }

  static std::string columns_of(const LineField& field) {
    const std::string first = std::to_string(field.first);
    return field.width == 1 ? first : fmt::format("{}-{}", first, field.first + field.width - 1);
  }

  static std::string_view word_of(LineField::Kind kind) {
    return kind == LineField::Kind::digits  ? "digits over the whole width"
           : kind == LineField::Kind::alpha ? "letters from the first column on"
           : kind == LineField::Kind::date  ? "a date YYYYMMDD"
                                            : "a text";
  }

  static bool is_null(const LineField& field, std::string_view text) {
    return std::ranges::find(field.null_values, text) != field.null_values.end();
  }

  Node value(const LineField& field, std::string_view text) {
    const tree::Origin origin{file_.file, line_.line, field.first};
    if (is_null(field, text)) return Node::null(origin);
    const std::string& mark = options_.line_end_mark;
    if (mark.empty() || text.find(mark) == text.npos) return Node::text(text, origin);
    std::string lines;
    for (std::size_t from = 0; from <= text.size();) {
      const std::size_t to = std::min(text.find(mark, from), text.size());
      lines.append(text.substr(from, to - from));
      if (to != text.size()) lines += '\n';
      from = to + (to == text.size() ? 1 : mark.size());
    }
    return into_.text(lines, origin);
  }

  Result<void> check_version(const LineRecord& header) const {
    if (!options_.version) return {};
    const Node& version = header.slots[*options_.version];
    if (std::ranges::find(options_.versions, version.chars()) != options_.versions.end()) return {};
    return fail("CH-LIG-042", place(version.origin().column),
                {{"versions", fmt::format("{}", fmt::join(options_.versions, ", "))}});
  }

  Result<void> finish() {
    if (file_.lines == 0) return fail("CH-LIG-031", {name_, 0, 0, {}});
    if (options_.trailer && !trailer_seen()) return fail("CH-LIG-034", place());
    // Without a trailer or a length, nothing shows that the last line is whole.
    if (!line_.ended && !options_.trailer && options_.length == 0)
      return fail("CH-LIG-048", place());
    if (skipped_ != 0)
      remarks_.push_back(fault("CH-LIG-037", {name_, first_skipped_, 0, {}},
                               {{"count", std::to_string(skipped_)}}));
    if (cutter_.mixed_line() != 0)
      remarks_.push_back(fault("CH-LIG-055", {name_, cutter_.mixed_line(), 0, {}}));
    return {};
  }

  const LinesInput& options_;
  const std::string& name_;
  tree::Document& into_;
  std::vector<Fault>& remarks_;
  LinesCutter cutter_;
  LineFile file_;
  CutLine line_;
  CharacterIndex characters_;
  std::uint64_t skipped_ = 0;
  std::uint32_t first_skipped_ = 0;
};

}  // namespace

Result<LineFile> read_line_file(const LinesInput& options, std::string_view text,
                                const std::string& name, tree::Document& into,
                                std::vector<Fault>& remarks) {
  return LineFileReader(options, text, name, into, remarks).run();
}

}  // namespace charmille::codec
