#include "gateway/audit/glance.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace charmille::audit {
namespace {

/// Walks JSON text; keeps the key at depth 1 and the key below it.
class Walker {
 public:
  Walker(std::string_view text, Glance& found) : text_(text), found_(found) {}

  void walk() {
    while (at_ < text_.size()) {
      switch (text_[at_]) {
        case '"':
          string();
          break;
        case '{':
        case '[':
          if (depth_ < keys_.size()) keys_[depth_] = {};
          ++depth_;
          ++at_;
          break;
        case '}':
        case ']':
          if (depth_ > 0) --depth_;
          ++at_;
          break;
        case ',':
        case ':':
          ++at_;
          break;
        default:
          scalar();
      }
    }
  }

 private:
  std::string_view key(std::size_t depth) const {
    return depth < keys_.size() ? keys_[depth] : std::string_view{};
  }

  void string() {
    const std::size_t start = ++at_;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    const std::string_view value = text_.substr(start, std::min(at_, text_.size()) - start);
    ++at_;
    if (at_ < text_.size() && text_[at_] == ':') {
      if (depth_ >= 1 && depth_ <= keys_.size()) keys_[depth_ - 1] = value;
      return;
    }
    note(value);
  }

  void scalar() {
    const std::size_t start = at_;
    while (at_ < text_.size() && std::string_view(",}]").find(text_[at_]) == std::string_view::npos)
      ++at_;
    if (depth_ != 1) return;
    const std::string_view value = text_.substr(start, at_ - start);
    if (key(0) == "seq") found_.seq = number(value);
    if (key(0) == "out") found_.out = number(value);
  }

  void note(std::string_view value) {
    const std::string_view top = key(0);
    if (depth_ == 1) {
      if (top == "log") found_.log = value;
      if (top == "ts") found_.ts = value;
      if (top == "ev") found_.ev = value;
      if (top == "xch") found_.xch = value;
      if (top == "flow") found_.flow = value;
      if (top == "chan") found_.chan = value;
    } else if (depth_ == 2) {
      if (top == "peer" && key(1) == "name") found_.peer = value;
      if (top == "detail" && key(1) == "endpoint") found_.endpoint = value;
      if (top == "subj" && key(1) == "tag") found_.tags.push_back(value);
    } else if (depth_ == 3 && top == "detail" && key(1) == "tags") {
      found_.tags.push_back(value);
    }
  }

  static std::optional<std::uint64_t> number(std::string_view digits) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return value;
  }

  std::string_view text_;
  Glance& found_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::array<std::string_view, 3> keys_{};
};

}  // namespace

Glance glance(std::string_view record) {
  Glance found;
  Walker(record, found).walk();
  return found;
}

}  // namespace charmille::audit
