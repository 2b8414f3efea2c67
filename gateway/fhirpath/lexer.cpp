#include "gateway/fhirpath/lexer.h"

#include <algorithm>
#include <array>

#include "gateway/base/bytes.h"
#include "gateway/fhirpath/text.h"

namespace charmille::fhirpath {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

constexpr std::array<std::string_view, 4> long_symbols{"<=", ">=", "!=", "!~"};
constexpr std::string_view short_symbols = ".,()[]{}+-*/&|<>=~";

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  tl::expected<std::vector<Token>, Mistake> run() {
    while (next()) {
    }
    if (!mistake_.code.empty()) return tl::unexpected(std::move(mistake_));
    return std::move(tokens_);
  }

 private:
  bool refuse(std::string_view code, std::size_t at, base::Args args = {}) {
    mistake_ = {code, static_cast<std::uint32_t>(at), std::move(args)};
    return false;
  }
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool starts(std::string_view word) const { return text_.substr(at_).starts_with(word); }

  void push(TokenKind kind, std::size_t begin, std::string text) {
    tokens_.push_back({kind, std::move(text), static_cast<std::uint32_t>(begin),
                       static_cast<std::uint32_t>(at_)});
  }

  bool skip_blanks() {
    for (;;) {
      if (at_ < text_.size() && (peek() == ' ' || (peek() >= '\t' && peek() <= '\r'))) {
        ++at_;
      } else if (starts("//")) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (starts("/*")) {
        const std::size_t close = text_.find("*/", at_ + 2);
        if (close == text_.npos) return refuse("CH-PATH-003", at_, {{"what", "*/"}});
        at_ = close + 2;
      } else {
        return true;
      }
    }
  }

  /// Reads one token; false at the end or at a mistake.
  bool next() {
    if (!skip_blanks()) return false;
    const std::size_t begin = at_;
    if (at_ >= text_.size()) {
      push(TokenKind::end, begin, {});
      return false;
    }
    const char c = peek();
    if (is_letter(c)) {
      push_word(TokenKind::identifier, begin);
      return true;
    }
    if (is_digit(c)) return number(begin);
    if (c == '\'') return quoted(TokenKind::text, begin, '\'');
    if (c == '`') return quoted(TokenKind::delimited, begin, '`');
    if (c == '@') return date_time(begin);
    if (c == '%') return variable(begin);
    if (c == '$') return special(begin);
    return symbol(begin);
  }

  void push_word(TokenKind kind, std::size_t begin) {
    const std::size_t from = at_;
    while (is_letter(peek()) || is_digit(peek())) ++at_;
    push(kind, begin, std::string(text_.substr(from, at_ - from)));
  }

  bool number(std::size_t begin) {
    while (is_digit(peek())) ++at_;
    if (peek() == '.' && is_digit(peek(1))) {
      ++at_;
      while (is_digit(peek())) ++at_;
    }
    if (is_letter(peek())) return refuse("CH-PATH-002", at_, {{"what", std::string(1, peek())}});
    push(TokenKind::number, begin, std::string(text_.substr(begin, at_ - begin)));
    return true;
  }

  bool quoted(TokenKind kind, std::size_t begin, char mark) {
    std::string out;
    ++at_;
    while (at_ < text_.size() && peek() != mark) {
      if (peek() != '\\') {
        out += text_[at_++];
      } else if (!escape(out)) {
        return false;
      }
    }
    if (at_ >= text_.size()) return refuse("CH-PATH-003", begin, {{"what", std::string(1, mark)}});
    ++at_;
    push(kind, begin, std::move(out));
    return true;
  }

  bool escape(std::string& out) {
    static constexpr std::string_view letters = "'\"`rntf\\/";
    static constexpr std::string_view meanings = "'\"`\r\n\t\f\\/";
    const std::size_t known = letters.find(peek(1));
    if (at_ + 1 < text_.size() && known != letters.npos) {
      out += meanings[known];
      at_ += 2;
      return true;
    }
    std::uint32_t code = 0;
    if (peek(1) == 'u' && hex4(at_ + 2, code)) {
      at_ += 6;
      std::uint32_t low = 0;
      if (code >= 0xD800 && code < 0xDC00 && starts("\\u") && hex4(at_ + 2, low) && low >= 0xDC00 &&
          low < 0xE000) {
        at_ += 6;
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      }
      if (code < 0xD800 || code > 0xDFFF) {
        append_character(out, code);
        return true;
      }
    }
    return refuse("CH-PATH-004", at_);
  }

  bool hex4(std::size_t at, std::uint32_t& value) const {
    if (at + 4 > text_.size()) return false;
    const auto raw = base::from_hex(text_.substr(at, 4));
    if (!raw) return false;
    value = static_cast<std::uint32_t>(static_cast<unsigned char>((*raw)[0])) << 8 |
            static_cast<unsigned char>((*raw)[1]);
    return true;
  }

  bool date_time(std::size_t begin) {
    ++at_;
    const std::size_t from = at_;
    const auto digits = [&] {
      const std::size_t first = at_;
      while (is_digit(peek())) ++at_;
      return at_ > first;
    };
    if (peek() != 'T') {
      digits();
      while (peek() == '-' && is_digit(peek(1))) {
        ++at_;
        digits();
      }
    }
    const bool date = at_ > from;
    if (peek() == 'T') {
      ++at_;
      digits();
      while (peek() == ':' && is_digit(peek(1))) {
        ++at_;
        digits();
      }
      if (peek() == '.' && is_digit(peek(1))) {
        ++at_;
        digits();
      }
      if (date && peek() == 'Z') {
        ++at_;
      } else if (date && (peek() == '+' || peek() == '-') && is_digit(peek(1)) &&
                 is_digit(peek(2)) && peek(3) == ':') {
        at_ += 4;
        digits();
      }
    }
    if (at_ == from) return refuse("CH-PATH-005", begin);
    push(TokenKind::date_time, begin, std::string(text_.substr(from, at_ - from)));
    return true;
  }

  bool variable(std::size_t begin) {
    ++at_;
    if (peek() == '`' || peek() == '\'') return quoted(TokenKind::variable, begin, peek());
    if (!is_letter(peek())) return refuse("CH-PATH-002", begin, {{"what", "%"}});
    push_word(TokenKind::variable, begin);
    return true;
  }

  bool special(std::size_t begin) {
    ++at_;
    push_word(TokenKind::special, begin);
    const std::string& name = tokens_.back().text;
    if (name == "this" || name == "index" || name == "total") return true;
    return refuse("CH-PATH-002", begin, {{"what", "$" + name}});
  }

  bool symbol(std::size_t begin) {
    for (const std::string_view s : long_symbols)
      if (starts(s)) {
        at_ += s.size();
        push(TokenKind::symbol, begin, std::string(s));
        return true;
      }
    if (short_symbols.find(peek()) != short_symbols.npos) {
      ++at_;
      push(TokenKind::symbol, begin, std::string(1, text_[begin]));
      return true;
    }
    const std::string_view character = text_.substr(at_, character_length(text_, at_));
    // A letter beyond ASCII is nearly always a column name that needs backticks.
    if (static_cast<unsigned char>(peek()) >= 0x80)
      return refuse("CH-PATH-006", begin, {{"what", base::printable(character)}});
    return refuse("CH-PATH-002", begin, {{"what", base::printable(character)}});
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
  Mistake mistake_;
};

}  // namespace

tl::expected<std::vector<Token>, Mistake> lex(std::string_view text) {
  return Lexer(text).run();
}

}  // namespace charmille::fhirpath
