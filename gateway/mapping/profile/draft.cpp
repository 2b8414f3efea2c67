#include "gateway/mapping/profile/draft.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "gateway/base/bytes.h"
#include "gateway/mapping/profile/field_name.h"

namespace charmille::mapping {
namespace {

bool may_join(const ColumnProfile& column) {
  const ColumnKind kind = column.kind();
  return column.unique() && (kind == ColumnKind::identifier || kind == ColumnKind::integer ||
                             kind == ColumnKind::national_id);
}

std::string delimiter_text(char delimiter) {
  return delimiter == '\t' ? "tab" : as_yaml(std::string(1, delimiter));
}

/// The names of a file's columns, as a YAML list.
std::string columns_of(const FileProfile& file) {
  std::string out = "[";
  for (const ColumnProfile& column : file.columns) {
    if (out.size() > 1) out += ", ";
    out += as_yaml(column.name());
  }
  return out + "]";
}

/// The draft as it grows.
class Writer {
 public:
  Writer(std::string name, std::span<const FileProfile> files, std::span<const JoinFound> joins)
      : name_(std::move(name)), files_(files), joins_(joins) {}

  std::string run();

 private:
  struct Nest {
    const FileProfile* file;
    std::string name;
    std::string column;
  };

  void head();
  void codec_comment(const FileProfile& file);
  void name_nests();
  void nests();
  void tables();
  void table(const ColumnProfile& column, std::string_view prefix);
  void fields(const FileProfile& file, const std::string& from, std::size_t indent,
              FieldNames& names);
  std::string comment(const ColumnProfile& column) const;
  std::string expression(const ColumnProfile& column, const std::string& path) const;
  std::string table_of(const ColumnProfile& column) const { return tables_.at(&column); }

  std::string name_;
  std::span<const FileProfile> files_;
  std::span<const JoinFound> joins_;
  std::string out_;
  std::vector<Nest> nests_;
  FieldNames table_names_;
  std::map<const ColumnProfile*, std::string> tables_;
};

std::string Writer::run() {
  head();
  name_nests();
  nests();
  tables();
  out_ += "template:\n";
  FieldNames names;
  fields(files_[0], "", 2, names);
  for (const Nest& nest : nests_) {
    out_ += fmt::format("  {}:\n    \"{{% for x in {} %}}\":\n", names.take_as(nest.name),
                        as_path(nest.name));
    FieldNames inner;
    fields(*nest.file, "%x.", 6, inner);
  }
  return std::move(out_);
}

void Writer::head() {
  out_ +=
      "# Drafted from the files themselves: to be read again field by field.\n"
      "# Examples show shapes only (X letter, 9 digit), never a value.\n";
  for (std::size_t i = 0; i < files_.size(); ++i) {
    codec_comment(files_[i]);
    if (i > 0 && std::ranges::find(joins_, i, &JoinFound::file) == joins_.end())
      out_ += "#   not joined: no column of it holds values of a column of the main file\n";
  }
  const codec::Format format = files_[0].written.options.format;
  const std::string_view from = format == codec::Format::csv      ? "csv"
                                : format == codec::Format::ndjson ? "ndjson"
                                                                  : "json";
  out_ += fmt::format("mapping: {}\nfrom: {}\nto: tree\neach: rows\n", name_, from);
  // Paths are then checked against the columns.
  if (format == codec::Format::csv) out_ += "columns: " + columns_of(files_[0]) + "\n";
}

/// What the endpoint's configuration must say to read the file.
void Writer::codec_comment(const FileProfile& file) {
  const codec::Detected& written = file.written;
  out_ += fmt::format("#\n# {}: {} records{}, {} columns\n", base::printable(file.file),
                      file.records, file.whole ? "" : " read at most", file.columns.size());
  std::string options;
  switch (written.options.format) {
    case codec::Format::csv:
      options = fmt::format("{{csv: {{encoding: {}, delimiter: {}}}}}",
                            codec::name_of(written.options.csv.encoding),
                            delimiter_text(written.options.csv.delimiter));
      break;
    case codec::Format::ndjson:
      options = "ndjson";
      break;
    case codec::Format::json:
      options = "{json: {each: true}}";
      break;
    default:  // is never proposed for an unknown file
      break;
  }
  out_ += "#   format: " + options;
  if (written.certainty == codec::Detected::Certainty::probable)
    out_ += "   # likely encoding, to be confirmed";
  if (written.certainty == codec::Detected::Certainty::any)
    out_ += "   # no accents: the encoding does not show";
  out_ += '\n';
}

void Writer::name_nests() {
  FieldNames names;  // a list stands beside the columns of its row
  for (const ColumnProfile& column : files_[0].columns) names.reserve(column.name());
  for (const JoinFound& join : joins_)
    nests_.push_back(
        {&files_[join.file], names.take(lot_name_of(files_[join.file].file)), join.column});
}

void Writer::nests() {
  if (nests_.empty()) return;
  out_ += "nest:\n";
  for (const Nest& nest : nests_)
    out_ += fmt::format("  {}: {{file: {}, on: {}, columns: {}}}\n", nest.name,
                        as_yaml(lot_name_of(nest.file->file)), as_yaml(nest.column),
                        columns_of(*nest.file));
}

void Writer::tables() {
  const std::size_t before = out_.size();
  for (const ColumnProfile& column : files_[0].columns) table(column, "");
  for (const Nest& nest : nests_)
    for (const ColumnProfile& column : nest.file->columns) table(column, nest.name + " ");
  if (out_.size() > before) out_.insert(before, "tables:\n");
}

void Writer::table(const ColumnProfile& column, std::string_view prefix) {
  if (column.kind() == ColumnKind::boolean) {
    // Closed words, whatever the file holds.
    if (tables_.empty() || std::ranges::none_of(tables_, [](const auto& one) {
          return one.first->kind() == ColumnKind::boolean;
        })) {
      table_names_.reserve("ouiNon");
      out_ +=
          "  ouiNon: {\"OUI\": true, \"O\": true, \"VRAI\": true, \"YES\": true, \"TRUE\": true, "
          "\"NON\": false, \"N\": false, \"FAUX\": false, \"NO\": false, \"FALSE\": false}\n";
    }
    tables_[&column] = "ouiNon";
    return;
  }
  const auto codes = column.codes();
  if (codes.empty()) return;
  const std::string name = table_names_.take(std::string(prefix) + column.name());
  tables_[&column] = name;
  std::string rows;
  for (const auto& [code, count] : codes)
    rows += (rows.empty() ? "" : ", ") + as_yaml(code) + ": " + as_yaml(code);
  out_ += fmt::format("  {}: {{{}}}\n", name, rows);
}

void Writer::fields(const FileProfile& file, const std::string& from, std::size_t indent,
                    FieldNames& names) {
  const std::string margin(indent, ' ');
  for (const ColumnProfile& column : file.columns) {
    out_ += margin + "# " + comment(column) + '\n';
    const std::string text = "{{ " + expression(column, from + as_path(column.name())) + " }}";
    out_ += margin + names.take(column.name()) + ": " + as_yaml(text) + '\n';
  }
}

std::string Writer::comment(const ColumnProfile& column) const {
  std::string text = base::printable(column.name(), 80);
  const std::uint64_t percent = column.rows() == 0 ? 0 : column.filled() * 100 / column.rows();
  text += fmt::format(": {} % filled, {}", percent, name_of(column.kind()));
  if (column.unique()) text += ", no value twice";
  for (const std::string& shape : column.shapes())
    text += (&shape == column.shapes().data() ? ", " : " | ") + base::printable(shape, 80);
  if (column.kind() == ColumnKind::date && column.undated() != 0)
    text += fmt::format(", {} cell(s) of another form", column.undated());
  return text;
}

std::string Writer::expression(const ColumnProfile& column, const std::string& path) const {
  // A JSON value may be a number.
  const bool csv = files_[0].written.options.format == codec::Format::csv;
  std::string trimmed = path + (csv ? ".trim()" : ".toString().trim()");
  switch (column.kind()) {
    case ColumnKind::date: {
      std::string forms;
      for (const std::string_view form : column.date_forms())
        forms += fmt::format("{}'{}'", forms.empty() ? "" : ", ", form);
      const std::string dated = column.no_date().empty() ? trimmed
                                                         : fmt::format("{}.where($this != '{}')",
                                                                       trimmed, column.no_date());
      return fmt::format("{}.parseDate({})", dated, forms);
    }
    case ColumnKind::integer:
    case ColumnKind::decimal:
      return trimmed + ".parseNumber()";
    case ColumnKind::boolean:
      return fmt::format("{}.upper().translate('{}')", trimmed, table_of(column));
    case ColumnKind::code:
      return fmt::format("{}.translate('{}')", trimmed, table_of(column));
    case ColumnKind::national_id:
      return trimmed + ".replace(' ', '').upper()";
    default:
      return trimmed;
  }
}

}  // namespace

std::vector<JoinFound> find_joins(std::span<const FileProfile> files) {
  std::vector<JoinFound> found;
  for (std::size_t i = 1; i < files.size(); ++i)
    for (const ColumnProfile& ours : files[0].columns) {
      const auto theirs = std::ranges::find(files[i].columns, ours.name(), &ColumnProfile::name);
      if (theirs == files[i].columns.end() || !may_join(ours) || !theirs->within(ours)) continue;
      found.push_back({i, ours.name()});
      break;
    }
  return found;
}

std::vector<NotJoined> find_not_joined(std::span<const FileProfile> files,
                                       std::span<const JoinFound> joins) {
  std::vector<NotJoined> found;
  for (std::size_t i = 1; i < files.size(); ++i) {
    if (std::ranges::find(joins, i, &JoinFound::file) != joins.end()) continue;
    NotJoined& one = found.emplace_back(NotJoined{i, {}});
    for (const ColumnProfile& theirs : files[i].columns)
      if (std::ranges::find(files[0].columns, theirs.name(), &ColumnProfile::name) !=
          files[0].columns.end())
        one.shared.push_back(theirs.name());
  }
  return found;
}

std::string lot_name_of(std::string_view file) {
  std::string_view name = file.substr(0, file.find('.'));
  for (;;) {
    const std::size_t end = name.find_last_not_of("0123456789");
    if (end == name.npos || end + 1 == name.size() || (name[end] != '_' && name[end] != '-')) break;
    name = name.substr(0, end);
  }
  return std::string(name);
}

std::string write_draft(const std::string& name, std::span<const FileProfile> files,
                        std::span<const JoinFound> joins) {
  return Writer(name, files, joins).run();
}

}  // namespace charmille::mapping
