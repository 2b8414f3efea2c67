#include "gateway/codec/options.h"

#include <algorithm>
#include <cctype>

#include "gateway/codec/common_options.h"

namespace charmille::codec {
namespace {

using tree::Node;

/// Reads the fields of one checked options object by name.
class Fields {
 public:
  Fields(const Node& node, const tree::Spec& from) : node_(node), spec_(from) {}

  std::string text(std::string_view name) const {
    return read_text(node_, field_of(spec_.fields, name));
  }
  bool flag(std::string_view name) const {
    return read_boolean(node_, field_of(spec_.fields, name));
  }
  std::size_t number(std::string_view name) const {
    return static_cast<std::size_t>(read_integer(node_, field_of(spec_.fields, name)));
  }
  Encoding encoding() const { return encoding_named(text("encoding")).value_or(Encoding::utf8); }

 private:
  const Node& node_;
  const tree::Spec& spec_;
};

std::vector<std::string> texts(const Node* list) {
  std::vector<std::string> out;
  if (list != nullptr)
    for (const Node& item : list->items()) out.emplace_back(item.chars());
  return out;
}

void check_csv(const tree::Document& document, const Node& node, const Fields& fields,
               Direction direction, const std::string& path, std::vector<Fault>& faults) {
  const auto delimiter = separator(fields.text("delimiter"));
  const std::string quote_text = fields.text("quote");
  const bool none = direction == Direction::decode && quote_text == "none";
  const auto quote = separator(quote_text);
  const auto add = [&](std::string_view code, std::string_view key, base::Args args = {}) {
    const Node* const at = node.find(key);
    const std::string full = path.empty() ? std::string(key) : path + "." + std::string(key);
    faults.push_back(fault(code, document.place_of((at != nullptr ? *at : node).origin(), full),
                           std::move(args)));
  };
  if (!delimiter) add("CH-CSV-024", "delimiter");
  if (!quote && !none) add("CH-CSV-024", "quote");
  if (delimiter && !none && quote == delimiter) add("CH-CSV-025", "quote");
  if (direction == Direction::encode && fields.text("decimal") == "comma" && delimiter == ',' &&
      fields.text("quoting") == "never")
    add("CH-CSV-026", "decimal");
  if (direction == Direction::decode) return;
  for (const std::string_view key : {"first-line", "last-line"}) {
    const auto line = ControlLine::parse(fields.text(key));
    if (!line) add(line.error().code, key, line.error().args);
    if (line && key == "first-line" && !line->is_known_at_first()) add("CH-CSV-031", key);
  }
}

CsvInput read_csv_input(const Node& node, const Fields& fields) {
  CsvInput csv;
  csv.encoding = fields.encoding();
  csv.delimiter = separator(fields.text("delimiter")).value_or(';');
  csv.quote = separator(fields.text("quote"));
  csv.null_values = texts(node.find("null-values"));
  csv.max_cell = fields.number("max-cell");
  csv.max_record = fields.number("max-record");
  if (const Node* const columns = node.find("columns")) {
    csv.required = texts(columns->find("required"));
    csv.known = texts(columns->find("known"));
  }
  const std::string unknown = fields.text("unknown-columns");
  csv.unknown = unknown == "refuse"   ? CsvInput::Unknown::refuse
                : unknown == "accept" ? CsvInput::Unknown::accept
                                      : CsvInput::Unknown::remark;
  return csv;
}

CsvOutput read_csv_output(const Node& node, const Fields& fields) {
  CsvOutput csv;
  csv.encoding = fields.encoding();
  csv.delimiter = separator(fields.text("delimiter")).value_or(';');
  csv.quote = separator(fields.text("quote")).value_or('"');
  const std::string quoting = fields.text("quoting");
  csv.quoting = quoting == "always"  ? CsvOutput::Quoting::always
                : quoting == "never" ? CsvOutput::Quoting::never
                                     : CsvOutput::Quoting::needed;
  csv.line_end = fields.text("line-end") == "lf" ? "\n" : "\r\n";
  csv.header = fields.flag("header");
  csv.columns = texts(node.find("columns"));
  csv.decimal = fields.text("decimal") == "comma" ? ',' : '.';
  csv.mark = fields.flag("byte-order-mark");
  csv.neutralise_formulas = fields.flag("neutralise-formulas");
  if (fields.text("missing-characters") == "replace") csv.replacement = '?';
  csv.null_text = fields.text("null-text");
  if (auto line = ControlLine::parse(fields.text("first-line"))) csv.first_line = std::move(*line);
  if (auto line = ControlLine::parse(fields.text("last-line"))) csv.last_line = std::move(*line);
  return csv;
}

bool is_lines(Format format) {
  return format == Format::records || format == Format::fixed;
}

/// The options of the index of an archive, as an options object of its own; null when it has none.
Node index_options(const Node& zip) {
  const Node* const index = zip.find("index");
  const Node* const csv = index != nullptr ? index->find("csv") : nullptr;
  return csv != nullptr ? *csv : Node::null();
}

void check_zip(const tree::Document& document, const Node& node, Direction direction,
               const std::string& path, std::vector<Fault>& faults) {
  const Node csv = index_options(node);
  check_csv(document, csv, Fields(csv, spec(Format::csv, direction)), direction,
            path.empty() ? "index.csv" : path + ".index.csv", faults);
}

DocumentInput read_document_input(const Node& node, const Fields& fields, std::string_view size) {
  DocumentInput document;
  if (const Node* const accept = node.find("accept")) document.accept = texts(accept);
  document.max_size = fields.number(size);
  if (fields.text("active-content") == "remark") document.active = DocumentInput::Active::remark;
  return document;
}

ZipInput read_zip_input(const Node& node, const Fields& fields) {
  ZipInput zip;
  const Node csv = index_options(node);
  const Node& index = *node.find("index");
  zip.index = index.find("file")->chars();
  if (const Node* const missing = index.find("missing"); missing && missing->chars() == "documents")
    zip.no_index = ZipInput::NoIndex::documents;
  zip.csv = read_csv_input(csv, Fields(csv, spec(Format::csv)));
  zip.names = encoding_named(fields.text("names")).value_or(Encoding::cp850);
  zip.name = fields.text("name");
  zip.sha256 = fields.text("sha256");
  zip.as = fields.text("as");
  zip.documents = read_document_input(node, fields, "max-entry");
  zip.max_size = fields.number("max-size");
  zip.max_entries = fields.number("max-entries");
  zip.max_ratio = fields.number("max-ratio");
  return zip;
}

ZipOutput read_zip_output(const Node& node, const Fields& fields) {
  ZipOutput zip;
  const Node csv = index_options(node);
  if (const Node* const index = node.find("index"))
    if (const Node* const file = index->find("file")) zip.index = file->chars();
  zip.csv = read_csv_output(csv, Fields(csv, spec(Format::csv, Direction::encode)));
  zip.name = fields.text("name");
  zip.sha256 = fields.text("sha256");
  zip.as = fields.text("as");
  return zip;
}

Result<Format> checked_format(const tree::Document& document, const Node& node,
                              Direction direction) {
  if (auto faults = check_options(document, node, direction, ""); !faults.empty())
    return fail(std::move(faults.front()));
  return *format_named(node.find("format")->chars());
}

}  // namespace

std::optional<char> separator(std::string_view text) {
  if (text == "tab" || text == "\\t") return '\t';
  if (text.size() != 1) return {};
  const auto c = static_cast<unsigned char>(text[0]);
  if (c != '\t' && (c < 0x20 || c > 0x7E || std::isalnum(c) != 0)) return {};
  return text[0];
}

std::span<const Format> all_formats() {
  static constexpr Format all[] = {Format::csv,   Format::json, Format::ndjson, Format::records,
                                   Format::fixed, Format::xml,  Format::zip,    Format::document};
  return all;
}

std::optional<Format> format_named(std::string_view name) {
  for (const Format format : all_formats())
    if (spec(format).name == name) return format;
  return {};
}

bool can_encode(Format format) {
  return format == Format::csv || format == Format::json || format == Format::ndjson ||
         format == Format::zip;
}

std::vector<Fault> check_options(const tree::Document& document, const Node& node,
                                 Direction direction, const std::string& path) {
  const Node* const name = node.find("format");
  const auto format = name != nullptr ? format_named(name->chars()) : std::optional<Format>{};
  if (name != nullptr && format && direction == Direction::encode && !can_encode(*format))
    return {fault("CH-FMT-001", document.place_of(name->origin(), path),
                  {{"format", std::string(name->chars())}})};
  // Without a known format, only the field `format` can be judged.
  if (!format) {
    const tree::Node alone = name != nullptr ? *name : Node::null(node.origin());
    tree::Document scratch;
    for (const std::string& file : document.files())
      if (!file.empty()) scratch.add_file(file);
    return check(scratch, scratch.object({{"format", alone}}, node.origin()),
                 {spec(Format::csv, direction).fields.front()}, path);
  }
  auto faults = check(document, node, spec(*format, direction).fields, path);
  if (!faults.empty()) return faults;
  if (*format == Format::csv)
    check_csv(document, node, Fields(node, spec(*format, direction)), direction, path, faults);
  if (is_lines(*format)) return read_lines(document, node, *format == Format::fixed, path).faults;
  if (*format == Format::zip) check_zip(document, node, direction, path, faults);
  if (*format == Format::xml) return check_xml(document, node, path);
  return faults;
}

Result<Options> read_options(const tree::Document& document, const Node& node) {
  const auto format = checked_format(document, node, Direction::decode);
  if (!format) return fail(format.error());
  const Fields fields(node, spec(*format, Direction::decode));
  Options options;
  options.format = *format;
  switch (*format) {
    case Format::csv:
      options.csv = read_csv_input(node, fields);
      return options;
    case Format::xml:
      options.xml = read_xml_input(node, spec(Format::xml));
      return options;
    case Format::zip:
      options.zip = read_zip_input(node, fields);
      return options;
    case Format::document:
      options.document = read_document_input(node, fields, "max-size");
      return options;
    case Format::json:
    case Format::ndjson:
    case Format::records:
    case Format::fixed:
      break;
  }
  if (is_lines(*format)) {
    options.lines = read_lines(document, node, *format == Format::fixed, "").input;
    return options;
  }
  options.json.max_record = fields.number("max-record");
  options.json.max_depth = fields.number("max-depth");
  if (*format == Format::json) {
    options.json.each = fields.flag("each");
    options.json.max_size = fields.number("max-size");
  }
  return options;
}

Result<OutputOptions> read_output_options(const tree::Document& document, const Node& node) {
  const auto format = checked_format(document, node, Direction::encode);
  if (!format) return fail(format.error());
  const Fields fields(node, spec(*format, Direction::encode));
  OutputOptions options;
  options.format = *format;
  if (*format == Format::csv) options.csv = read_csv_output(node, fields);
  if (*format == Format::zip) options.zip = read_zip_output(node, fields);
  if (*format == Format::json) {
    options.json.each = fields.flag("each");
    options.json.pretty = fields.flag("pretty");
  }
  return options;
}

}  // namespace charmille::codec
