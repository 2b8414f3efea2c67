#include "gateway/codec/json_payload.h"

#include <algorithm>
#include <array>

#include "gateway/codec/codec.h"
#include "gateway/codec/json_reader.h"

namespace charmille::codec {
namespace {

constexpr std::size_t piece = 64 * 1024;
constexpr std::uint8_t no_digit = 0xFF;

constexpr std::array<std::uint8_t, 256> digits = [] {
  std::array<std::uint8_t, 256> all{};
  all.fill(no_digit);
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < letters.size(); ++i)
    all[static_cast<unsigned char>(letters[i])] = static_cast<std::uint8_t>(i);
  return all;
}();

std::uint8_t digit_of(char c) {
  return digits[static_cast<unsigned char>(c)];
}

/// Whether what passes, character by character, is base64 (RFC 4648 §4): whole groups, padding at
/// the end only, unused bits zero.
class Base64Check {
 public:
  void pass(char c) {
    ++length_;
    if (c == '=') {
      ++padding_;
      return;
    }
    good_ = good_ && padding_ == 0 && digit_of(c) != no_digit;
    last_ = digit_of(c);
  }
  bool still_good() const { return good_ && padding_ <= 2; }
  bool whole() const {
    const unsigned unused = padding_ == 2 ? last_ & 0xFU : padding_ == 1 ? last_ & 0x3U : 0U;
    return still_good() && length_ % 4 == 0 && unused == 0;
  }
  std::uint64_t length() const { return length_; }
  std::uint64_t decoded() const { return length_ / 4 * 3 - padding_; }

 private:
  std::uint64_t length_ = 0;
  std::uint64_t padding_ = 0;
  std::uint8_t last_ = 0;
  bool good_ = true;
};

/// Follows a JSON text as far as needed to know what is a text, and copies it without the long
/// ones.
class Condenser {
 public:
  Condenser(std::uint64_t most_text, std::uint64_t longest)
      : most_text_(most_text), longest_(longest) {}

  /// False: it is to be read whole.
  bool pass(std::string_view chars) {
    for (const char c : chars) {
      if (!(inside_ ? in_text(c) : between(c))) return false;
      ++at_;
    }
    return true;
  }
  bool has_room() const {
    // What may yet be left out does not count.
    const bool open = inside_ && check_.still_good() && check_.length() <= longest_;
    return (open ? text_.at : out_.text.size()) <= most_text_;
  }
  /// The end came inside a text.
  bool is_cut() const { return inside_; }
  Condensed take() { return std::move(out_); }

 private:
  bool between(char c) {
    const bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (ended_long_ && !blank) {
      if (c == ':') return false;  // the name of a member
      ended_long_ = false;
    }
    out_.text += c;
    if (c != '"') return true;
    inside_ = true;
    escaped_ = skipping_ = false;
    check_ = {};
    text_.at = out_.text.size() - 1;
    text_.begin = at_ + 1;
    return true;
  }
  bool in_text(char c) {
    if (c == '"' && !escaped_) return end_text();
    escaped_ = c == '\\' && !escaped_;
    check_.pass(c);
    if (skipping_) return check_.still_good();
    out_.text += c;
    if (check_.length() > longest_ && check_.still_good()) {
      skipping_ = true;
      out_.text.resize(text_.at + 1);
    }
    return true;
  }
  bool end_text() {
    inside_ = false;
    out_.text += '"';
    if (!skipping_) return true;
    if (!check_.whole()) return false;
    text_.length = check_.length();
    text_.decoded = check_.decoded();
    out_.left_out.push_back(text_);
    ended_long_ = true;
    return true;
  }

  std::uint64_t most_text_;
  std::uint64_t longest_;
  Condensed out_;
  std::uint64_t at_ = 0;
  bool inside_ = false;
  bool escaped_ = false;
  bool skipping_ = false;
  bool ended_long_ = false;
  Base64Check check_;
  LongText text_;
};

class Decoding final : public base::Reader {
 public:
  Decoding(std::unique_ptr<base::Reader> encoded, std::uint64_t length)
      : encoded_(std::move(encoded)), left_(length) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    std::size_t given = 0;
    while (given < buffer.size()) {
      if (ready_at_ == ready_.size()) {
        auto more = refill();
        if (!more) return fail(more.error());
        if (!*more) break;
      }
      const std::size_t count = std::min(buffer.size() - given, ready_.size() - ready_at_);
      std::copy_n(ready_.data() + ready_at_, count, buffer.data() + given);
      ready_at_ += count;
      given += count;
    }
    return given;
  }

 private:
  Result<bool> refill() {
    std::array<char, piece> chars;
    std::size_t have = 0;
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left_, chars.size()));
    while (have < wanted) {
      const auto count = encoded_->read(std::span(chars).subspan(have, wanted - have));
      if (!count) return fail(count.error());
      if (*count == 0) return fail("CH-JSON-010");
      have += *count;
    }
    left_ -= have;
    ready_.clear();
    ready_at_ = 0;
    for (std::size_t i = 0; i + 3 < have; i += 4) append(&chars[i]);
    return !ready_.empty();
  }
  void append(const char* group) {
    const std::size_t count = group[2] == '=' ? 1 : group[3] == '=' ? 2 : 3;
    std::uint32_t bits = 0;
    for (std::size_t j = 0; j < 4; ++j)
      bits = bits << 6 | (group[j] == '=' ? 0U : std::uint32_t{digit_of(group[j])});
    for (std::size_t j = 0; j < count; ++j)
      ready_ += static_cast<char>(bits >> (16 - 8 * j) & 0xFF);
  }

  std::unique_ptr<base::Reader> encoded_;
  std::uint64_t left_;
  std::string ready_;
  std::size_t ready_at_ = 0;
};

Result<std::unique_ptr<base::Reader>> open_at(const base::Payload& payload, std::uint64_t begin) {
  auto reader = payload.open();
  if (!reader) return reader;
  std::array<char, piece> passed;
  while (begin > 0) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(begin, passed.size()));
    const auto count = (*reader)->read(std::span(passed).first(wanted));
    if (!count) return fail(count.error());
    if (*count == 0) return fail("CH-JSON-010");
    begin -= *count;
  }
  return reader;
}

}  // namespace

Result<std::optional<Condensed>> condense(const base::Payload& payload, std::uint64_t most_text,
                                          std::uint64_t longest) {
  auto reader = payload.open();
  if (!reader) return fail(reader.error());
  Condenser condenser(most_text, longest);
  std::string chars(piece, '\0');
  for (;;) {
    const auto count = (*reader)->read(chars);
    if (!count) return fail(count.error());
    if (*count == 0)
      return condenser.is_cut() ? std::optional<Condensed>()
                                : std::optional<Condensed>(condenser.take());
    if (!condenser.pass(std::string_view(chars).substr(0, *count)))
      return std::optional<Condensed>();
    if (!condenser.has_room())
      return fail("CH-JSON-004", {}, {{"limit", std::to_string(most_text)}});
  }
}

base::Payload decoded(const base::Payload& payload, const LongText& text) {
  const auto open = [payload, text]() -> Result<std::unique_ptr<base::Reader>> {
    auto encoded = open_at(payload, text.begin);
    if (!encoded) return encoded;
    return std::make_unique<Decoding>(std::move(*encoded), text.length);
  };
  return {text.decoded, open};
}

Result<tree::Document> read_json(const base::Payload& payload, std::string name,
                                 std::size_t max_depth, std::uint64_t most_text) {
  auto condensed = condense(payload, most_text);
  if (!condensed) {
    condensed.error().place.file = name;
    return fail(std::move(condensed.error()));
  }
  if (*condensed) return read_condensed(payload, **condensed, std::move(name), max_depth);
  const auto bytes = payload.bytes(most_text);
  if (!bytes) return fail(bytes.error());
  return read_json(*bytes, std::move(name), max_depth);
}

}  // namespace charmille::codec
