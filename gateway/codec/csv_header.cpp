#include "gateway/codec/csv_header.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace charmille::codec {
namespace {

std::vector<std::string> missing_columns(const std::vector<std::string>& names,
                                         const std::vector<std::string>& required) {
  std::vector<std::string> missing;
  for (const std::string& name : required)
    if (std::ranges::find(names, name) == names.end()) missing.push_back(name);
  return missing;
}

std::vector<std::string> split(std::string_view line, char delimiter) {
  std::vector<std::string> cells;
  for (std::size_t from = 0; from <= line.size();) {
    const std::size_t to = std::min(line.find(delimiter, from), line.size());
    std::string_view cell = line.substr(from, to - from);
    if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"')
      cell = cell.substr(1, cell.size() - 2);
    cells.emplace_back(cell);
    from = to + 1;
  }
  return cells;
}

std::string shown(char delimiter) {
  return delimiter == '\t' ? "tab" : std::string(1, delimiter);
}

/// Another delimiter under which the header makes more sense; NUL when there is none. "More sense"
/// is: more of the required columns appear; when none is required, a header of one column falls
/// into at least three.
char better_delimiter(const RawRecord& record, const std::vector<std::string>& names,
                      const CsvInput& options, char used) {
  std::size_t most = options.required.size() - missing_columns(names, options.required).size();
  char best = '\0';
  for (const char candidate : {';', ',', '\t', '|'}) {
    if (candidate == used) continue;
    const auto cells = split(record.raw, candidate);
    const std::size_t found =
        options.required.size() - missing_columns(cells, options.required).size();
    const bool splits = options.required.empty() && names.size() == 1 && cells.size() >= 3;
    if (found > most || (splits && best == '\0')) {
      most = found;
      best = candidate;
    }
  }
  return best;
}

Result<void> check_names(const Header& header, const base::Place& place) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < header.names.size(); ++i) {
    base::Place at = place;
    at.column = static_cast<std::uint32_t>(i + 1);
    if (header.names[i].empty()) return fail("CH-CSV-023", at, {{"number", std::to_string(i + 1)}});
    if (!seen.insert(header.names[i]).second)
      return fail("CH-CSV-005", at, {{"column", header.names[i]}});
  }
  return {};
}

Result<void> check_unknown(const Header& header, const CsvInput& options, const base::Place& place,
                           std::vector<Fault>& remarks) {
  if (options.unknown == CsvInput::Unknown::accept || options.known.empty()) return {};
  std::vector<std::string> unknown;
  for (const std::string& name : header.names)
    if (std::ranges::find(options.required, name) == options.required.end() &&
        std::ranges::find(options.known, name) == options.known.end())
      unknown.push_back(name);
  if (unknown.empty()) return {};
  const base::Args args{{"columns", fmt::format("{}", fmt::join(unknown, ", "))}};
  if (options.unknown == CsvInput::Unknown::refuse) return fail("CH-CSV-014", place, args);
  remarks.push_back(fault("CH-CSV-015", place, args));
  return {};
}

}  // namespace

std::size_t collapse_quotes(std::span<char> chars, char quote) {
  std::size_t to = 0;
  for (std::size_t from = 0; from < chars.size(); ++from) {
    chars[to++] = chars[from];
    if (chars[from] == quote) ++from;  // inside quotes, a quote always comes doubled
  }
  return to;
}

std::string cell_text(const RawRecord& record, const Slice& cell, char quote) {
  std::string text(record.raw.substr(cell.begin, cell.size));
  if (cell.doubled) text.resize(collapse_quotes(text, quote));
  return text;
}

Result<std::shared_ptr<const Header>> read_header(const CsvScanner& scanner,
                                                  const CsvInput& options, const std::string& file,
                                                  std::vector<Fault>& remarks) {
  const RawRecord& record = scanner.record();
  const base::Place place{file, record.line, 0, {}};
  if (record.oversize || record.large_cell != 0) return fail("CH-CSV-022", place);
  if (record.cell_count > CsvScanner::keep_cells)
    return fail("CH-CSV-021", place,
                {{"found", std::to_string(record.cell_count)},
                 {"limit", std::to_string(CsvScanner::keep_cells)}});
  auto header = std::make_shared<Header>();
  for (const Slice& cell : record.cells)
    header->names.push_back(cell_text(record, cell, options.quote.value_or('\0')));
  header->trailing = header->names.size() > 1 && header->names.back().empty();
  if (header->trailing) header->names.pop_back();

  const auto missing = missing_columns(header->names, options.required);
  if (!missing.empty() || header->names.size() == 1) {
    if (const char better = better_delimiter(record, header->names, options, scanner.delimiter());
        better != '\0')
      return fail("CH-CSV-010", place,
                  {{"delimiter", shown(scanner.delimiter())}, {"seems", shown(better)}});
  }
  if (auto names = check_names(*header, place); !names) return fail(std::move(names.error()));
  if (!missing.empty())
    return fail("CH-CSV-003", place, {{"columns", fmt::format("{}", fmt::join(missing, ", "))}});
  if (auto known = check_unknown(*header, options, place, remarks); !known)
    return fail(std::move(known.error()));

  header->keys.assign(header->names.begin(), header->names.end());
  header->shape = tree::Shape(header->keys);
  return header;
}

}  // namespace charmille::codec
