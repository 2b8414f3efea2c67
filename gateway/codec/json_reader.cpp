// RapidJSON reads, by events; it appears in this file only.
#include "gateway/codec/json_reader.h"

#include <algorithm>

#include <rapidjson/error/error.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "gateway/base/bytes.h"
#include "gateway/codec/codec.h"

namespace charmille::codec {
namespace {

using tree::Node;

constexpr std::size_t largest_inline = 64 * 1024;
constexpr std::size_t own_depth = 64;

/// Up to this many keys, comparing each with each costs less than sorting them.
constexpr std::size_t few_keys = 12;

bool all_differ(std::span<const std::string_view> keys) {
  for (std::size_t i = 1; i < keys.size(); ++i)
    if (std::ranges::find(keys.first(i), keys[i]) != keys.first(i).end()) return false;
  return true;
}

/// Lines and columns of offsets that only grow; texts that were left out count as they are.
class Positions {
 public:
  Positions(std::string_view text, std::uint32_t line, std::uint32_t column,
            std::span<const LongText> left_out = {})
      : text_(text), line_(line), column_(column), left_out_(left_out) {}

  void advance(std::size_t to) {
    for (; at_ < to && at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (!left_out_.empty() && left_out_.front().at < at_) {
        column_ += static_cast<std::uint32_t>(left_out_.front().length);
        left_out_ = left_out_.subspan(1);
      }
      if (c == '\n') {
        ++line_;
        column_ = 1;
      } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {
        ++column_;  // one for each character, not for each byte
      }
    }
  }
  std::uint32_t line() const { return line_; }
  std::uint32_t column() const { return column_; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t line_;
  std::uint32_t column_;
  std::span<const LongText> left_out_;
};

/// What was left out of a text, in the order in which its parser comes to it.
struct LeftOut {
  const base::Payload* payload = nullptr;
  std::span<const LongText> texts;
};

/// Builds nodes from RapidJSON's events. RapidJSON tells no positions, but between two events there
/// are only blanks, commas and colons, so a value begins at the first other character after the
/// last event.
class Builder {
 public:
  Builder(tree::Document& into, std::string_view text, const rapidjson::MemoryStream& stream,
          std::uint16_t file, Positions positions, std::size_t max_depth, LeftOut left_out)
      : into_(into),
        text_(text),
        stream_(stream),
        file_(file),
        positions_(positions),
        max_depth_(max_depth),
        left_out_(left_out) {}

  bool Null() { return value(Node::null(begin())); }
  bool Bool(bool b) { return value(Node::boolean(b, begin())); }
  bool RawNumber(const char* chars, rapidjson::SizeType size, bool) {
    return value(into_.number({chars, size}, begin()));
  }
  bool String(const char* chars, rapidjson::SizeType size, bool) {
    const tree::Origin origin = begin();
    const std::string_view text(chars, size);
    if (!left_out_.texts.empty() && left_out_.texts.front().at == began_) {
      tree::Attachment content{decoded(*left_out_.payload, left_out_.texts.front()), {}};
      left_out_.texts = left_out_.texts.subspan(1);
      return value(Node::attachment(into_.add_attachment(std::move(content)), origin));
    }
    if (!sound(text)) return false;
    return value(text_or_attachment(into_, text, origin));
  }
  bool Key(const char* chars, rapidjson::SizeType size, bool) {
    begin();
    const std::string_view text(chars, size);
    if (!sound(text)) return false;
    keys_.push_back(into_.arena().copy(text));
    ended();
    return true;
  }
  bool StartObject() { return open(); }
  bool StartArray() { return open(); }
  bool EndObject(rapidjson::SizeType count) {
    const auto keys = into_.arena().array<std::string_view>(count);
    std::ranges::copy(std::span(keys_).last(count), keys.begin());
    keys_.resize(keys_.size() - count);
    if (!distinct(keys)) return false;
    const auto shape = into_.arena().array<tree::Shape>(1);
    shape[0] = tree::Shape(keys);
    const auto slots = take_values(count);
    return value(Node::object(shape[0], slots, close()));
  }
  bool EndArray(rapidjson::SizeType count) {
    const auto items = take_values(count);
    return value(Node::array(items, close()));
  }
  // Never called: numbers come as text.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

  Node root() const { return values_.front(); }
  const std::optional<Fault>& why() const { return why_; }

 private:
  tree::Origin begin() {
    began_ = std::min(text_.find_first_not_of(" \t\r\n,:", last_), text_.size());
    positions_.advance(began_);
    return {file_, positions_.line(), positions_.column()};
  }
  void ended() { last_ = stream_.Tell(); }

  bool refuse(std::string_view code, tree::Origin origin, base::Args args = {}) {
    why_ = fault(code, into_.place_of(origin), std::move(args));
    return false;
  }
  tree::Origin here() const { return {file_, positions_.line(), positions_.column()}; }

  bool value(Node node) {
    values_.push_back(node);
    ended();
    return true;
  }
  bool open() {
    opened_.push_back(begin());
    if (opened_.size() > max_depth_)
      return refuse("CH-JSON-002", opened_.back(), {{"limit", std::to_string(max_depth_)}});
    ended();
    return true;
  }
  tree::Origin close() {
    const tree::Origin origin = opened_.back();
    opened_.pop_back();
    return origin;
  }
  std::span<const Node> take_values(std::size_t count) {
    const auto taken = into_.arena().array<Node>(count);
    std::ranges::copy(std::span(values_).last(count), taken.begin());
    values_.resize(values_.size() - count);
    return taken;
  }
  /// Escapes can write what the text itself may not hold: U+0000 and halves of surrogate pairs.
  bool sound(std::string_view text) {
    if (text.find('\0') != text.npos) return refuse("CH-JSON-007", here());
    if (valid_utf8(text) != text.size()) return refuse("CH-JSON-008", here());
    return true;
  }
  bool distinct(std::span<const std::string_view> keys) {
    if (keys.size() <= few_keys && all_differ(keys)) return true;
    std::vector<std::string_view> sorted(keys.begin(), keys.end());
    std::ranges::sort(sorted);
    const auto twice = std::ranges::adjacent_find(sorted);
    return twice == sorted.end() ||
           refuse("CH-JSON-003", opened_.back(), {{"key", base::printable(*twice, 60)}});
  }

  tree::Document& into_;
  std::string_view text_;
  const rapidjson::MemoryStream& stream_;
  std::uint16_t file_;
  Positions positions_;
  std::size_t max_depth_;
  LeftOut left_out_;
  std::size_t last_ = 0;
  std::size_t began_ = 0;  ///< of the value at hand
  std::vector<Node> values_;
  std::vector<std::string_view> keys_;
  std::vector<tree::Origin> opened_;
  std::optional<Fault> why_;
};

}  // namespace

Node text_or_attachment(tree::Document& into, std::string_view text, tree::Origin origin) {
  if (text.size() > largest_inline)
    if (auto bytes = base::from_base64(text))
      return Node::attachment(into.add_attachment({base::Payload(std::move(*bytes)), {}}), origin);
  return into.text(text, origin);
}

namespace {

Result<Node> parse(tree::Document& into, std::string_view text, std::uint16_t file,
                   std::uint32_t line, std::uint32_t column, std::size_t max_depth,
                   LeftOut left_out) {
  rapidjson::MemoryStream stream(text.data(), text.size());
  Builder builder(into, text, stream, file, Positions(text, line, column, left_out.texts),
                  max_depth, left_out);
  rapidjson::Reader reader;
  const auto result = reader.Parse<rapidjson::kParseNumbersAsStringsFlag>(stream, builder);
  if (!result.IsError()) return builder.root();
  if (builder.why()) return fail(*builder.why());
  Positions positions(text, line, column, left_out.texts);
  positions.advance(result.Offset());
  const bool cut =
      text.find_first_not_of(" \t\r\n", std::min(result.Offset(), text.size())) == text.npos;
  const base::Place place = into.place_of({file, positions.line(), positions.column()});
  switch (result.Code()) {
    case rapidjson::kParseErrorNumberTooBig:
      return fail("CH-JSON-012", place);
    case rapidjson::kParseErrorStringUnicodeSurrogateInvalid:
      return fail("CH-JSON-008", place);
    case rapidjson::kParseErrorDocumentEmpty:
      return fail("CH-JSON-005", place);
    default:
      return fail(cut ? "CH-JSON-010" : "CH-JSON-001", place);
  }
}

Result<tree::Document> read(std::string_view bytes, std::string name, std::size_t max_depth,
                            LeftOut left_out) {
  tree::Document document;
  const std::uint16_t file = document.add_file(std::move(name));
  const std::size_t good = std::min(valid_utf8(bytes), bytes.find('\0'));
  if (good < bytes.size()) {
    const base::Place place = document.place_of({file, 1 + count_lines(bytes.substr(0, good)), 0});
    if (bytes[good] == '\0') return fail("CH-TXT-004", place);
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(bytes[good]);
    return fail("CH-TXT-001", place,
                {{"encoding", "utf-8"}, {"byte", {digits[byte >> 4], digits[byte & 15]}}});
  }
  auto root = parse(document, bytes, file, 1, 1, max_depth, left_out);
  if (!root) return fail(std::move(root.error()));
  document.set_root(*root);
  return document;
}

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace

Result<Node> parse_json(tree::Document& into, std::string_view text, std::uint16_t file,
                        std::uint32_t line, std::uint32_t column, std::size_t max_depth) {
  return parse(into, text, file, line, column, max_depth, {});
}

Result<tree::Document> read_json(std::string_view bytes, std::string name, std::size_t max_depth) {
  if (bytes.starts_with(byte_order_mark))
    bytes.remove_prefix(byte_order_mark.size());  // RFC 8259 section 8.1: may be ignored
  return read(bytes, std::move(name), max_depth, {});
}

Result<tree::Document> read_condensed(const base::Payload& payload, const Condensed& condensed,
                                      std::string name, std::size_t max_depth) {
  std::string_view text = condensed.text;
  std::vector<LongText> left_out = condensed.left_out;
  if (text.starts_with(byte_order_mark)) {
    text.remove_prefix(byte_order_mark.size());
    for (LongText& one : left_out) one.at -= byte_order_mark.size();
  }
  return read(text, std::move(name), max_depth, {&payload, left_out});
}

Result<Node> read_own_json(tree::Document& into, std::string_view text) {
  return parse_json(into, text, 0, 1, 1, own_depth);
}

}  // namespace charmille::codec
