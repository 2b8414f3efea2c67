#include "gateway/mapping/mask/mask.h"

#include <algorithm>

#include <fmt/format.h>

#include "gateway/base/national_keys.h"
#include "gateway/codec/csv_header.h"
#include "gateway/fhirpath/text.h"
#include "gateway/mapping/mask/invented_words.h"
#include "gateway/mapping/profile/header_doubt.h"

namespace charmille::mapping {
namespace {

using codec::RawRecord;

constexpr std::size_t flush_at = 64 * 1024;

/// The words of a name, without "Mme" and "Dr".
void add_names(std::string_view text, Seen& into) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" .", at), text.size());
    if (!is_title(text.substr(at, end - at))) into.add(text.substr(at, end - at));
    at = end + 1;
  }
}

/// "Mme Dupont" of "Mme Dupont, assistante": what begins with a capital.
std::string_view named_at(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto first = static_cast<unsigned char>(text[at]);
    if (!(first >= 'A' && first <= 'Z') && first < 0x80) break;
    const std::size_t end = std::min(text.find_first_of(" ,;)", at), text.size());
    at = end + 1;
    if (end < text.size() && text[end] != ' ') break;
  }
  return text.substr(0, std::min(at, text.size()));
}

}  // namespace

/// One reading of a file, record by record; any record that cannot be read ends it.
class Mask::Pass {
 public:
  static Result<std::unique_ptr<Pass>> open(const base::Payload& payload, const std::string& name,
                                            const codec::Detected& written) {
    auto reader = payload.open();
    if (!reader) return fail(std::move(reader.error()));
    auto pass = std::make_unique<Pass>(std::move(*reader), name, written);
    if (auto begun = pass->begin(written); !begun) return fail(std::move(begun.error()));
    return pass;
  }

  Pass(std::unique_ptr<base::Reader> reader, const std::string& name,
       const codec::Detected& written)
      : name_(name),
        options_(written.options.csv),
        window_(std::move(reader), options_.encoding, name_),
        scanner_(window_, options_) {}

  /// Goes to the next record; false at the end.
  Result<bool> next() {
    auto more = scanner_.next();
    if (!more || !*more) return more;
    const RawRecord& record = scanner_.record();
    const base::Place place{name_, record.line, record.large_cell, {}};
    const std::size_t columns = header_->names.size();
    if (record.oversize || record.large_cell != 0)
      return fail(record.large_cell != 0 ? "CH-CSV-011" : "CH-CSV-016", place,
                  {{"limit", std::to_string(record.large_cell != 0 ? options_.max_cell
                                                                   : options_.max_record)},
                   {"column", record.large_cell != 0 && record.large_cell <= columns
                                  ? header_->names[record.large_cell - 1]
                                  : std::to_string(record.large_cell)}});
    const bool trailing =
        header_->trailing && record.cell_count == columns + 1 && record.cells.back().size == 0;
    if (record.cell_count == columns || trailing) return true;
    if (!record.ended) return fail("CH-CSV-009", {name_, record.line, 0, {}});
    return fail(
        "CH-CSV-004", place,
        {{"found", std::to_string(record.cell_count)}, {"expected", std::to_string(columns)}});
  }

  const RawRecord& record() const { return scanner_.record(); }
  const std::vector<std::string>& names() const { return header_->names; }
  std::string cell(std::size_t column) const {
    return codec::cell_text(record(), record().cells[column], *options_.quote);
  }
  char quote() const { return *options_.quote; }
  /// The lines before the first record, as they stand.
  const std::string& head() const { return head_; }

 private:
  Result<void> begin(const codec::Detected& written) {
    auto more = scanner_.next();
    if (more && *more && written.separator_line) {
      take_head();
      more = scanner_.next();
    }
    if (!more) return fail(std::move(more.error()));
    if (!*more) return fail("CH-CSV-001", {name_, 0, 0, {}});
    std::vector<Fault> remarks;
    auto header = codec::read_header(scanner_, options_, name_, remarks);
    if (!header) return fail(std::move(header.error()));
    header_ = std::move(*header);
    take_head();
    return {};
  }

  void take_head() {
    head_ += record().raw;
    head_ += record().line_end;
  }

  const std::string name_;
  const codec::CsvInput options_;
  codec::TextWindow window_;
  codec::CsvScanner scanner_;
  std::shared_ptr<const codec::Header> header_;
  std::string head_;
};

Mask::Mask(crypto::Key key, Keep keep)
    : key_(std::move(key)), keep_(std::move(keep)), gathered_(std::make_unique<Gathered>()) {
  for (const auto& table : keep_.tables) {
    Codes& codes = codes_.emplace_back(Codes{table->name()});
    for (const std::string_view code : table->codes().root().shape().keys())
      codes.all.insert(fhirpath::normalize(code));
  }
}

Result<void> Mask::look(const base::Payload& payload, const std::string& name) {
  auto written = codec::detect(payload, name);
  if (!written) return fail(std::move(written.error()));
  if (written->options.format != codec::Format::csv) return fail("CH-MAP-070", {name, 0, 0, {}});
  File file{payload, name, std::move(*written), {}, {}, {}, {}};
  auto pass = Pass::open(payload, name, file.written);
  if (!pass) return fail(std::move(pass.error()));
  for (const std::string& column : (*pass)->names()) file.profiles.emplace_back(column, 0);
  file.coded.resize(file.profiles.size(), std::vector<std::uint64_t>(keep_.tables.size()));
  HeaderDoubt doubt((*pass)->names());
  std::uint64_t records = 0;
  for (;; ++records) {
    const auto more = (*pass)->next();
    if (!more) return fail(more.error());
    if (!*more) break;
    for (std::size_t i = 0; i < file.profiles.size(); ++i) {
      const std::string cell = (*pass)->cell(i);
      gather(file, i, cell);
      if (records < HeaderDoubt::most_rows) doubt.feed(i, cell);
    }
  }
  if (records == 0) return fail("CH-CSV-002", {name, 1, 0, {}});
  if (!keep_.header && doubt.is_row()) return fail("CH-MAP-072", {name, 1, 0, {}});
  files_.push_back(std::move(file));
  return {};
}

/// Keeps the day that `text` is, under every form that it fits; whether it is one.
bool Mask::gather_days(std::string_view text) {
  bool dated = false;
  for (std::size_t i = 0; may_be_date(text) && i < date_form_count; ++i) {
    const auto date = read_date(i, text);
    if (!date || date->year == 9999) continue;
    gathered_->calendar.add({date->year, date->month, date->day});
    dated = true;
  }
  return dated;
}

void Mask::gather(File& file, std::size_t column, std::string_view cell) {
  ColumnProfile& profile = file.profiles[column];
  profile.feed(cell);
  const std::string_view value = fhirpath::trim(cell);
  if (value.empty()) return;
  const bool dated = gather_days(value);
  // Days stand inside texts too: none of them may come out anywhere.
  for (std::size_t at = 0; !dated && at < value.size();) {
    const std::size_t end = std::min(value.find_first_not_of("0123456789/-.", at), value.size());
    if (end > at) gather_days(value.substr(at, end - at));
    at = end + 1;
  }
  // The year of a date is no number of its own; eight digits may be either.
  if (!dated || value.find_first_not_of("0123456789") == value.npos) gathered_->tokens.add(value);
  if (profile.promise() == Promise::given_name) gathered_->given_names.add(value);
  if (profile.promise() == Promise::given_name || profile.promise() == Promise::name)
    add_names(value, gathered_->persons);
  else if (const std::size_t civility = civility_in(value); civility != value.npos)
    add_names(named_at(value.substr(civility)), gathered_->persons);
  if (codes_.empty()) return;
  const std::string code = fhirpath::normalize(value);
  for (std::size_t i = 0; i < codes_.size(); ++i)
    if (codes_[i].all.contains(code)) ++file.coded[column][i];
}

bool Mask::stays(const Column& column, std::string_view value) const {
  if (value.empty() || std::ranges::find(keep_.values, value) != keep_.values.end()) return true;
  switch (column.fate) {
    case Fate::codes_stay:
    case Fate::asked_for:
      return true;
    case Fate::table_stays:
      return column.codes->all.contains(fhirpath::normalize(value));
    case Fate::masked:
      break;
  }
  return false;
}

/// Nothing when the value does not suit the way after all.
std::optional<std::string> Mask::invented(Way way, std::string_view cell, std::string_view value) {
  Inventor& invent = *inventor_;
  switch (way) {
    case Way::date:
      if (const auto form = date_form_of(value)) return invent.date(*form, cell);
      return std::nullopt;
    case Way::time:
      return invent.time(cell);
    case Way::national_id:
      return invent.national_id(cell);
    case Way::phone:
      return invent.phone(cell);
    case Way::mail:
      return invent.mail(cell);
    case Way::identifier:
    case Way::number:
      return invent.reshaped(cell);
    case Way::name:
      return invent.names(cell);
    case Way::commune:
      return invent.commune(cell);
    case Way::address:
      return invent.address(cell);
    case Way::text:
      break;
  }
  if (vocabulary_.contains(value)) return std::string(cell);
  if (const auto form = date_form_of(value)) return invent.date(*form, cell);
  const bool word = value.find_first_of(" \r\n") == value.npos;
  const bool digits = value.find_first_of("0123456789") != value.npos;
  return word && digits ? invent.reshaped(cell) : invent.neutral(cell);
}

/// The same value becomes the same everywhere, but for a key, which follows the number before it,
/// and days where two files write them in different orders.
std::string Mask::masked(const File& file, std::size_t column, std::string_view cell,
                         std::string_view previous) {
  const std::string_view value = fhirpath::trim(cell);
  const bool keyed = file.profiles[column].promise() == Promise::national_key && value.size() == 2;
  if (const std::string before = keyed ? bare_national_id(previous) : ""; !before.empty())
    return fmt::format("{:02}", *base::nir_key(std::string_view(before).substr(0, 13)));
  for (const std::size_t form : file.forms[column])
    if (read_date(form, value)) return inventor_->date(form, cell);
  for (std::size_t i = 0; i <= Ways::count; ++i)
    if (const auto way = static_cast<Way>(i); ways_.has(way, value))
      if (auto done = invented(way, cell, value)) return std::move(*done);
  return {};  // not reached: a text suits any value
}

/// Every value that will be masked, under the way of its column.
Result<void> Mask::claim_values(const File& file) {
  auto pass = Pass::open(file.payload, file.name, file.written);
  if (!pass) return fail(std::move(pass.error()));
  for (;;) {
    const auto more = (*pass)->next();
    if (!more) return fail(more.error());
    if (!*more) return {};
    for (std::size_t i = 0; i < file.columns.size(); ++i) {
      const Column& column = file.columns[i];
      if (column.fate == Fate::codes_stay || column.fate == Fate::asked_for ||
          column.way == Way::text)
        continue;
      const std::string cell = (*pass)->cell(i);
      const std::string_view value = fhirpath::trim(cell);
      const auto fits = [&](std::size_t form) { return read_date(form, value).has_value(); };
      const bool dated = column.way != Way::date || std::ranges::any_of(file.forms[i], fits);
      if (dated && !stays(column, value)) ways_.claim(column.way, value);
    }
  }
}

/// The record that the pass stands on, with its line end: cells change, all around them stays.
std::string Mask::masked_record(const File& file, const Pass& pass) {
  const RawRecord& record = pass.record();
  std::string text;
  std::size_t done = 0;
  std::string previous;  // the cell before, masked
  for (std::size_t i = 0; i < file.columns.size(); ++i) {
    const codec::Slice& slice = record.cells[i];
    text += record.raw.substr(done, slice.begin - done);
    done = slice.begin + slice.size;
    const std::string cell = pass.cell(i);
    previous =
        stays(file.columns[i], fhirpath::trim(cell)) ? cell : masked(file, i, cell, previous);
    const bool quoted = slice.begin > 0 && record.raw[slice.begin - 1] == pass.quote();
    for (const char c : previous) {
      if (quoted && c == pass.quote()) text += c;
      text += c;
    }
  }
  text += record.raw.substr(done);
  text += record.line_end;
  return text;
}

Result<void> Mask::write(std::size_t index, const Sink& sink) {
  const File& file = files_[index];
  auto pass = Pass::open(file.payload, file.name, file.written);
  if (!pass) return fail(std::move(pass.error()));
  codec::TextEncoder encoder(file.written.options.csv.encoding);
  std::string bytes(file.written.mark ? encoder.mark() : "");
  std::string text = (*pass)->head();
  for (;;) {
    encoder.add(text, '?', bytes);
    if (bytes.size() >= flush_at) {
      if (auto sent = sink(bytes); !sent) return sent;
      bytes.clear();
    }
    const auto more = (*pass)->next();
    if (!more) return fail(more.error());
    if (!*more) break;
    text = masked_record(file, **pass);
  }
  return sink(bytes);
}

}  // namespace charmille::mapping
