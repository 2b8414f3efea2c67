#include "gateway/mapping/profile/column_profile.h"

#include <algorithm>
#include <functional>

#include "gateway/base/national_keys.h"
#include "gateway/fhirpath/text.h"

namespace charmille::mapping {
namespace {

constexpr std::size_t most_shapes = 2;
constexpr std::size_t longest_shape = 40;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_time(std::string_view text) {
  return text.size() >= 4 && text.size() <= 8 && text.find(':') != text.npos &&
         fhirpath::Temporal::parse_time(text.size() == 4 ? "0" + std::string(text)
                                                         : std::string(text))
             .has_value();
}

bool is_mail(std::string_view text) {
  const std::size_t at = text.find('@');
  return at != text.npos && at > 0 && text.find('.', at) != text.npos &&
         text.find(' ') == text.npos;
}

}  // namespace

std::string_view name_of(ColumnKind kind) {
  constexpr std::string_view names[] = {"empty",   "date", "time",       "integer",     "decimal",
                                        "boolean", "code", "identifier", "national-id", "phone",
                                        "mail",    "name", "address",    "text"};
  return names[static_cast<std::size_t>(kind)];
}

std::string shape_of(std::string_view text) {
  std::string shape;
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) {
    if (count == longest_shape) return shape + "…";
    const std::size_t length = fhirpath::character_length(text, at);
    const std::string_view character = text.substr(at, length);
    at += length;
    const char c = character[0];
    if (is_digit(c))
      shape += '9';
    else if (c >= 'a' && c <= 'z')
      shape += 'x';
    else if (c >= 'A' && c <= 'Z')
      shape += 'X';
    else if (length > 1)  // any letter or sign beyond ASCII could be part of a name
      shape += fhirpath::lower(character) == character ? 'x' : 'X';
    else
      shape += c < ' ' ? ' ' : c;
  }
  return shape;
}

std::string bare_national_id(std::string_view text) {
  std::string bare;
  for (const char c : text)
    if (c != ' ' && c != '.' && c != '-') bare += c;
  const bool sized = bare.size() == 13 || bare.size() == 15;
  if (!sized || !base::nir_key(std::string_view(bare).substr(0, 13))) return {};
  if (bare.size() == 15 && !base::is_matricule(bare)) return {};
  const int month = (bare[3] - '0') * 10 + (bare[4] - '0');
  return month >= 1 && (month <= 12 || month >= 20) ? bare : std::string{};
}

std::string bare_phone(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (is_digit(c))
      digits += c;
    else if (std::string_view(" .-+()").find(c) == std::string_view::npos)
      return {};
  }
  const bool national = digits.size() == 10 && digits[0] == '0' && digits[1] != '0';
  const bool abroad = digits.size() == 11 && digits.starts_with("33");
  return national || abroad ? digits : std::string{};
}

std::size_t civility_in(std::string_view text) {
  std::size_t first = text.npos;
  for (const std::string_view civility :
       {"M. ", "MM. ", "Mr ", "Mme ", "Mlle ", "Dr ", "Pr ", "Me ", "MME ", "MLLE ", "MR ", "DR "})
    for (std::size_t at = text.find(civility); at != text.npos; at = text.find(civility, at + 1))
      if (at == 0 || text[at - 1] == ' ' || text[at - 1] == '(' || text[at - 1] == ',')
        first = std::min(first, at);
  return first;
}

bool is_boolean_word(std::string_view text) {
  constexpr std::string_view words[] = {"OUI",  "NON",  "O",     "N",   "VRAI",
                                        "FAUX", "TRUE", "FALSE", "YES", "NO"};
  return text.size() <= 5 && std::ranges::find(words, fhirpath::upper(text)) != std::end(words);
}

ColumnProfile::ColumnProfile(std::string name, std::size_t keep_distinct)
    : name_(std::move(name)), promise_(promise_of(name_)), keep_distinct_(keep_distinct) {}

void ColumnProfile::feed(std::string_view cell) {
  ++rows_;
  cell = fhirpath::trim(cell);
  if (cell.empty()) return;
  ++filled_;
  count_forms(cell);
  count_numbers(cell);
  if (is_boolean_word(cell)) ++booleans_;
  const std::size_t civility = civility_in(cell);
  if (civility == 0) ++civilities_;
  if (civility != 0 && civility != cell.npos) hide();
  if (is_mail(cell)) ++mails_;
  const bool one_word = cell.find(' ') == cell.npos;
  if (one_word && std::ranges::any_of(cell, is_digit)) ++words_with_digits_;
  if (cell.size() <= 32) {
    const std::string id = bare_national_id(cell);
    const bool sure = id.size() == 15 && base::matricule_key_fits(id);
    if (sure || (!id.empty() && promise_ == Promise::national_id)) ++national_ids_;
    if (!bare_phone(cell).empty()) ++phones_;
  }
  longest_ = std::max(longest_, fhirpath::character_count(cell));
  only_digits_ = only_digits_ && std::ranges::all_of(cell, is_digit);
  remember(cell);
}

void ColumnProfile::count_forms(std::string_view cell) {
  if (is_time(cell)) ++times_;
  if (!may_be_date(cell)) return;
  for (std::size_t i = 0; i < date_form_count; ++i) {
    const auto date = read_date(i, cell);
    if (!date) continue;
    ++fits_[i];
    const bool first_of_1900 = date->year == 1900 && date->month == 1 && date->day == 1;
    if (no_date_.empty() && (first_of_1900 || date->year == 9999)) no_date_ = cell;
  }
}

void ColumnProfile::count_numbers(std::string_view cell) {
  std::string_view digits = cell;
  if (digits[0] == '-' || digits[0] == '+') digits.remove_prefix(1);
  const std::size_t mark = digits.find_first_of(",.");
  const std::string_view whole = digits.substr(0, mark);
  const std::string_view rest = mark == digits.npos ? "" : digits.substr(mark + 1);
  if (whole.empty() || !std::ranges::all_of(whole, is_digit) ||
      !std::ranges::all_of(rest, is_digit))
    return;
  if (mark != digits.npos) {
    if (rest.empty()) return;
    ++decimals_;
  } else if (whole.size() <= 9 && (whole[0] != '0' || whole.size() == 1) && cell[0] != '+') {
    ++integers_;
  }
}

void ColumnProfile::remember(std::string_view cell) {
  if (few_values_) {
    const auto at = values_.find(cell);
    if (at != values_.end())
      ++at->second;
    else if (values_.size() < most_codes && cell.size() <= 100)
      values_.emplace(cell, 1);
    else
      few_values_ = false, values_.clear();
  }
  if (all_kept_ && !distinct_.insert(std::hash<std::string_view>{}(cell)).second) repeated_ = true;
  if (distinct_.size() > keep_distinct_) {
    all_kept_ = false;
    distinct_ = {};
  }
  if (shapes_.size() >= most_shapes) return;
  std::string shape = shape_of(cell);
  if (std::ranges::find(shapes_, shape) == shapes_.end()) shapes_.push_back(std::move(shape));
}

bool ColumnProfile::few_and_frequent() const {
  return few_values_ && filled_ > 0 &&
         std::ranges::all_of(values_, [](const auto& one) { return one.second >= least_repeats; });
}

ColumnKind ColumnProfile::kind_by_promise() const {
  switch (promise_) {
    case Promise::given_name:
    case Promise::name:
      return ColumnKind::name;
    case Promise::address:
    case Promise::commune:
      return ColumnKind::address;
    case Promise::identifier:
    case Promise::national_id:
    case Promise::national_key:
      return ColumnKind::identifier;
    case Promise::phone:
      return ColumnKind::phone;
    case Promise::mail:
      return ColumnKind::mail;
    case Promise::date:
    case Promise::prose:
    case Promise::nothing:
      break;
  }
  return ColumnKind::text;
}

ColumnKind ColumnProfile::kind() const {
  if (filled_ == 0) return ColumnKind::empty;
  if (booleans_ == filled_ && longest_ > 1) return ColumnKind::boolean;
  if (national_ids_ * 2 >= filled_) return ColumnKind::national_id;
  if (mails_ * 2 >= filled_) return ColumnKind::mail;
  if (!date_forms().empty()) return ColumnKind::date;
  if (mostly(times_)) return ColumnKind::time;
  if (phones_ * 2 >= filled_) return ColumnKind::phone;
  if (const ColumnKind promised = kind_by_promise(); promised != ColumnKind::text) return promised;
  if (civilities_ != 0) return ColumnKind::name;
  if (promise_ == Promise::prose || hidden_) return ColumnKind::text;
  if (decimals_ != 0 && integers_ + decimals_ == filled_) return ColumnKind::decimal;
  if (promise_ == Promise::nothing && few_and_frequent()) return ColumnKind::code;
  if (integers_ == filled_) return ColumnKind::integer;
  if (mostly(words_with_digits_)) return ColumnKind::identifier;
  return ColumnKind::text;
}

std::vector<std::string_view> ColumnProfile::date_forms() const {
  std::vector<std::size_t> best;
  for (int group = 0; group < date_form_groups; ++group) {
    std::size_t most = date_form_count;
    for (std::size_t i = 0; i < date_form_count; ++i)
      if (date_form_list[i].group == group && fits_[i] != 0 &&
          (most == date_form_count || fits_[i] > fits_[most]))
        most = i;
    if (most != date_form_count) best.push_back(most);
  }
  std::ranges::stable_sort(best, [&](std::size_t a, std::size_t b) { return fits_[a] > fits_[b]; });
  // What dd/MM/yyyy fits, d/M/yyyy fits too: the latter counts only when it says more.
  const auto loose = std::ranges::find(best, date_form_count - 1);
  const auto padded = std::ranges::find(best, 0U);
  if (loose != best.end() && padded != best.end())
    best.erase(fits_[*loose] > fits_[*padded] ? padded : loose);
  std::vector<std::string_view> found;
  std::uint64_t covered = 0;
  for (const std::size_t i : best) {
    if (found.size() == most_date_forms) break;
    found.push_back(date_form_list[i].pattern);
    covered += fits_[i];
  }
  return covered * 10 >= filled_ * 9 ? found : std::vector<std::string_view>{};
}

std::uint64_t ColumnProfile::undated() const {
  std::uint64_t covered = 0;
  for (const std::string_view form : date_forms())
    for (std::size_t i = 0; i < date_form_count; ++i)
      if (date_form_list[i].pattern == form) covered += fits_[i];
  return filled_ - std::min(filled_, covered);
}

bool ColumnProfile::within(const ColumnProfile& other) const {
  if (filled_ == 0 || !all_kept_ || !other.all_kept_) return false;
  return std::ranges::all_of(distinct_,
                             [&](std::uint64_t one) { return other.distinct_.contains(one); });
}

std::map<std::string, std::uint64_t> ColumnProfile::codes() const {
  if (kind() != ColumnKind::code) return {};
  return {values_.begin(), values_.end()};
}

bool ColumnProfile::only_marks() const {
  return few_values_ && longest_ <= 2 && !only_digits_ && promise_ == Promise::nothing;
}

}  // namespace charmille::mapping
