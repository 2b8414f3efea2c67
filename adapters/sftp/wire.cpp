#include "adapters/sftp/wire.h"

#include <algorithm>
#include <charconv>

#include "adapters/names/names.h"

namespace charmille::adapters::sftp {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

/// "Jan", "janv.", "févr": some servers write in their own language.
bool is_month(std::string_view text) {
  return text.size() >= 3 && text.size() <= 12 &&
         std::ranges::none_of(text, [](char c) { return is_digit(c) || c == ':' || c == '-'; });
}

bool is_day(std::string_view text) {
  return text.size() <= 2 && all_digits(text);
}

/// "09:12", "09:12:03", or a year.
bool is_clock(std::string_view text) {
  return text.size() >= 4 && text.size() <= 8 && is_digit(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_digit(c) || c == ':'; });
}

/// "2026-06-30"
bool is_iso_day(std::string_view text) {
  return text.size() == 10 && text[4] == '-' && text[7] == '-' && all_digits(text.substr(0, 4)) &&
         all_digits(text.substr(5, 2)) && all_digits(text.substr(8));
}

/// The type and rights in front of a line: "-rw-r--r--", with a sign for more rights or without.
bool is_mode(std::string_view text) {
  return text.size() >= 10 && text.size() <= 11 &&
         std::string_view("-dlbcpsD").find(text[0]) != text.npos &&
         std::ranges::all_of(text.substr(1, 9), [](char c) {
           return std::string_view("-rwxsStTl").find(c) != std::string_view::npos;
         });
}

struct Word {
  std::string_view text;
  std::size_t end = 0;  ///< offset after it in the line
};

std::vector<Word> words_of(std::string_view line) {
  std::vector<Word> words;
  std::size_t at = 0;
  constexpr std::size_t enough = 16;  // the owner and group may be of several words
  while (words.size() < enough) {
    at = line.find_first_not_of(' ', at);
    if (at == line.npos) break;
    const std::size_t end = std::min(line.find(' ', at), line.size());
    words.push_back({line.substr(at, end - at), end});
    at = end;
  }
  return words;
}

/// How many words from `at` on are a date; 0 when there is none.
std::size_t words_of_date(const std::vector<Word>& words, std::size_t at) {
  const auto word = [&](std::size_t i) {
    return at + i < words.size() ? words[at + i].text : std::string_view{};
  };
  if (is_month(word(0)) && is_day(word(1)) && is_clock(word(2))) return 3;
  if (is_day(word(0)) && is_month(word(1)) && is_clock(word(2))) return 3;
  if (is_iso_day(word(0)) && is_clock(word(1))) return 2;
  return 0;
}

/// The entry of a plain file's line; nothing when it is not of a known form.
std::optional<Entry> entry_of(std::string_view line, const std::vector<Word>& words) {
  // Behind the mode, the links and the owner at least: a size, then a date, then the name.
  for (std::size_t i = 3; i < words.size(); ++i) {
    if (!all_digits(words[i].text)) continue;
    const std::size_t date = words_of_date(words, i + 1);
    if (date == 0) continue;
    Entry entry;
    const std::string_view digits = words[i].text;
    const auto [at, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), entry.size);
    if (error != std::errc{}) return std::nullopt;
    for (std::size_t k = 1; k <= date; ++k)
      entry.date.append(k == 1 ? "" : " ").append(words[i + k].text);
    const std::size_t end = words[i + date].end;
    if (end >= line.size()) return std::nullopt;
    entry.name = line.substr(end + 1);
    if (!is_fit(entry.name)) return std::nullopt;
    return entry;
  }
  return std::nullopt;
}

}  // namespace

bool is_fit(std::string_view name) {
  return names::is_plain_name(name) && std::ranges::none_of(name, [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
         });
}

Listing parse_listing(std::string_view text) {
  Listing out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    ++out.lines;
    const std::vector<Word> words = words_of(line);
    if (words.empty() || words.front().text.data() != line.data() || !is_mode(words.front().text)) {
      ++out.not_understood;
      continue;
    }
    if (line.front() != '-') continue;
    if (auto entry = entry_of(line, words))
      out.files.push_back(std::move(*entry));
    else
      ++out.not_understood;
  }
  return out;
}

std::string to_text(const Token& token) {
  return std::to_string(token.modified) + '-' + std::to_string(token.size) + '-' +
         names::percent_encoded(token.name);
}

std::optional<Token> parse_token(std::string_view text) {
  Token token;
  if (!names::take_number(text, token.modified) || !names::take_number(text, token.size))
    return std::nullopt;
  auto name = names::percent_decoded(text);
  if (!name || !is_fit(*name)) return std::nullopt;
  token.name = std::move(*name);
  return token;
}

std::string idempotency_key(const Token& token) {
  return names::version_key(to_text(token));
}

std::string archive_name(const Token& token) {
  return names::filed_name(token.modified, idempotency_key(token), token.name);
}

std::string path_in(std::string_view folder, std::string_view name) {
  std::string out(folder);
  if (!out.ends_with('/')) out += '/';
  return out += name;
}

std::string path_from(std::string_view folder, std::string_view path) {
  return path.starts_with('/') ? std::string(path) : path_in(folder, path);
}

}  // namespace charmille::adapters::sftp
