#include "gateway/mapping/markers.h"

#include <algorithm>
#include <array>

namespace charmille::mapping {
namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string_view strip(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == text.npos) return text.substr(0, 0);
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// The byte where `close` ends the expression that begins at `from`: not inside quotes, backticks
/// or `{}`.
std::size_t end_of_expression(std::string_view text, std::size_t from, std::string_view close) {
  int braces = 0;
  for (std::size_t i = from; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\'' || c == '`') {
      for (++i; i < text.size() && text[i] != c; ++i)
        if (text[i] == '\\') ++i;
    } else if (braces == 0 && text.substr(i).starts_with(close)) {
      return i;
    } else if (c == '{') {
      ++braces;
    } else if (c == '}' && braces > 0) {
      --braces;
    }
  }
  return text.npos;
}

/// The expression between `from` and `to`, with `+` marks taken off.
Markers::Piece expression(std::string_view text, std::size_t from, std::size_t to) {
  Markers::Piece piece;
  piece.is_expression = true;
  std::string_view inside = text.substr(from, to - from);
  if (inside.size() >= 2 && inside.starts_with('+') && inside.ends_with('+')) {
    piece.keep_null = true;
    inside = inside.substr(1, inside.size() - 2);
  }
  piece.text = strip(inside);
  piece.at = static_cast<std::size_t>(piece.text.data() - text.data());
  return piece;
}

std::string_view first_word(std::string_view& text) {
  text = strip(text);
  const std::size_t end = std::min(text.find_first_of(blanks), text.size());
  const std::string_view word = text.substr(0, end);
  text = text.substr(end);
  return word;
}

bool is_name(std::string_view word) {
  return !word.empty() && !(word[0] >= '0' && word[0] <= '9') &&
         std::ranges::all_of(word, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_';
         });
}

/// `item in EXPR` or `i, item in EXPR`.
bool scan_loop(std::string_view text, KeyMarker& into) {
  const std::size_t end = text.find(" in ");
  if (end == text.npos) return false;
  std::string_view names = text.substr(0, end);
  if (const std::size_t comma = names.find(','); comma != names.npos) {
    into.index = strip(names.substr(0, comma));
    if (!is_name(into.index)) return false;
    names.remove_prefix(comma + 1);
  }
  into.item = strip(names);
  into.text = strip(text.substr(end + 4));
  return is_name(into.item) && !into.text.empty();
}

}  // namespace

tl::expected<Markers, MarkerMistake> scan_markers(std::string_view text) {
  Markers out;
  // A block scalar ends with a line end that nobody means.
  std::string_view whole = text;
  while (whole.ends_with('\n')) whole.remove_suffix(1);
  if (whole.starts_with("{[")) {
    const std::size_t end = end_of_expression(whole, 2, "]}");
    if (end == whole.npos) return tl::unexpected(MarkerMistake{"CH-MAP-017", 0});
    if (end + 2 != whole.size()) return tl::unexpected(MarkerMistake{"CH-MAP-018", 0});
    out.form = Markers::Form::list;
    out.pieces.push_back(expression(text, 2, end));
    return out;
  }
  const std::string_view scanned = whole.starts_with("{{") ? whole : text;
  for (std::size_t at = 0; at < scanned.size();) {
    const std::size_t open = scanned.find("{{", at);
    const std::string_view before = scanned.substr(at, open == scanned.npos ? open : open - at);
    if (const std::size_t block = before.find("{%"); block != before.npos)
      return tl::unexpected(MarkerMistake{"CH-MAP-019", at + block});
    if (!before.empty()) out.pieces.push_back({before, at, false, false});
    if (open == scanned.npos) break;
    const std::size_t end = end_of_expression(scanned, open + 2, "}}");
    if (end == scanned.npos) return tl::unexpected(MarkerMistake{"CH-MAP-017", open});
    out.pieces.push_back(expression(scanned, open + 2, end));
    at = end + 2;
  }
  const bool any = std::ranges::any_of(out.pieces, &Markers::Piece::is_expression);
  out.form = !any                     ? Markers::Form::literal
             : out.pieces.size() == 1 ? Markers::Form::single
                                      : Markers::Form::joined;
  return out;
}

KeyMarker scan_key(std::string_view key) {
  KeyMarker out;
  out.text = key;
  const std::string_view stripped = strip(key);
  if (stripped.starts_with("{{") && stripped.ends_with("}}")) {
    out.kind = KeyMarker::Kind::context;
    out.text = strip(stripped.substr(2, stripped.size() - 4));
  } else if (stripped.starts_with("{%") && stripped.ends_with("%}") && stripped.size() >= 4) {
    std::string_view inside = stripped.substr(2, stripped.size() - 4);
    out.kind = KeyMarker::Kind::unknown;
    out.text = strip(inside);
    std::string_view rest = inside;
    const std::string_view word = first_word(rest);
    rest = strip(rest);
    if (word == "if" && !rest.empty()) {
      out.kind = KeyMarker::Kind::when;
      out.text = rest;
    } else if (word == "for" && scan_loop(rest, out)) {
      out.kind = KeyMarker::Kind::each;
    } else if (rest.empty() && word == "assign") {
      out.kind = KeyMarker::Kind::assign;
    } else if (rest.empty() && word == "else") {
      out.kind = KeyMarker::Kind::otherwise;
    } else if (rest.empty() && word == "merge") {
      out.kind = KeyMarker::Kind::merge;
    }
  } else if (stripped.starts_with("{%") || stripped.starts_with("{{")) {
    out.kind = KeyMarker::Kind::unknown;
  }
  out.at = static_cast<std::size_t>(out.text.data() - key.data());
  return out;
}

}  // namespace charmille::mapping
