#include "gateway/mapping/mask/inventor.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>

#include <fmt/format.h>

#include "gateway/base/national_keys.h"
#include "gateway/fhirpath/text.h"
#include "gateway/mapping/mask/draw.h"
#include "gateway/mapping/mask/invented_words.h"
#include "gateway/mapping/profile/column_profile.h"

namespace charmille::mapping {
namespace {

constexpr std::uint64_t tries_per_shape = 300;  // then one more digit
constexpr std::uint64_t strict_tries = 100;     // then small things may give way
constexpr int this_century = 30;                // a NIR of year 30 or less is of this century

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
char other_letter(char c, std::size_t by) {
  const char first = is_upper(c) ? 'A' : 'a';
  return static_cast<char>(first +
                           static_cast<int>((static_cast<std::size_t>(c - first) + by) % 26));
}

/// Puts `signs` in the places of the letters and digits of `form`.
std::string in_form(std::string_view form, std::string_view signs) {
  std::string text;
  std::size_t next = 0;
  for (const char c : form)
    text +=
        std::isalnum(static_cast<unsigned char>(c)) != 0 && next < signs.size() ? signs[next++] : c;
  return text;
}

void fix_luhn(std::string_view original, std::string& invented) {
  const bool keyed = (original.size() == 9 || original.size() == 11 || original.size() == 14) &&
                     base::luhn_fits(original);
  for (char key = '0'; keyed && key <= '9'; ++key) {
    invented.back() = key;
    if (base::luhn_fits(invented)) return;
  }
}

std::string_view blanks_before(std::string_view text) {
  return text.substr(0, std::min(text.size(), text.find_first_not_of(" \t")));
}

}  // namespace

bool Inventor::claim(std::string_view invented, std::string_view original) {
  const std::hash<std::string_view> hash;
  const std::uint64_t of = hash(original);
  return claims_.emplace(hash(invented), of).first->second == of;
}

/// One run of signs after the other: short runs of letters turn alike for the whole input, so that
/// a prefix stays a prefix.
std::string Inventor::candidate(std::string_view text, std::uint64_t attempt) const {
  Draw draw(key_, "identifier", text, attempt);
  const std::size_t turn = 1 + Draw(key_, "letters", "").below(25);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    const bool digits = is_digit(text[at]);
    const auto same = [&](char c) { return digits ? is_digit(c) : is_upper(c) || is_lower(c); };
    while (at < text.size() && same(text[at])) ++at;
    if (at == from) {  // a sign stays; a letter beyond ASCII does not
      const std::size_t length = fhirpath::character_length(text, at);
      out += length == 1 ? std::string(1, text[at]) : "x";
      at += length;
      continue;
    }
    const std::string_view run = text.substr(from, at - from);
    bool leading = attempt < strict_tries && run.find_first_not_of('0') != run.npos;
    for (const char c : run) {
      if (!digits) {
        out += other_letter(c, run.size() <= 2 && attempt < strict_tries ? turn : draw.below(26));
      } else if (leading) {
        out += c == '0' ? '0' : static_cast<char>('1' + draw.below(9));
        leading = c == '0';
      } else {
        out += draw.digit();
      }
    }
    if (digits)
      for (std::uint64_t more = attempt / tries_per_shape; more > 0; --more) out += draw.digit();
  }
  if (std::ranges::none_of(text, is_digit))
    for (std::uint64_t more = attempt / tries_per_shape; more > 0; --more)
      out += other_letter('A', draw.below(26));
  return out;
}

std::string Inventor::reshaped(std::string_view text) {
  if (std::ranges::none_of(text,
                           [](char c) { return is_digit(c) || is_upper(c) || is_lower(c); })) {
    // Signs alone say nothing; letters beyond ASCII may be a name.
    const bool foreign =
        std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    return foreign ? names(text) : std::string(text);
  }
  const std::string before(blanks_before(text));
  const std::string_view value = fhirpath::trim(text);
  for (std::uint64_t attempt = 0;; ++attempt) {
    std::string invented = candidate(value, attempt);
    if (attempt < tries_per_shape) fix_luhn(value, invented);
    // Two values never become one: where a shape has too few others, they grow.
    if (invented != value && !input_.tokens.clashes(invented) && claim(invented, value))
      return before + invented;
  }
}

std::string Inventor::word(std::string_view original) {
  const std::string folded = fhirpath::normalize(original);
  const bool given = input_.given_names.clashes(original);
  std::string invented;
  for (std::uint64_t attempt = 0;; ++attempt) {
    Draw draw(key_, "word", folded, attempt);
    invented = given ? invented_given_name(draw, attempt >= strict_tries)
                     : invented_surname(draw, attempt >= strict_tries);
    if (!input_.tokens.clashes(invented)) break;
  }
  const bool ascii = std::ranges::all_of(original, [](char c) { return c > 0; });
  if (const std::size_t e = invented.find('e'); !ascii && e != std::string::npos)
    invented.replace(e, 1, "é");
  if (fhirpath::upper(original) == original) return fhirpath::upper(invented);
  if (fhirpath::lower(original) == original) return fhirpath::lower(invented);
  return invented;
}

std::string Inventor::words(std::string_view text, bool keep_streets) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    while (at < text.size() && is_letter_at(text, at)) at += fhirpath::character_length(text, at);
    if (at > from) {
      const std::string_view one = text.substr(from, at - from);
      const bool single = fhirpath::character_count(one) == 1;
      if (is_title(one) || is_particle(one) || (keep_streets && is_street(one)))
        out += one;
      else if (single)
        out += static_cast<char>('A' + Draw(key_, "initial", one).below(26));
      else
        out += word(one);
      continue;
    }
    while (at < text.size() && is_digit(text[at])) ++at;
    if (at > from) {
      out += reshaped(text.substr(from, at - from));
      continue;
    }
    const std::size_t length = fhirpath::character_length(text, at);
    out += text.substr(at, length);
    at += length;
  }
  return out;
}

std::string Inventor::names(std::string_view text) {
  return words(text, false);
}

std::string Inventor::address(std::string_view text) {
  return words(text, true);
}

std::string Inventor::commune(std::string_view text) {
  if (text.size() != 5 ||
      !std::ranges::all_of(text, [](char c) { return is_digit(c) || is_upper(c); }))
    return reshaped(text);
  for (std::uint64_t attempt = 0;; ++attempt) {
    // Numbers from 960 on are no commune's in the departments of the mainland.
    const std::size_t department =
        1 + Draw(key_, "department", text.substr(0, 2), attempt).below(94);
    const std::size_t number = 960 + Draw(key_, "commune", text, attempt).below(30);
    std::string code =
        fmt::format("{:02}{}", department >= 20 ? department + 1 : department, number);
    const bool whole_only = attempt >= strict_tries;
    if (!input_.tokens.clashes(code) &&
        (whole_only || !input_.tokens.clashes(std::string_view(code).substr(2))))
      return code;
    if (attempt > strict_tries * 10) return reshaped(text);
  }
}

std::string Inventor::national_id(std::string_view text) {
  const std::string bare = bare_national_id(text);
  if (bare.empty()) return reshaped(text);
  const std::string thirteen = bare.substr(0, 13);
  const int year = (bare[1] - '0') * 10 + (bare[2] - '0');
  const auto month = static_cast<unsigned>((bare[3] - '0') * 10 + (bare[4] - '0'));
  std::string start = bare.substr(0, 1);
  if (month <= 12) {
    const auto to =
        input_.calendar.month({year <= this_century ? 2000 + year : 1900 + year, month, 1});
    start += fmt::format("{:02}{:02}", to.year % 100, to.month);
  } else {  // a month that was not known
    start += fmt::format("{:02}{:02}", (year + 50) % 100, month);
  }
  std::string place = commune(std::string_view(bare).substr(5, 5));
  place.resize(5, '0');
  for (std::uint64_t attempt = 0;; ++attempt) {
    const std::size_t order = 1 + Draw(key_, "order", thirteen, attempt).below(999);
    std::string invented = start + place + fmt::format("{:03}", order);
    const auto key = base::nir_key(invented);
    if (!key) return reshaped(text);
    if (bare.size() == 15) invented += fmt::format("{:02}", *key);
    std::string formed = in_form(text, invented);
    const bool loose = attempt >= strict_tries;
    const bool clash = input_.tokens.clashes(loose ? invented : formed);
    if (!clash && (claim(invented.substr(0, 13), thirteen) || attempt > strict_tries * 10))
      return formed;
  }
}

std::string Inventor::phone(std::string_view text) {
  const std::string digits = bare_phone(text);
  if (digits.empty()) return reshaped(text);
  const std::string national = digits[0] == '0' ? digits.substr(1) : digits.substr(2);
  for (std::uint64_t attempt = 0;; ++attempt) {
    Draw draw(key_, "phone", national, attempt);
    const std::string invented =
        fmt::format("{}63998{:04}", digits[0] == '0' ? "0" : "33", draw.below(10000));
    std::string formed = in_form(text, invented);
    const bool loose = attempt >= strict_tries;
    if (!input_.tokens.clashes(loose ? invented : formed) || attempt > strict_tries * 10)
      return formed;
  }
}

std::string Inventor::mail(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == text.npos) return names(text);
  const std::string name = fhirpath::lower(text.substr(0, at));
  return fhirpath::lower(fhirpath::normalize(word(name + " 1"))) + "." +
         fhirpath::lower(fhirpath::normalize(word(name + " 2"))) + "@exemple.fr";
}

std::string Inventor::date(std::size_t form, std::string_view text) {
  auto date = read_date(form, fhirpath::trim(text));
  if (!date) return reshaped(text);
  Draw draw(key_, "time", text);
  if (date->year == 9999) {
    date->year = 9998;  // still beyond all days
  } else {
    const auto to = input_.calendar.day({date->year, date->month, date->day});
    date->year = to.year;
    date->month = static_cast<std::uint8_t>(to.month);
    date->day = static_cast<std::uint8_t>(to.day);
  }
  date->minute = static_cast<std::uint8_t>(draw.below(60));
  date->second = static_cast<std::uint8_t>(draw.below(60));
  return std::string(blanks_before(text)) + write_date(form, *date).value_or("");
}

std::string Inventor::time(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == text.npos) return reshaped(text);
  Draw draw(key_, "time", text);
  std::string out(text);
  for (std::size_t i = colon; i < out.size(); ++i)
    if (is_digit(out[i]))
      out[i] = out[i - 1] == ':' ? static_cast<char>('0' + draw.below(6)) : draw.digit();
  return out;
}

std::string Inventor::neutral_line(std::string_view line, std::uint64_t attempt) const {
  const std::size_t wanted = fhirpath::character_count(line);
  Draw draw(key_, "text", line, attempt);
  std::string out;
  while (out.size() < wanted) {
    const std::string_view next = neutral_words[draw.below(neutral_words.size())];
    if (!out.empty()) out += ' ';
    if (input_.tokens.clashes(next))
      out += std::string(next.size(), 'x');
    else
      out += next;
  }
  if (out.size() > wanted) {
    const std::size_t end = out.rfind(' ', wanted);
    out.resize(end == out.npos || end * 2 < wanted ? wanted : end);
    if (!out.empty() && out.back() == ' ') out.back() = 'x';
  }
  if (!out.empty() && !is_lower(line[0])) out[0] = static_cast<char>(std::toupper(out[0]));
  return out;
}

std::string Inventor::neutral(std::string_view text) {
  std::string out;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find_first_of("\r\n", from), text.size());
    if (const std::string_view line = text.substr(from, end - from); !line.empty()) {
      std::string invented = neutral_line(line, 0);
      for (std::uint64_t attempt = 1; attempt < strict_tries && input_.tokens.clashes(invented);
           ++attempt)
        invented = neutral_line(line, attempt);
      out += input_.tokens.clashes(invented) ? std::string(invented.size(), 'x') : invented;
    }
    if (end < text.size()) out += text[end];
    from = end + 1;
  }
  return out;
}

}  // namespace charmille::mapping
