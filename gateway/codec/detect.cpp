#include "gateway/codec/detect.h"

#include <algorithm>
#include <cctype>

#include "gateway/codec/csv_header.h"
#include "gateway/codec/detect_encoding.h"

namespace charmille::codec {
namespace {

constexpr std::size_t chunk_size = 64 * 1024;
constexpr std::size_t probed_records = 200;
constexpr std::size_t longest_lone_name = 64;

Result<EncodingCensus::Answer> encoding_of(const base::Payload& payload) {
  auto reader = payload.open();
  if (!reader) return fail(std::move(reader.error()));
  EncodingCensus census;
  std::string chunk(chunk_size, '\0');
  for (;;) {
    const auto count = (*reader)->read(chunk);
    if (!count) return fail(count.error());
    if (*count == 0) return census.answer();
    census.add(std::string_view(chunk).substr(0, *count));
  }
}

/// What the first records look like under one delimiter.
struct Probe {
  std::string header;              ///< its raw text
  std::vector<std::string> names;  ///< its cells
  bool separator_line = false;
  char delimiter = ';';
  std::size_t records = 0;
  std::size_t alike = 0;  ///< with as many cells as the header
  std::optional<Fault> fault;

  /// More columns are better, as long as the records agree with the header.
  double score() const {
    if (fault || names.size() < 2) return 0;
    const double share =
        records == 0 ? 1 : static_cast<double>(alike) / static_cast<double>(records);
    return share * share * static_cast<double>(names.size() - 1);
  }
};

class Prober {
 public:
  Prober(const base::Payload& payload, const std::string& name, CsvInput options)
      : payload_(payload), name_(name), options_(std::move(options)) {}

  Result<Probe> run(char delimiter) {
    auto reader = payload_.open();
    if (!reader) return fail(std::move(reader.error()));
    options_.delimiter = delimiter;
    TextWindow window(std::move(*reader), options_.encoding, name_);
    CsvScanner scanner(window, options_);
    Probe probe;
    probe.delimiter = delimiter;
    if (auto begun = header(scanner, probe); !begun)
      probe.fault = std::move(begun.error());
    else
      records(scanner, probe);
    return probe;
  }

 private:
  Result<void> header(CsvScanner& scanner, Probe& probe) {
    auto more = scanner.next();
    if (!more) return fail(std::move(more.error()));
    const std::string_view raw = scanner.record().raw;
    if (*more && raw.size() == 5 && raw.starts_with("sep=")) {
      probe.separator_line = true;
      probe.delimiter = raw[4];
      scanner.set_delimiter(raw[4]);
      more = scanner.next();
      if (!more) return fail(std::move(more.error()));
    }
    if (!*more) return fail("CH-CSV-001", {name_, 0, 0, {}});
    const RawRecord& record = scanner.record();
    probe.header = record.raw.substr(0, chunk_size);
    if (record.oversize) return {};
    for (const Slice& cell : record.cells)
      probe.names.push_back(cell_text(record, cell, options_.quote.value_or('\0')));
    return {};
  }

  static void records(CsvScanner& scanner, Probe& probe) {
    const bool trailing = probe.names.size() > 1 && probe.names.back().empty();
    while (probe.records < probed_records) {
      auto more = scanner.next();
      if (!more) probe.fault = std::move(more.error());
      if (!more || !*more) return;
      ++probe.records;
      const std::size_t cells = scanner.record().cell_count;
      if (cells == probe.names.size() || (trailing && cells + 1 == probe.names.size()))
        ++probe.alike;
    }
  }

  const base::Payload& payload_;
  const std::string& name_;
  CsvInput options_;
};

/// Digits and what stands between them in dates and amounts: no name of a column.
bool is_value(std::string_view cell) {
  return !cell.empty() && std::isdigit(static_cast<unsigned char>(cell[0])) != 0 &&
         cell.find_first_not_of("0123456789/-.,: ") == cell.npos;
}

/// A date, a telephone or national number, a mail address: of somebody, and no name of a column.
bool is_of_somebody(std::string_view cell) {
  const auto digits = std::ranges::count_if(cell, [](char c) { return c >= '0' && c <= '9'; });
  return cell.find('@') != cell.npos || (is_value(cell) && digits >= 6);
}

Result<void> check_header(const Probe& probe, const base::Place& place) {
  if (probe.names.size() <= 1 &&
      (probe.header.size() > longest_lone_name || probe.header.find("   ") != std::string::npos))
    return fail("CH-CSV-032", place);
  const auto values = static_cast<std::size_t>(std::ranges::count_if(probe.names, is_value));
  if (values * 4 >= probe.names.size() || std::ranges::any_of(probe.names, is_of_somebody))
    return fail("CH-CSV-033", place);
  return {};
}

Result<Probe> best_probe(const base::Payload& payload, const std::string& name,
                         const CsvInput& options) {
  Prober prober(payload, name, options);
  std::optional<Probe> best;
  std::optional<Probe> broken;  // the faulty one that had the most columns
  for (const char delimiter : {';', ',', '\t', '|'}) {
    auto probe = prober.run(delimiter);
    if (!probe) return fail(std::move(probe.error()));
    if (probe->fault) {
      if (!broken || probe->names.size() > broken->names.size()) broken = std::move(*probe);
    } else if (!best || probe->score() > best->score()) {
      best = std::move(*probe);
    }
  }
  // A wrong delimiter hides the quotes: a fault under the one that parts the header is the truth.
  if (broken && (!best || broken->names.size() > best->names.size()))
    return fail(std::move(*broken->fault));
  return std::move(*best);
}

/// The first character that is no white space, in UTF-8 or UTF-16; NUL when there is none.
Result<char> first_sign(const base::Payload& payload) {
  auto reader = payload.open();
  if (!reader) return fail(std::move(reader.error()));
  std::string chunk(256, '\0');
  const auto count = (*reader)->read(chunk);
  if (!count) return fail(count.error());
  for (const char c : chunk.substr(0, *count))
    if (c > ' ' && static_cast<unsigned char>(c) < 0x80) return c;
  return '\0';
}

}  // namespace

Result<Detected> detect(const base::Payload& payload, const std::string& name) {
  const auto encoding = encoding_of(payload);
  if (!encoding) return fail(encoding.error());
  Detected found;
  found.certainty = encoding->certainty;
  found.mark = encoding->mark;
  const auto sign = first_sign(payload);
  if (!sign) return fail(sign.error());
  if (*sign == '[' || *sign == '{') {
    found.options.format = *sign == '[' ? Format::json : Format::ndjson;
    found.options.json.each = *sign == '[';
    return found;
  }
  found.options.format = Format::csv;
  found.options.csv.encoding = encoding->encoding;
  auto probe = best_probe(payload, name, found.options.csv);
  if (!probe) return fail(std::move(probe.error()));
  const std::uint32_t line = probe->separator_line ? 2 : 1;
  if (auto right = check_header(*probe, {name, line, 0, {}}); !right)
    return fail(std::move(right.error()));
  found.options.csv.delimiter = probe->delimiter;
  found.separator_line = probe->separator_line;
  return found;
}

}  // namespace charmille::codec
