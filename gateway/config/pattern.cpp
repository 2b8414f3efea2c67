#include "gateway/config/pattern.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include <fmt/format.h>

#include "gateway/base/bytes.h"

namespace charmille::config {
namespace {

constexpr std::size_t longest_name = 255;  // NAME_MAX

bool digit(char c) {
  return c >= '0' && c <= '9';
}
bool word_character(char c) {
  return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

/// The fields of a moment; -1 when the format does not have it.
struct Moment {
  int year = -1;
  int month = -1;
  int day = -1;
  int hour = -1;
  int minute = -1;
  int second = -1;
};

struct MomentField {
  std::string_view letters;
  int Moment::*value;
};

constexpr std::array<MomentField, 6> moment_fields{{{"yyyy", &Moment::year},
                                                    {"MM", &Moment::month},
                                                    {"dd", &Moment::day},
                                                    {"HH", &Moment::hour},
                                                    {"mm", &Moment::minute},
                                                    {"ss", &Moment::second}}};

const MomentField* field_at(std::string_view format) {
  const auto at = std::ranges::find_if(
      moment_fields, [&](const MomentField& f) { return format.starts_with(f.letters); });
  return at == moment_fields.end() ? nullptr : &*at;
}

/// Whether a format consists of fields and separators that a file name may hold.
bool is_moment_format(std::string_view format) {
  bool any = false;
  while (!format.empty()) {
    const MomentField* const field = field_at(format);
    if (field == nullptr &&
        !(format.front() == '-' || format.front() == '_' || format.front() == '.'))
      return false;
    any = any || field != nullptr;
    format.remove_prefix(field == nullptr ? 1 : field->letters.size());
  }
  return any;
}

std::optional<Moment> read_moment(std::string_view format, std::string_view text) {
  Moment moment;
  while (!format.empty()) {
    const MomentField* const field = field_at(format);
    const std::size_t width = field == nullptr ? 1 : field->letters.size();
    const std::string_view piece = text.substr(0, width);
    if (piece.size() < width) return {};
    if (field == nullptr) {
      if (piece.front() != format.front()) return {};
    } else {
      if (!std::ranges::all_of(piece, digit)) return {};
      std::from_chars(piece.data(), piece.data() + width, moment.*field->value);
    }
    format.remove_prefix(width);
    text.remove_prefix(width);
  }
  return moment;
}

/// "2026-06-30", "2026-06", "06:00:00", or a day and a time joined by "T"; nothing when no calendar
/// has that day.
std::optional<std::string> canonical(const Moment& m) {
  std::string out;
  if (m.year >= 0) {
    const std::chrono::year_month_day day{
        std::chrono::year(m.year),
        std::chrono::month(static_cast<unsigned>(m.month < 0 ? 1 : m.month)),
        std::chrono::day(static_cast<unsigned>(m.day < 0 ? 1 : m.day))};
    if (!day.ok()) return {};
    out = fmt::format("{:04}", m.year);
    if (m.month >= 0) out += fmt::format("-{:02}", m.month);
    if (m.day >= 0) out += fmt::format("-{:02}", m.day);
  }
  if (m.hour >= 0) {
    if (m.hour > 23 || m.minute > 59 || m.second > 59) return {};
    if (!out.empty()) out += 'T';
    out += fmt::format("{:02}:{:02}:{:02}", m.hour, std::max(m.minute, 0), std::max(m.second, 0));
  }
  return out;
}

std::optional<Moment> parse_canonical(std::string_view text) {
  for (const std::string_view shape :
       {"yyyy-MM-ddTHH:mm:ss", "yyyy-MM-dd", "yyyy-MM", "yyyy", "HH:mm:ss"})
    if (text.size() == shape.size())
      if (const auto moment = read_moment(shape, text)) return moment;
  return {};
}

std::optional<std::string> write_moment(std::string_view format, const Moment& moment) {
  std::string out;
  while (!format.empty()) {
    const MomentField* const field = field_at(format);
    if (field == nullptr) {
      out += format.front();
      format.remove_prefix(1);
      continue;
    }
    const int value = moment.*field->value;
    if (value < 0) return {};
    out += fmt::format("{:0{}}", value, field->letters.size());
    format.remove_prefix(field->letters.size());
  }
  return out;
}

tl::unexpected<Fault> not_a_pattern(std::string_view text) {
  return fail("CH-CFG-040", {}, {{"text", base::printable(text)}});
}

}  // namespace

std::optional<NamePattern::Part> NamePattern::placeholder(std::string_view inside) {
  const std::size_t colon = inside.find(':');
  Part part;
  part.text = inside.substr(0, colon);
  if (part.text.empty() || !std::ranges::all_of(part.text, word_character)) return {};
  if (colon != inside.npos) {
    part.format = inside.substr(colon + 1);
  } else if (part.text == "date") {
    part.format = "yyyyMMdd";
  } else if (part.text == "month") {
    part.format = "yyyyMM";
  } else if (part.text == "time") {
    part.format = "HHmmss";
  }
  if (part.format.empty()) {
    if (colon != inside.npos) return {};
    part.kind = part.text == "sequence" ? Kind::digits : Kind::word;
    return part;
  }
  part.kind = Kind::moment;
  if (!is_moment_format(part.format)) return {};
  return part;
}

Result<NamePattern> NamePattern::parse(std::string_view text) {
  NamePattern pattern;
  pattern.text_ = text;
  if (text.empty() || text.size() > longest_name || text.find_first_of("/\\") != text.npos ||
      text == "." || text == "..")
    return not_a_pattern(text);
  bool any = false;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t special = rest.find_first_of("{}*");
    if (special != 0) {
      pattern.parts_.push_back({Kind::literal, std::string(rest.substr(0, special)), {}});
      rest.remove_prefix(std::min(special, rest.size()));
      continue;
    }
    if (rest.front() == '*') {
      if (std::exchange(any, true)) return not_a_pattern(text);
      pattern.parts_.push_back({Kind::any, {}, {}});
      rest.remove_prefix(1);
      continue;
    }
    const std::size_t close = rest.find('}');
    const auto part = rest.front() == '{' && close != rest.npos
                          ? placeholder(rest.substr(1, close - 1))
                          : std::nullopt;
    if (!part || pattern.has(part->text)) return not_a_pattern(text);
    pattern.parts_.push_back(*part);
    rest.remove_prefix(close + 1);
  }
  return pattern;
}

bool NamePattern::has(std::string_view name) const {
  return std::ranges::any_of(parts_,
                             [&](const Part& p) { return p.kind > Kind::any && p.text == name; });
}

std::vector<std::string> NamePattern::placeholders() const {
  std::vector<std::string> names;
  for (const Part& part : parts_)
    if (part.kind > Kind::any) names.push_back(part.text);
  return names;
}

std::optional<NamePattern::Values> NamePattern::match(std::string_view name) const {
  if (name.size() > longest_name) return {};
  Search search{{}, std::vector<bool>((parts_.size() + 1) * (longest_name + 1))};
  if (!match_from(0, name, search)) return {};
  return std::move(search.values);
}

bool NamePattern::match_from(std::size_t index, std::string_view rest, Search& search) const {
  const std::size_t state = index * (longest_name + 1) + rest.size();
  if (search.dead[state]) return false;
  if (index == parts_.size() ? rest.empty() : match_part(index, rest, search)) return true;
  search.dead[state] = true;
  return false;
}

bool NamePattern::match_part(std::size_t index, std::string_view rest, Search& search) const {
  const Part& part = parts_[index];
  if (part.kind == Kind::literal)
    return rest.starts_with(part.text) &&
           match_from(index + 1, rest.substr(part.text.size()), search);
  if (part.kind != Kind::moment) return match_run(index, rest, search);
  const auto moment = read_moment(part.format, rest);
  if (!moment) return false;
  auto value = canonical(*moment);
  if (!value) return false;
  search.values[part.text] = std::move(*value);
  return match_from(index + 1, rest.substr(part.format.size()), search);
}

/// Parts of free length: the longest run that lets the rest of the pattern fit.
bool NamePattern::match_run(std::size_t index, std::string_view rest, Search& search) const {
  const Part& part = parts_[index];
  const auto fits = [&](char c) {
    return part.kind == Kind::any || (part.kind == Kind::digits ? digit(c) : word_character(c));
  };
  std::size_t most = 0;
  while (most < rest.size() && fits(rest[most])) ++most;
  const std::size_t least = part.kind == Kind::any ? 0 : 1;
  for (std::size_t length = most + 1; length-- > least;) {
    if (!match_from(index + 1, rest.substr(length), search)) continue;
    if (part.kind != Kind::any) search.values[part.text] = rest.substr(0, length);
    return true;
  }
  return false;
}

Result<std::string> NamePattern::fill(const Values& values) const {
  std::string name;
  for (const Part& part : parts_) {
    if (part.kind == Kind::literal) {
      name += part.text;
      continue;
    }
    const auto at = values.find(part.text);
    std::optional<std::string> piece;
    if (part.kind != Kind::any && at != values.end() && !at->second.empty()) {
      if (part.kind == Kind::moment) {
        const auto moment = parse_canonical(at->second);
        if (moment) piece = write_moment(part.format, *moment);
      } else if (std::ranges::all_of(at->second,
                                     part.kind == Kind::digits ? digit : word_character)) {
        piece = at->second;
      }
    }
    if (!piece) return fail("CH-CFG-041", {}, {{"pattern", text_}, {"name", part.text}});
    name += *piece;
  }
  return name;
}

std::string NamePattern::sample() const {
  std::string name;
  for (const Part& part : parts_) {
    if (part.kind == Kind::literal) name += part.text;
    if (part.kind == Kind::moment)
      name += write_moment(part.format, {2026, 6, 30, 6, 15, 45}).value_or("");
    if (part.kind == Kind::digits) name += "20260630";
    if (part.kind == Kind::word) name += "20260630";
  }
  return name;
}

}  // namespace charmille::config
