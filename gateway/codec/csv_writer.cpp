// Rows to CSV.
#include <algorithm>

#include "gateway/codec/streams.h"

namespace charmille::codec {
namespace {

using tree::Kind;
using tree::Node;

/// What a spreadsheet takes for the beginning of a formula, full-width forms included (OWASP "CSV
/// injection").
bool looks_like_formula(std::string_view text) {
  if (text.size() < 2) return false;
  if (std::string_view("=@\t\r").find(text[0]) != std::string_view::npos) return true;
  for (const std::string_view wide : {"＝", "＋", "－", "＠"})
    if (text.starts_with(wide)) return true;
  // "-3,5" and "+33 1 23" are numbers, not formulas.
  return (text[0] == '-' || text[0] == '+') &&
         text.find_first_not_of("0123456789,. ", 1) != text.npos;
}

class CsvEncoder final : public Encoder {
 public:
  explicit CsvEncoder(const CsvOutput& options)
      : options_(options),
        encoder_(options.encoding),
        columns_(options.columns),
        totals_(options.first_line, options.last_line, options.header) {}

  Result<void> add(const tree::Document& document, const Node& record, std::string& out) override {
    if (!record.is(Kind::object)) return fail("CH-CSV-027", document.place_of(record.origin()));
    std::string bytes;
    const TextEncoder before = encoder_;
    const Totals totals = totals_;
    const std::uint64_t neutralised = neutralised_;
    auto written = totals_.add(record);
    if (!written) written.error().place = document.place_of(record.origin());
    if (written) written = begin(document, record, bytes);
    if (written) written = line(document, record, bytes);
    if (!written) {
      encoder_ = before;
      totals_ = totals;
      neutralised_ = neutralised;
      return written;
    }
    begun_ = true;
    out += bytes;
    return {};
  }

  Result<void> finish(std::string& out) override {
    const tree::Document nothing{};
    if (!begun_)
      if (auto begun = begin_with(nothing, {}, out); !begun) return begun;
    begun_ = true;
    return control_line(options_.last_line, {}, out);
  }

  std::vector<Fault> remarks() const override {
    std::vector<Fault> all;
    if (encoder_.replaced() != 0)
      all.push_back(fault("CH-TXT-010", {},
                          {{"count", std::to_string(encoder_.replaced())},
                           {"encoding", std::string(name_of(options_.encoding))}}));
    if (neutralised_ != 0)
      all.push_back(fault("CH-CSV-020", {}, {{"count", std::to_string(neutralised_)}}));
    return all;
  }

 private:
  Result<void> begin(const tree::Document& document, const Node& record, std::string& out) {
    if (begun_) return {};
    if (columns_.empty())
      for (const std::string_view key : record.shape().keys()) columns_.emplace_back(key);
    return begin_with(document, record.origin(), out);
  }

  Result<void> begin_with(const tree::Document& document, tree::Origin origin, std::string& out) {
    if (options_.mark) out += encoder_.mark();
    if (auto put = control_line(options_.first_line, document.place_of(origin), out); !put)
      return put;
    if (!options_.header || columns_.empty()) return {};
    std::string text;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (i != 0) text += options_.delimiter;
      if (auto put = cell(columns_[i], false, document.place_of(origin, columns_[i]), text); !put)
        return put;
    }
    return encode(text + options_.line_end, document.place_of(origin), out);
  }

  Result<void> control_line(const ControlLine& line, const base::Place& place, std::string& out) {
    if (line.parts().empty()) return {};
    return encode(totals_.fill(line) + options_.line_end, place, out);
  }

  Result<void> line(const tree::Document& document, const Node& record, std::string& out) {
    for (const std::string_view key : record.shape().keys())
      if (std::ranges::find(columns_, key) == columns_.end())
        return fail("CH-CSV-028", document.place_of(record.origin(), std::string(key)),
                    {{"column", std::string(key)}});
    std::string text;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (i != 0) text += options_.delimiter;
      const Node* const node = record.find(columns_[i]);
      const base::Place place = document.place_of(record.origin(), columns_[i]);
      if (auto put = value(node != nullptr ? *node : Node{}, place, text); !put) return put;
    }
    return encode(text + options_.line_end, document.place_of(record.origin()), out);
  }

  Result<void> value(const Node& node, const base::Place& place, std::string& text) {
    switch (node.kind()) {
      case Kind::null:
        return cell(options_.null_text, false, place, text);
      case Kind::boolean:
        return cell(node.boolean_value() ? "true" : "false", false, place, text);
      case Kind::text:
        return cell(node.chars(), options_.neutralise_formulas, place, text);
      case Kind::number: {
        std::string lexeme(node.chars());
        std::ranges::replace(lexeme, '.', options_.decimal);
        return cell(lexeme, false, place, text);
      }
      default:
        return fail("CH-CSV-018", place, {{"column", place.path}});
    }
  }

  Result<void> cell(std::string_view chars, bool neutralise, const base::Place& place,
                    std::string& text) {
    const bool formula = neutralise && looks_like_formula(chars);
    if (formula) ++neutralised_;
    // A line with one empty cell would be a blank line, which readers skip.
    const bool needed =
        chars.find_first_of("\r\n") != chars.npos || chars.find(options_.delimiter) != chars.npos ||
        chars.find(options_.quote) != chars.npos || (chars.empty() && columns_.size() == 1);
    if (needed && options_.quoting == CsvOutput::Quoting::never)
      return fail("CH-CSV-019", place, {{"column", place.path}});
    if (!needed && options_.quoting != CsvOutput::Quoting::always) {
      if (formula) text += '\'';
      text += chars;
      return {};
    }
    text += options_.quote;
    if (formula) text += '\'';
    for (const char c : chars) {
      if (c == options_.quote) text += c;
      text += c;
    }
    text += options_.quote;
    return {};
  }

  Result<void> encode(std::string_view text, const base::Place& place, std::string& out) {
    if (encoder_.add(text, options_.replacement, out)) return {};
    return fail("CH-TXT-009", place, {{"encoding", std::string(name_of(options_.encoding))}});
  }

  const CsvOutput options_;
  TextEncoder encoder_;
  std::vector<std::string> columns_;
  Totals totals_;
  bool begun_ = false;
  std::uint64_t neutralised_ = 0;
};

}  // namespace

std::unique_ptr<Encoder> make_csv_encoder(const CsvOutput& options) {
  return std::make_unique<CsvEncoder>(options);
}

}  // namespace charmille::codec
