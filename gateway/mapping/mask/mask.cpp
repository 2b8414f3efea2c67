#include "gateway/mapping/mask/mask.h"

#include <algorithm>

#include <fmt/format.h>

#include "gateway/base/national_keys.h"
#include "gateway/codec/csv_header.h"
#include "gateway/fhirpath/text.h"

namespace charmille::mapping {
namespace {

using codec::RawRecord;

constexpr std::size_t flush_at = 64 * 1024;

/// Kinds whose cells point at a person, whatever the column of the same name holds elsewhere.
bool is_personal(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::identifier:
    case ColumnKind::national_id:
    case ColumnKind::phone:
    case ColumnKind::mail:
    case ColumnKind::name:
    case ColumnKind::address:
    case ColumnKind::date:
      return true;
    default:
      return false;
  }
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

Mask::Mask(crypto::Key key, std::vector<std::string> keep)
    : key_(std::move(key)), keep_(std::move(keep)), gathered_(std::make_unique<Gathered>()) {}

Result<void> Mask::look(const base::Payload& payload, const std::string& name) {
  auto written = codec::detect(payload, name);
  if (!written) return fail(std::move(written.error()));
  if (written->options.format != codec::Format::csv) return fail("CH-MAP-070", {name, 0, 0, {}});
  File file{payload, name, std::move(*written), {}, {}, {}};
  auto pass = Pass::open(payload, name, file.written);
  if (!pass) return fail(std::move(pass.error()));
  for (const std::string& column : (*pass)->names()) file.profiles.emplace_back(column, 0);
  std::uint64_t records = 0;
  for (;; ++records) {
    const auto more = (*pass)->next();
    if (!more) return fail(more.error());
    if (!*more) break;
    for (std::size_t i = 0; i < file.profiles.size(); ++i) gather(file, i, (*pass)->cell(i));
  }
  if (records == 0) return fail("CH-CSV-002", {name, 1, 0, {}});
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
    gathered_->persons.add(value);
}

void Mask::decide() {
  gathered_->calendar.draw(key_);
  inventor_ = std::make_unique<Inventor>(key_.clone(), *gathered_);
  for (const File& file : files_)
    for (const ColumnProfile& profile : file.profiles)
      if (is_personal(profile.kind())) personal_.insert(profile.name());
  for (File& file : files_)
    for (const ColumnProfile& profile : file.profiles) {
      std::vector<std::size_t> forms;
      for (const std::string_view form : profile.date_forms())
        for (std::size_t i = 0; i < date_form_count; ++i)
          if (date_form_list[i].pattern == form) forms.push_back(i);
      file.forms.push_back(std::move(forms));
      file.columns.push_back({profile.name(), is_kept(profile), profile.kind()});
    }
}

/// Codes stay, unless the same column holds persons in another file, or a code is made of words
/// that columns of names hold.
bool Mask::is_kept(const ColumnProfile& profile) const {
  const ColumnKind kind = profile.kind();
  if (kind == ColumnKind::boolean) return true;
  if (personal_.contains(profile.name())) return false;
  if (profile.only_marks()) return true;
  if (kind != ColumnKind::code) return false;
  const auto codes = profile.codes();
  return std::ranges::none_of(
      codes, [&](const auto& one) { return gathered_->persons.clashes(one.first); });
}

std::string Mask::masked(const File& file, std::size_t column, std::string_view cell,
                         std::string_view previous) {
  const std::string_view value = fhirpath::trim(cell);
  Inventor& invent = *inventor_;
  const ColumnProfile& profile = file.profiles[column];
  const bool keyed = profile.promise() == Promise::national_key && value.size() == 2;
  if (const std::string before = keyed ? bare_national_id(previous) : ""; !before.empty())
    return fmt::format("{:02}", *base::nir_key(std::string_view(before).substr(0, 13)));
  for (const std::size_t form : file.forms[column])
    if (read_date(form, value)) return invent.date(form, cell);
  switch (file.columns[column].kind) {
    case ColumnKind::time:
      return invent.time(cell);
    case ColumnKind::national_id:
      return invent.national_id(cell);
    case ColumnKind::phone:
      return invent.phone(cell);
    case ColumnKind::mail:
      return invent.mail(cell);
    case ColumnKind::name:
      return invent.names(cell);
    case ColumnKind::address:
      return profile.promise() == Promise::commune ? invent.commune(cell) : invent.address(cell);
    case ColumnKind::integer:
    case ColumnKind::decimal:
    case ColumnKind::identifier:
      return invent.reshaped(cell);
    default:
      break;
  }
  // A word with digits may be an identifier of another file: the same for the same everywhere.
  const bool word = value.find_first_of(" \r\n") == value.npos;
  const bool digits = value.find_first_of("0123456789") != value.npos;
  if (const auto form = date_form_of(value)) return invent.date(*form, cell);
  return word && digits ? invent.reshaped(cell) : invent.neutral(cell);
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
    const std::string_view value = fhirpath::trim(cell);
    const bool stays =
        value.empty() || file.columns[i].kept || std::ranges::find(keep_, value) != keep_.end();
    previous = stays ? cell : masked(file, i, cell, previous);
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
