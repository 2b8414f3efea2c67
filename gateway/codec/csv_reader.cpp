// CSV to rows.
#include <algorithm>
#include <cctype>
#include <cstring>

#include "gateway/codec/csv_header.h"
#include "gateway/codec/streams.h"

namespace charmille::codec {
namespace {

using tree::Node;

/// From so many columns on, a line of a text that has as many delimiters as a row is a row, not
/// prose.
constexpr std::size_t wide_table = 8;

class CsvStream final : public RecordStream {
 public:
  CsvStream(const CsvInput& options, std::unique_ptr<base::Reader> reader, std::string name)
      : options_(options),
        name_(std::move(name)),
        window_(std::move(reader), options.encoding, name_),
        scanner_(window_, options_) {}

  Result<Batch> next(std::size_t limit) override {
    Batch batch;
    if (header_ == nullptr) {
      auto begun = begin(batch);
      if (!begun) return fail(std::move(begun.error()));
    }
    file_ = batch.document.add_file(name_);
    batch.document.keep(header_);
    std::vector<Node> rows;
    rows.reserve(std::min<std::size_t>(limit, 1024));
    rejected_bytes_ = 0;
    for (std::size_t count = 0; count < limit && has_room(batch, rejected_bytes_); ++count) {
      const auto more = scanner_.next();
      if (!more) return fail(more.error());
      if (!*more) {
        batch.last = true;
        if (number_ == 0) batch.remarks.push_back(fault("CH-CSV-002", {name_, 1, 0, {}}));
        break;
      }
      ++number_;
      if (auto taken = take(batch, rows); !taken) return fail(std::move(taken.error()));
    }
    finish(batch, rows);
    return batch;
  }

 private:
  /// Reads the `sep=` line, if any, and the header.
  Result<void> begin(Batch& batch) {
    auto more = scanner_.next();
    if (!more) return fail(std::move(more.error()));
    if (*more && is_separator_line()) {
      const char said = scanner_.record().raw[4];
      if (said != options_.delimiter)
        batch.remarks.push_back(
            fault("CH-CSV-013", {name_, 1, 0, {}},
                  {{"delimiter", said == '\t' ? "tab" : std::string(1, said)}}));
      scanner_.set_delimiter(said);
      more = scanner_.next();
      if (!more) return fail(std::move(more.error()));
    }
    if (!*more) return fail("CH-CSV-001", {name_, 0, 0, {}});
    auto header = read_header(scanner_, options_, name_, batch.remarks);
    if (!header) return fail(std::move(header.error()));
    // A header without its line end may be cut, unless the required columns show that it is not.
    if (!scanner_.record().ended && options_.required.empty())
      return fail("CH-CSV-009", {name_, scanner_.record().line, 0, {}});
    header_ = std::move(*header);
    return {};
  }

  /// "sep=X": a line of spreadsheets that names the file's own delimiter, so it wins over the
  /// configured one.
  bool is_separator_line() const {
    const RawRecord& record = scanner_.record();
    if (record.line != 1 || record.raw.size() != 5 || !record.raw.starts_with("sep=")) return false;
    const auto c = static_cast<unsigned char>(record.raw[4]);
    return c < 0x80 && std::isalnum(c) == 0 && options_.quote != record.raw[4];
  }

  /// Makes a row of the scanner's record, or says why it is none.
  Result<void> take(Batch& batch, std::vector<Node>& rows) {
    const RawRecord& record = scanner_.record();
    const std::size_t columns = header_->names.size();
    const base::Place place{name_, record.line, record.large_cell, {}};
    if (record.oversize || record.large_cell != 0) {
      const bool cell = record.large_cell != 0;
      reject(batch,
             fault(cell ? "CH-CSV-011" : "CH-CSV-016", place,
                   {{"limit", std::to_string(cell ? options_.max_cell : options_.max_record)},
                    {"column", column_name(record.large_cell)}}));
      return {};
    }
    if (!record.ended && record.cell_count < (usual_cells_ == 0 ? columns : usual_cells_))
      return fail("CH-CSV-009", {name_, record.line, 0, {}});
    const bool fitting = fits(record);
    if (record.quoted_line != 0 && (!fitting || columns >= wide_table) && swallows_records(record))
      return fail("CH-CSV-017", {name_, record.quoted_line, 0, {}});
    if (!fitting) {
      reject(batch, fault("CH-CSV-004", place,
                          {{"found", std::to_string(record.cell_count)},
                           {"expected", std::to_string(columns)}}));
      return {};
    }
    usual_cells_ = record.cell_count;
    rows.push_back(row(batch.document, record));
    return {};
  }

  bool fits(const RawRecord& record) const {
    const std::size_t columns = header_->names.size();
    if (record.cell_count == columns) return true;
    return header_->trailing && record.cell_count == columns + 1 && record.cells.back().size == 0;
  }

  /// Whether a line inside the record looks like a record itself: then a forgotten quote has
  /// swallowed it.
  bool swallows_records(const RawRecord& record) const {
    const std::size_t usual = header_->names.size() - (header_->trailing ? 0 : 1);
    if (usual == 0) return false;
    std::size_t delimiters = 0;
    bool first = true;
    for (const char c : record.raw) {
      if (c == scanner_.delimiter()) ++delimiters;
      if (c != '\n' && c != '\r') continue;
      if (!first && delimiters == usual) return true;
      first = false;
      delimiters = 0;
    }
    return delimiters == usual && !first;
  }

  std::string column_name(std::uint32_t cell) const {
    return cell >= 1 && cell <= header_->names.size() ? header_->names[cell - 1]
                                                      : std::to_string(cell);
  }

  void reject(Batch& batch, Fault why) {
    const RawRecord& record = scanner_.record();
    rejected_bytes_ += record.raw.size();
    batch.rejected.push_back({std::move(why), record.line, number_,
                              std::string(record.raw) + (record.oversize ? "…" : "")});
  }

  Node row(tree::Document& document, const RawRecord& record) {
    // One copy of the whole record; the cells are slices of it.
    char* const chars = static_cast<char*>(document.arena().take(record.raw.size() + 1, 1));
    std::memcpy(chars, record.raw.data(), record.raw.size());
    const auto slots = document.arena().array<Node>(header_->names.size());
    for (std::size_t i = 0; i < slots.size(); ++i) {
      const Slice& cell = record.cells[i];
      std::size_t size = cell.size;
      if (cell.doubled) size = collapse_quotes({chars + cell.begin, cell.size}, *options_.quote);
      const std::string_view text(chars + cell.begin, size);
      const tree::Origin origin{file_, cell.line, static_cast<std::uint32_t>(i + 1)};
      slots[i] = is_null(text) ? Node::null(origin) : Node::text(text, origin);
    }
    return Node::object(header_->shape, slots, {file_, record.line, 1});
  }

  bool is_null(std::string_view text) const {
    return std::ranges::any_of(options_.null_values,
                               [&](const std::string& value) { return value == text; });
  }

  void finish(Batch& batch, std::span<const Node> rows) {
    tree::Document& document = batch.document;
    document.set_root(document.object({{"rows", document.array(rows)}}, {file_, 1, 1}));
    for (Fault& remark : window_.take_remarks()) batch.remarks.push_back(std::move(remark));
    if (scanner_.mixed_line() != 0 && !mixed_told_) {
      mixed_told_ = true;
      batch.remarks.push_back(fault("CH-CSV-012", {name_, scanner_.mixed_line(), 0, {}}));
    }
  }

  const CsvInput options_;
  const std::string name_;
  TextWindow window_;
  CsvScanner scanner_;
  std::shared_ptr<const Header> header_;
  std::uint64_t number_ = 0;
  std::size_t usual_cells_ = 0;     // of the last good row
  std::size_t rejected_bytes_ = 0;  // of this batch
  std::uint16_t file_ = 0;
  bool mixed_told_ = false;
};

}  // namespace

std::unique_ptr<RecordStream> make_csv_stream(const CsvInput& options,
                                              std::unique_ptr<base::Reader> reader,
                                              std::string name) {
  return std::make_unique<CsvStream>(options, std::move(reader), std::move(name));
}

}  // namespace charmille::codec
