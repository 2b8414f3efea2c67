#include "gateway/fhirpath/units.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace charmille::fhirpath {
namespace {

// Months have a dimension of their own: a calendar year is twelve of them, and no number of days.
enum Base : std::uint8_t { metre, second, gram, radian, kelvin, coulomb, candela, mole, month };
constexpr std::size_t base_count = 9;
constexpr std::array<std::string_view, base_count> base_codes{"m", "s",  "g",   "rad",  "K",
                                                              "C", "cd", "mol", "month"};
using Powers = std::array<std::int8_t, base_count>;

/// `factor` times the product of base units.
struct Measure {
  Decimal factor{1};
  Powers powers{};
};

struct Atom {
  std::string_view code;
  std::string_view factor;  ///< in base units
  Powers powers;            ///< m s g rad K C cd mol month
  bool metric;              ///< takes prefixes
};

constexpr Atom atoms[] = {
    {"m", "1", {1}, true},
    {"s", "1", {0, 1}, true},
    {"g", "1", {0, 0, 1}, true},
    {"rad", "1", {0, 0, 0, 1}, true},
    {"K", "1", {0, 0, 0, 0, 1}, true},
    {"C", "1", {0, 0, 0, 0, 0, 1}, true},
    {"cd", "1", {0, 0, 0, 0, 0, 0, 1}, true},
    {"mol", "1", {0, 0, 0, 0, 0, 0, 0, 1}, true},
    {"eq", "1", {0, 0, 0, 0, 0, 0, 0, 1}, true},
    {"osm", "1", {0, 0, 0, 0, 0, 0, 0, 1}, true},
    {"%", "0.01", {}, false},
    {"[ppth]", "0.001", {}, false},
    {"[ppm]", "0.000001", {}, false},
    {"min", "60", {0, 1}, false},
    {"h", "3600", {0, 1}, false},
    {"d", "86400", {0, 1}, false},
    {"wk", "604800", {0, 1}, false},
    {"mo", "2629800", {0, 1}, false},
    {"a", "31557600", {0, 1}, false},
    {"L", "0.001", {3}, true},
    {"l", "0.001", {3}, true},
    {"Hz", "1", {0, -1}, true},
    {"Bq", "1", {0, -1}, true},
    {"N", "1000", {1, -2, 1}, true},
    {"Pa", "1000", {-1, -2, 1}, true},
    {"bar", "100000000", {-1, -2, 1}, true},
    {"m[Hg]", "133322387.415", {-1, -2, 1}, true},
    {"m[H2O]", "9806650", {-1, -2, 1}, true},
    {"J", "1000", {2, -2, 1}, true},
    {"cal", "4184", {2, -2, 1}, true},
    {"[Cal]", "4184000", {2, -2, 1}, false},
    {"eV", "0.000000000000000160217653", {2, -2, 1}, true},
    {"W", "1000", {2, -3, 1}, true},
    {"A", "1", {0, -1, 0, 0, 0, 1}, true},
    {"V", "1000", {2, -2, 1, 0, 0, -1}, true},
    {"Ohm", "1000", {2, -1, 1, 0, 0, -2}, true},
    {"kat", "1", {0, -1, 0, 0, 0, 0, 0, 1}, true},
    {"U", "0.0000000166666666666666666667", {0, -1, 0, 0, 0, 0, 0, 1}, true},
    {"Gy", "1", {2, -2}, true},
    {"Sv", "1", {2, -2}, true},
    {"t", "1000000", {0, 0, 1}, true},
    {"[in_i]", "0.0254", {1}, false},
    {"[ft_i]", "0.3048", {1}, false},
    {"[yd_i]", "0.9144", {1}, false},
    {"[mi_i]", "1609.344", {1}, false},
    {"[lb_av]", "453.59237", {0, 0, 1}, false},
    {"[oz_av]", "28.349523125", {0, 0, 1}, false},
    {"[gr]", "0.06479891", {0, 0, 1}, false},
    {"[foz_us]", "0.0000295735295625", {3}, false},
    {"[degF]", "", {}, false},  // degrees have a zero of their own: no factor leads to kelvins
    {"Cel", "", {}, false},
};

constexpr std::pair<std::string_view, int> prefixes[] = {
    {"da", 1}, {"Y", 24}, {"Z", 21}, {"E", 18},  {"P", 15}, {"T", 12},
    {"G", 9},  {"M", 6},  {"k", 3},  {"h", 2},   {"d", -1}, {"c", -2},
    {"m", -3}, {"u", -6}, {"n", -9}, {"p", -12}, {"f", -15}};

std::optional<Decimal> power_of_ten(int exponent) {
  return Decimal::parse("1e" + std::to_string(exponent));
}

std::optional<Measure> measure_of(const Atom& atom) {
  const auto factor = Decimal::parse(atom.factor);
  if (!factor) return {};
  return Measure{*factor, atom.powers};
}

std::optional<Measure> simple_unit(std::string_view code) {
  for (const Atom& atom : atoms)
    if (atom.code == code) return measure_of(atom);
  for (const auto& [prefix, exponent] : prefixes) {
    if (!code.starts_with(prefix)) continue;
    const std::string_view rest = code.substr(prefix.size());
    const auto atom = std::ranges::find(atoms, rest, &Atom::code);
    if (atom == std::ranges::end(atoms) || !atom->metric) continue;
    auto measure = measure_of(*atom);
    const auto ten = power_of_ten(exponent);
    const auto factor = measure && ten ? measure->factor.times(*ten) : std::nullopt;
    if (!factor) return {};
    measure->factor = *factor;
    return measure;
  }
  return {};
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The grammar of UCUM's terms: components with '.' and '/', exponents, annotations in braces.
class UnitParser {
 public:
  explicit UnitParser(std::string_view text) : left_(text) {}

  std::optional<Measure> run() {
    if (left_.size() > longest_unit) return {};
    auto out = term(0);
    return left_.empty() ? out : std::nullopt;
  }

 private:
  static constexpr int most_nesting = 8;
  static constexpr std::size_t longest_unit = 64;

  std::optional<Measure> term(int nesting) {
    if (nesting > most_nesting) return {};
    Measure out;
    bool by = left_.starts_with('/');
    if (by) left_.remove_prefix(1);
    for (;;) {
      const auto next = component(nesting);
      if (!next || !apply(out, *next, by ? -1 : 1)) return {};
      if (left_.empty() || left_.front() == ')') return out;
      by = left_.front() == '/';
      if (!by && left_.front() != '.') return {};
      left_.remove_prefix(1);
    }
  }

  std::optional<Measure> component(int nesting) {
    if (left_.starts_with('(')) {
      left_.remove_prefix(1);
      auto inner = term(nesting + 1);
      if (!left_.starts_with(')')) return {};
      left_.remove_prefix(1);
      return inner;
    }
    std::optional<Measure> out;
    if (left_.starts_with("10*") || left_.starts_with("10^")) {
      left_.remove_prefix(3);
      const auto ten = power_of_ten(exponent().value_or(1));
      if (!ten) return {};
      out = Measure{*ten, {}};
    } else if (!left_.empty() && is_digit(left_.front())) {
      const std::size_t end = std::min(left_.find_first_not_of("0123456789"), left_.size());
      const auto number = Decimal::parse(left_.substr(0, end));
      left_.remove_prefix(end);
      if (!number) return {};
      out = Measure{*number, {}};
    } else if (left_.starts_with('{')) {
      out = Measure{};
    } else {
      out = raised_unit();
    }
    skip_annotation();
    return out;
  }

  std::optional<Measure> raised_unit() {
    std::size_t end = 0;
    for (bool bracket = false; end < left_.size(); ++end) {
      const char c = left_[end];
      if (c == '[') bracket = true;
      if (c == ']') bracket = false;
      if (!bracket && (is_digit(c) || c == '+' || c == '-' || c == '.' || c == '/' || c == '{' ||
                       c == '(' || c == ')'))
        break;
    }
    const auto unit = simple_unit(left_.substr(0, end));
    left_.remove_prefix(end);
    const int times = exponent().value_or(1);
    if (!unit || times < -9 || times > 9) return {};
    Measure out;
    for (int i = 0; i < std::abs(times); ++i)
      if (!apply(out, *unit, times < 0 ? -1 : 1)) return {};
    return out;
  }

  std::optional<int> exponent() {
    const std::size_t sign = !left_.empty() && (left_.front() == '+' || left_.front() == '-');
    const std::size_t end = std::min(left_.find_first_not_of("0123456789", sign), left_.size());
    if (end == sign) return {};
    int value = 0;
    const std::string_view digits = left_.substr(sign, end - sign);
    if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc{})
      return {};
    if (left_.front() == '-') value = -value;
    left_.remove_prefix(end);
    return value;
  }

  void skip_annotation() {
    if (!left_.starts_with('{')) return;
    const std::size_t close = left_.find('}');
    left_.remove_prefix(close == left_.npos ? 0 : close + 1);
  }

  static bool apply(Measure& to, const Measure& by, int sign) {
    const auto factor = sign > 0 ? to.factor.times(by.factor) : to.factor.divided(by.factor);
    if (!factor) return false;
    to.factor = factor->trimmed();
    for (std::size_t i = 0; i < base_count; ++i)
      to.powers[i] = static_cast<std::int8_t>(to.powers[i] + sign * by.powers[i]);
    return true;
  }

  std::string_view left_;
};

std::optional<Measure> measure_of(const Quantity& quantity) {
  if (!quantity.calendar) return UnitParser(quantity.unit.empty() ? "1" : quantity.unit).run();
  const auto unit = calendar_unit(quantity.unit);
  if (!unit) return {};
  Measure out;
  if (*unit == Unit::year || *unit == Unit::month) {
    out.factor = Decimal(*unit == Unit::year ? 12 : 1);
    out.powers[month] = 1;
    return out;
  }
  static constexpr std::array<std::string_view, 8> ucum{"a", "mo",  "wk", "d",
                                                        "h", "min", "s",  "ms"};
  return UnitParser(ucum[static_cast<std::size_t>(*unit)]).run();
}

bool same_unit(const Quantity& a, const Quantity& b) {
  return a.calendar == b.calendar && a.unit == b.unit;
}

std::string code_of(const Powers& powers) {
  std::string out;
  const auto add = [&](std::size_t i, int power) {
    out += base_codes[i];
    if (power != 1) out += std::to_string(power);
  };
  for (std::size_t i = 0; i < base_count; ++i) {
    if (powers[i] <= 0) continue;
    if (!out.empty()) out += '.';
    add(i, powers[i]);
  }
  for (std::size_t i = 0; i < base_count; ++i) {
    if (powers[i] >= 0) continue;
    out += '/';
    add(i, -powers[i]);
  }
  return out.empty() ? "1" : out;
}

/// Equal when both are rounded to the precision of the less precise.
bool near(const Decimal& a, const Decimal& b) {
  const int scale = std::min(a.trimmed().scale(), b.trimmed().scale());
  const auto near_a = a.rounded(scale);
  const auto near_b = b.rounded(scale);
  return near_a && near_b && near_a->compare(*near_b) == 0;
}

/// A calendar year or month as the one of UCUM.
Quantity in_ucum(Quantity quantity) {
  const bool year = quantity.calendar && quantity.unit == "year";
  if (!year && !(quantity.calendar && quantity.unit == "month")) return quantity;
  return {quantity.value, year ? "a" : "mo", false};
}

/// Both in base units.
struct Both {
  Decimal a, b;
  Measure measure_a, measure_b;
};
std::optional<Both> in_base_units(const Quantity& a, const Quantity& b) {
  const auto measure_a = measure_of(a);
  const auto measure_b = measure_of(b);
  if (!measure_a || !measure_b) return {};
  const auto value_a = a.value.times(measure_a->factor);
  const auto value_b = b.value.times(measure_b->factor);
  if (!value_a || !value_b) return {};
  return Both{*value_a, *value_b, *measure_a, *measure_b};
}

}  // namespace

std::optional<int> compare(const Quantity& a, const Quantity& b) {
  if (same_unit(a, b)) return a.value.compare(b.value);
  const auto both = in_base_units(a, b);
  if (!both || both->measure_a.powers != both->measure_b.powers) return {};
  return both->a.compare(both->b);
}

bool comparable(const Quantity& a, const Quantity& b) {
  if (same_unit(a, b)) return true;
  const auto left = measure_of(a);
  const auto right = measure_of(b);
  return left && right && left->powers == right->powers;
}

std::optional<Decimal> converted(const Quantity& quantity, const Quantity& like) {
  if (same_unit(quantity, like)) return quantity.value;
  const auto both = in_base_units(quantity, like);
  if (!both || both->measure_a.powers != both->measure_b.powers) return {};
  return both->a.divided(both->measure_b.factor);
}

bool equivalent(const Quantity& given_a, const Quantity& given_b) {
  // Years and months of the calendar are about those of UCUM (§6.1.2).
  const Quantity a = given_b.calendar ? given_a : in_ucum(given_a);
  const Quantity b = given_a.calendar ? given_b : in_ucum(given_b);
  const auto b_like_a = converted(b, a);
  const auto a_like_b = converted(a, b);
  if (!b_like_a || !a_like_b) return false;
  return near(a.value, *b_like_a) || near(b.value, *a_like_b);
}

std::optional<Product> multiply(const Quantity& a, const Quantity& b) {
  const auto both = in_base_units(a, b);
  const auto value = both ? both->a.times(both->b) : std::nullopt;
  if (!value) return {};
  Powers powers = both->measure_a.powers;
  for (std::size_t i = 0; i < base_count; ++i)
    powers[i] = static_cast<std::int8_t>(powers[i] + both->measure_b.powers[i]);
  return Product{*value, code_of(powers)};
}

std::optional<Product> divide(const Quantity& a, const Quantity& b) {
  const auto both = in_base_units(a, b);
  const auto value = both ? both->a.divided(both->b) : std::nullopt;
  if (!value) return {};
  Powers powers = both->measure_a.powers;
  for (std::size_t i = 0; i < base_count; ++i)
    powers[i] = static_cast<std::int8_t>(powers[i] - both->measure_b.powers[i]);
  return Product{*value, code_of(powers)};
}

std::optional<Unit> moving_unit(const Quantity& quantity) {
  if (quantity.calendar) return calendar_unit(quantity.unit);
  static constexpr std::pair<std::string_view, Unit> codes[] = {
      {"wk", Unit::week},    {"d", Unit::day},    {"h", Unit::hour},
      {"min", Unit::minute}, {"s", Unit::second}, {"ms", Unit::millisecond}};
  for (const auto& [code, unit] : codes)
    if (quantity.unit == code) return unit;
  // A calendar word that was written as a code: 1 'month'.
  return calendar_unit(quantity.unit);
}

}  // namespace charmille::fhirpath
