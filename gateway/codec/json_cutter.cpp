#include "gateway/codec/json_cutter.h"

#include <algorithm>

namespace charmille::codec {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

}  // namespace

Result<bool> JsonCutter::more() {
  while (pos_ == window_.text().size()) {
    if (window_.ended()) return false;
    const std::size_t drop = start_;
    const std::size_t scanned = pos_;
    start_ -= drop;
    pos_ -= drop;
    if (auto advanced = window_.advance(drop, scanned, line_); !advanced)
      return fail(std::move(advanced.error()));
  }
  return true;
}

void JsonCutter::step() {
  const char c = window_.text()[pos_++];
  if (c == '\n') {
    ++line_;
    column_ = 1;
  } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {
    ++column_;
  }
}

Result<std::optional<JsonCut>> LineCutter::next() {
  for (;;) {
    start_ = pos_;
    beginning_.clear();
    bool oversize = false;
    bool any = false;
    for (;;) {
      const auto there = more();
      if (!there) return fail(there.error());
      if (!*there) break;
      any = true;
      const std::size_t end = std::min(window_.text().find('\n', pos_), window_.text().size());
      pos_ = end;
      if (pos_ - start_ > max_record_) {
        if (!oversize) beginning_ = window_.text().substr(start_, max_record_);
        oversize = true;
        start_ = pos_;
      }
      if (pos_ < window_.text().size()) break;
    }
    if (!any) return std::optional<JsonCut>{};
    std::string_view text =
        oversize ? std::string_view(beginning_) : window_.text().substr(start_, pos_ - start_);
    const std::uint32_t line = line_;
    if (pos_ < window_.text().size()) {
      ++pos_;
      ++line_;
    }
    if (!std::ranges::all_of(text, is_blank)) return JsonCut{text, line, 1, oversize};
  }
}

/// The next character that is no blank, not taken; NUL at the end (a text never holds one).
Result<char> ItemCutter::first_visible() {
  for (;;) {
    start_ = pos_;
    const auto there = more();
    if (!there) return fail(there.error());
    if (!*there) return '\0';
    if (!is_blank(window_.text()[pos_])) return window_.text()[pos_];
    step();
  }
}

Result<std::optional<JsonCut>> ItemCutter::next() {
  auto c = first_visible();
  if (!c) return fail(std::move(c.error()));
  if (!opened_) {
    if (*c == '\0') return fail("CH-JSON-005", place());
    if (*c != '[') return fail("CH-JSON-009", place());
    opened_ = true;
    step();
    if (c = first_visible(); !c) return fail(std::move(c.error()));
    if (*c == ']') return finish();
  } else {
    if (*c == ']') return finish();
    if (*c == '\0') return fail("CH-JSON-010", place());
    if (*c != ',') return fail("CH-JSON-001", place());
    step();
    if (c = first_visible(); !c) return fail(std::move(c.error()));
  }
  JsonCut cut{{}, line_, column_, false};
  if (auto skipped = skip_item(); !skipped) return fail(std::move(skipped.error()));
  cut.text = window_.text().substr(start_, pos_ - start_);
  if (cut.text.empty()) return fail("CH-JSON-001", place());
  return cut;
}

/// Steps to the comma or bracket that ends an item; brackets are counted, and not looked at inside
/// strings.
Result<void> ItemCutter::skip_item() {
  std::size_t depth = 0;
  bool in_string = false;
  bool escaped = false;
  for (;;) {
    const auto there = more();
    if (!there) return fail(there.error());
    if (!*there) return fail("CH-JSON-010", place());
    if (pos_ - start_ > max_record_)
      return fail("CH-JSON-004", place(), {{"limit", std::to_string(max_record_)}});
    const char c = window_.text()[pos_];
    if (in_string) {
      if (c == '"' && !escaped) in_string = false;
      escaped = c == '\\' && !escaped;
    } else if (depth == 0 && (c == ',' || c == ']')) {
      return {};
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return fail("CH-JSON-001", place());
      --depth;
    }
    step();
  }
}

/// After the last bracket, only blanks may follow.
Result<std::optional<JsonCut>> ItemCutter::finish() {
  step();
  const auto c = first_visible();
  if (!c) return fail(c.error());
  if (*c != '\0') return fail("CH-JSON-001", place());
  return std::optional<JsonCut>{};
}

}  // namespace charmille::codec
