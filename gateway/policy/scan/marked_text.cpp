#include "gateway/policy/scan/marked_text.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "gateway/codec/text_tables.h"

namespace charmille::policy {
namespace {

constexpr std::size_t longest_tag = 2000;
constexpr std::size_t longest_reference = 12;
/// More than the longest needle with what may stand between its words.
constexpr std::size_t kept_before = 1024;

struct Reference {
  std::string_view name;
  char32_t character;
};
/// The named characters of HTML 4 that French needs.
constexpr std::array<Reference, 36> references{{
    {"nbsp", U' '},        {"amp", U'&'},         {"lt", U'<'},          {"gt", U'>'},
    {"quot", U'"'},        {"apos", U'\''},       {"rsquo", U'\''},      {"lsquo", U'\''},
    {"laquo", U'"'},       {"raquo", U'"'},       {"ndash", U'-'},       {"mdash", U'-'},
    {"agrave", U'\u00E0'}, {"acirc", U'\u00E2'},  {"ccedil", U'\u00E7'}, {"eacute", U'\u00E9'},
    {"egrave", U'\u00E8'}, {"ecirc", U'\u00EA'},  {"euml", U'\u00EB'},   {"icirc", U'\u00EE'},
    {"iuml", U'\u00EF'},   {"ocirc", U'\u00F4'},  {"ouml", U'\u00F6'},   {"ugrave", U'\u00F9'},
    {"ucirc", U'\u00FB'},  {"uuml", U'\u00FC'},   {"oelig", U'\u0153'},  {"Agrave", U'\u00C0'},
    {"Ccedil", U'\u00C7'}, {"Eacute", U'\u00C9'}, {"Egrave", U'\u00C8'}, {"Ecirc", U'\u00CA'},
    {"Icirc", U'\u00CE'},  {"Ocirc", U'\u00D4'},  {"OElig", U'\u0152'},  {"shy", U'\u00AD'},
}};

/// The character of "&#233;", "&#xE9;" or "&eacute;"; 0: none.
char32_t character_of(std::string_view reference) {
  reference = reference.substr(1, reference.size() - 2);
  if (!reference.starts_with('#')) {
    const auto at = std::ranges::find(references, reference, &Reference::name);
    return at == references.end() ? 0 : at->character;
  }
  const bool hex = reference.size() > 1 && (reference[1] == 'x' || reference[1] == 'X');
  reference.remove_prefix(hex ? 2 : 1);
  std::uint32_t code = 0;
  const auto [end, error] =
      std::from_chars(reference.data(), reference.data() + reference.size(), code, hex ? 16 : 10);
  const bool whole = error == std::errc{} && end == reference.data() + reference.size();
  return whole && code <= 0x10FFFF ? static_cast<char32_t>(code) : 0;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

void MarkedText::add(std::string_view utf8) {
  if (!search_) {
    const std::size_t first = utf8.find_first_of("<&");
    if (first == utf8.npos) {
      before_.append(utf8.substr(utf8.size() - std::min(utf8.size(), kept_before)));
      if (before_.size() > 2 * kept_before) before_.erase(0, before_.size() - kept_before);
      return;
    }
    search_.emplace(*automaton_);
    put(before_);
    put(utf8.substr(0, first));
    utf8.remove_prefix(first);
  }
  while (!utf8.empty()) {
    if (mark_.empty()) {
      const std::size_t next = std::min(utf8.find_first_of("<&"), utf8.size());
      put(utf8.substr(0, next));
      utf8.remove_prefix(next);
      if (utf8.empty()) return;
    }
    add(utf8.front());
    utf8.remove_prefix(1);
  }
}

void MarkedText::add(char c) {
  if (!mark_.empty() && (c == '<' || (c == '&' && mark_[0] == '&'))) give_up();
  mark_ += c;
  const bool tag = mark_[0] == '<';
  if (tag && mark_.size() == 2 && !is_letter(c) && c != '/' && c != '!') return give_up();
  if (tag && c == '>') return end_of_tag();
  if (!tag && c == ';') return end_of_reference();
  if (mark_.size() > (tag ? longest_tag : longest_reference)) give_up();
}

void MarkedText::end_of_tag() {
  mark_.clear();
  search_->gap();
}

void MarkedText::end_of_reference() {
  const char32_t character = character_of(mark_);
  if (character == 0) return give_up();
  mark_.clear();
  std::string utf8;
  codec::append_utf8(character, utf8);
  put(utf8);
}

void MarkedText::give_up() {
  put(mark_);
  mark_.clear();
}

void MarkedText::part() {
  if (!search_) {
    before_ += ' ';
    return;
  }
  if (!mark_.empty()) give_up();
  search_->gap();
}

Search* MarkedText::finish() {
  if (!search_) return nullptr;
  part();
  search_->finish();
  return &*search_;
}

}  // namespace charmille::policy
