// Nodes to JSON: plain, indented, canonical.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

#include "gateway/base/bytes.h"
#include "gateway/codec/json_reader.h"
#include "gateway/codec/streams.h"
#include "gateway/codec/text_tables.h"

namespace charmille::codec {
namespace {

using tree::Kind;
using tree::Node;

constexpr bool is_plain(char c) {
  return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
}

void write_escape(char c, std::string& out) {
  constexpr std::string_view hex = "0123456789abcdef";
  constexpr std::string_view short_ones = "\"\\\b\t\n\f\r";
  constexpr std::string_view letters = "\"\\btnfr";
  out += '\\';
  if (const std::size_t at = short_ones.find(c); at != short_ones.npos) {
    out += letters[at];
    return;
  }
  out += "u00";
  out += hex[static_cast<unsigned char>(c) >> 4];
  out += hex[static_cast<unsigned char>(c) & 15];
}

/// RFC 8785 section 3.2.2.2, which plain JSON may use as well.
void write_string(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    const auto end = std::ranges::find_if_not(text, is_plain);
    const auto run = static_cast<std::size_t>(end - text.begin());
    out.append(text.substr(0, run));
    text.remove_prefix(run);
    if (text.empty()) break;
    write_escape(text.front(), out);
    text.remove_prefix(1);
  }
  out += '"';
}

/// ECMAScript's Number::toString (ECMA-262 section 6.1.6.1.20), as RFC 8785 section 3.2.2.3 asks.
std::string ecmascript(double value) {
  if (value == 0) return "0";
  char buffer[40];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, std::abs(value), std::chars_format::scientific)
          .ptr;
  const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  const std::size_t e = text.find('e');
  std::string digits(text.substr(0, e));
  std::erase(digits, '.');
  int exponent = 0;
  std::from_chars(text.data() + e + (text[e + 1] == '+' ? 2 : 1), end, exponent);
  const int k = static_cast<int>(digits.size());
  const int n = exponent + 1;
  std::string out = value < 0 ? "-" : "";
  if (k <= n && n <= 21) return out + digits + std::string(static_cast<std::size_t>(n - k), '0');
  if (0 < n && n <= 21)
    return out + digits.substr(0, static_cast<std::size_t>(n)) + "." +
           digits.substr(static_cast<std::size_t>(n));
  if (-6 < n && n <= 0) return out + "0." + std::string(static_cast<std::size_t>(-n), '0') + digits;
  out += digits.substr(0, 1);
  if (k > 1) out += "." + digits.substr(1);
  return out + (n - 1 < 0 ? "e-" : "e+") + std::to_string(std::abs(n - 1));
}

std::string canonical_number(std::string_view lexeme) {
  const std::string_view digits = lexeme.starts_with('-') ? lexeme.substr(1) : lexeme;
  if (digits == "0") return "0";
  if (digits.find_first_not_of("0123456789") == digits.npos) return std::string(lexeme);
  double value = 0;
  const auto parsed = std::from_chars(lexeme.data(), lexeme.data() + lexeme.size(), value);
  // What no double holds (1e400) keeps its lexeme: still one writing for one lexeme.
  return parsed.ec == std::errc{} && std::isfinite(value) ? ecmascript(value) : std::string(lexeme);
}

/// RFC 8785 section 3.2.3. UTF-8 sorts by code point; only there do surrogates (above U+FFFF) come
/// before U+E000.
bool utf16_less(std::string_view a, std::string_view b) {
  const auto [left, right] = std::ranges::mismatch(a, b);
  if (left == a.end() || right == b.end()) return a.size() < b.size();
  const auto l = static_cast<unsigned char>(*left);
  const auto r = static_cast<unsigned char>(*right);
  const auto rank = [](unsigned char byte) {
    return byte >= 0xF0 ? 0xED : byte >= 0xEE ? 0xF8 : int{byte};
  };
  return rank(l) != rank(r) ? rank(l) < rank(r) : l < r;
}

class Writer {
 public:
  enum class Style : std::uint8_t { plain, pretty, canonical };
  Writer(Style style, const tree::Document* document) : style_(style), document_(document) {}

  void write(const Node& node) {
    switch (node.kind()) {
      case Kind::null:
        out_ += "null";
        break;
      case Kind::boolean:
        out_ += node.boolean_value() ? "true" : "false";
        break;
      case Kind::number:
        number(node.chars());
        break;
      case Kind::text:
        write_string(node.chars(), out_);
        break;
      case Kind::array:
        array(node);
        break;
      case Kind::object:
        object(node);
        break;
      case Kind::attachment:
        attachment(node.attachment_index());
        break;
    }
  }

  Result<std::string> take() {
    if (why_) return fail(std::move(*why_));
    return std::move(out_);
  }
  std::string take_plain() { return std::move(out_); }

 private:
  void number(std::string_view lexeme) {
    if (!is_json_number(lexeme))
      write_string(lexeme, out_);
    else if (style_ == Style::canonical)
      out_ += canonical_number(lexeme);
    else
      out_ += lexeme;
  }

  void new_line() {
    if (style_ != Style::pretty) return;
    out_ += '\n';
    out_.append(2 * depth_, ' ');
  }

  void array(const Node& node) {
    out_ += '[';
    ++depth_;
    for (std::size_t i = 0; i < node.items().size(); ++i) {
      if (i != 0) out_ += ',';
      new_line();
      write(node.items()[i]);
    }
    --depth_;
    if (!node.items().empty()) new_line();
    out_ += ']';
  }

  void object(const Node& node) {
    out_ += '{';
    ++depth_;
    if (style_ == Style::canonical)
      sorted_members(node);
    else
      for (std::size_t i = 0; i < node.items().size(); ++i) member(node, i, i == 0);
    --depth_;
    if (!node.items().empty()) new_line();
    out_ += '}';
  }

  void sorted_members(const Node& node) {
    std::vector<std::size_t> order(node.items().size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(
        order, [&](std::size_t a, std::size_t b) { return utf16_less(node.key(a), node.key(b)); });
    for (std::size_t n = 0; n < order.size(); ++n) member(node, order[n], n == 0);
  }

  void member(const Node& node, std::size_t i, bool first) {
    if (!first) out_ += ',';
    new_line();
    write_string(node.key(i), out_);
    out_ += style_ == Style::pretty ? ": " : ":";
    write(node.items()[i]);
  }

  void attachment(std::uint32_t index) {
    if (document_ == nullptr || index >= document_->attachments().size()) {
      out_ += "{\"$attachment\":" + std::to_string(index) + "}";
      return;
    }
    const base::Payload& payload = document_->attachments()[index].bytes;
    const auto bytes = payload.bytes(payload.size());
    if (!bytes) {
      why_ = bytes.error();
      return;
    }
    out_ += '"' + base::to_base64(base::as_bytes(*bytes)) + '"';
  }

  Style style_;
  const tree::Document* document_;
  std::string out_;
  std::size_t depth_ = 0;
  std::optional<Fault> why_;
};

/// Records as lines, as an array, or one alone.
class JsonEncoder final : public Encoder {
 public:
  explicit JsonEncoder(const OutputOptions& options)
      : lines_(options.format == Format::ndjson),
        each_(options.json.each),
        pretty_(options.json.pretty && !lines_) {}

  Result<void> add(const tree::Document& document, const Node& record, std::string& out) override {
    if (!lines_ && !each_ && count_ != 0)
      return fail("CH-JSON-011", document.place_of(record.origin()));
    auto text = write_json(document, record, pretty_);
    if (!text) return fail(std::move(text.error()));
    if (!lines_ && each_) out += count_ == 0 ? "[\n" : ",\n";
    out += *text;
    if (lines_ || !each_) out += '\n';
    ++count_;
    return {};
  }

  Result<void> finish(std::string& out) override {
    if (!lines_ && each_) out += count_ == 0 ? "[]\n" : "\n]\n";
    return {};
  }

  std::vector<Fault> remarks() const override { return {}; }

 private:
  bool lines_;
  bool each_;
  bool pretty_;
  std::uint64_t count_ = 0;
};

}  // namespace

bool is_json_number(std::string_view text) {
  const auto digits = [&] {
    const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(count);
    return count;
  };
  if (text.starts_with('-')) text.remove_prefix(1);
  const bool zero = text.starts_with('0');
  const std::size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  return text.empty();
}

std::string write_json(const Node& node, bool pretty) {
  Writer writer(pretty ? Writer::Style::pretty : Writer::Style::plain, nullptr);
  writer.write(node);
  return writer.take_plain();
}

Result<std::string> write_json(const tree::Document& document, const Node& node, bool pretty) {
  Writer writer(pretty ? Writer::Style::pretty : Writer::Style::plain, &document);
  writer.write(node);
  return writer.take();
}

std::string write_canonical_json(const Node& node) {
  Writer writer(Writer::Style::canonical, nullptr);
  writer.write(node);
  return writer.take_plain();
}

std::unique_ptr<Encoder> make_json_encoder(const OutputOptions& options) {
  return std::make_unique<JsonEncoder>(options);
}

}  // namespace charmille::codec
