#include "gateway/fhirpath/decimal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace charmille::fhirpath {
namespace {

__extension__ using Wide = unsigned __int128;

/// Digits stay between -greatest and greatest, so that every value has its negative.
constexpr Int128 greatest = static_cast<Int128>(~static_cast<Wide>(0) >> 1);
constexpr int most_power = 38;
constexpr int division_digits = 18;

std::optional<Int128> multiply(Int128 a, Int128 b) {
  Int128 product = 0;
  if (__builtin_mul_overflow(a, b, &product) || product < -greatest) return {};
  return product;
}

/// 10^n; `n` is in 0..38.
Int128 power_of_ten(int n) {
  static const auto table = [] {
    std::array<Int128, most_power + 1> powers{};
    powers[0] = 1;
    for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
  }();
  return table[static_cast<std::size_t>(n)];
}

std::optional<Int128> shifted(Int128 digits, int places) {
  if (places < 0 || places > most_power) return {};
  return multiply(digits, power_of_ten(places));
}

std::optional<int> parse_exponent(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  int exponent = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return exponent;
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
  const bool negative = text.starts_with('-');
  std::size_t i = negative || text.starts_with('+') ? 1 : 0;
  const std::size_t first = i;
  Int128 digits = 0;
  int scale = 0;
  bool fraction = false;
  for (; i < text.size(); ++i) {
    if (text[i] == '.' && !fraction && i > first) {
      fraction = true;
      continue;
    }
    if (text[i] < '0' || text[i] > '9') break;
    if (digits > (greatest - 9) / 10) return {};
    digits = digits * 10 + (text[i] - '0');
    scale += fraction ? 1 : 0;
  }
  if (i == first || (fraction && scale == 0)) return {};
  if (i < text.size()) {
    if (text[i] != 'e' && text[i] != 'E') return {};
    const auto exponent = parse_exponent(text.substr(i + 1));
    if (!exponent || *exponent > most_power || *exponent < -most_power) return {};
    scale -= *exponent;
  }
  if (scale < 0) {
    const auto grown = shifted(digits, -scale);
    if (!grown) return {};
    digits = *grown;
    scale = 0;
  }
  if (scale > most_power) return {};
  return Decimal(negative ? -digits : digits, scale);
}

std::string Decimal::text() const {
  std::string out;
  Wide left =
      digits_ < 0 ? static_cast<Wide>(0) - static_cast<Wide>(digits_) : static_cast<Wide>(digits_);
  int written = 0;
  do {
    if (written == scale_ && written > 0) out += '.';
    out += static_cast<char>('0' + static_cast<int>(left % 10));
    left /= 10;
    ++written;
  } while (left != 0 || written <= scale_);
  if (digits_ < 0) out += '-';
  std::ranges::reverse(out);
  return out;
}

std::optional<std::int64_t> Decimal::to_integer() const {
  const Int128 whole = digits_ / power_of_ten(scale_);
  if (whole > INT64_MAX || whole < INT64_MIN) return {};
  return static_cast<std::int64_t>(whole);
}

Decimal Decimal::trimmed() const {
  Decimal out = *this;
  while (out.scale_ > 0 && out.digits_ % 10 == 0) {
    out.digits_ /= 10;
    --out.scale_;
  }
  return out;
}

std::optional<Decimal> Decimal::rounded(int scale) const {
  if (scale < 0 || scale > most_scale) return {};
  if (scale >= scale_) return *this;
  const Int128 unit = power_of_ten(scale_ - scale);
  Int128 whole = digits_ / unit;
  const Int128 rest = digits_ % unit;
  if ((rest < 0 ? -rest : rest) >= unit - (rest < 0 ? -rest : rest)) whole += digits_ < 0 ? -1 : 1;
  return Decimal(whole, scale);
}

Decimal Decimal::truncated() const {
  return Decimal(digits_ / power_of_ten(scale_), 0);
}

Decimal Decimal::floored() const {
  Decimal out = truncated();
  if (digits_ < 0 && digits_ % power_of_ten(scale_) != 0) out.digits_ -= 1;
  return out;
}

Decimal Decimal::ceiled() const {
  Decimal out = truncated();
  if (digits_ > 0 && digits_ % power_of_ten(scale_) != 0) out.digits_ += 1;
  return out;
}

std::optional<Decimal> Decimal::plus(const Decimal& other) const {
  const int scale = std::max(scale_, other.scale_);
  const auto a = shifted(digits_, scale - scale_);
  const auto b = shifted(other.digits_, scale - other.scale_);
  Int128 sum = 0;
  if (!a || !b || __builtin_add_overflow(*a, *b, &sum) || sum < -greatest) return {};
  return Decimal(sum, scale);
}

std::optional<Decimal> Decimal::times(const Decimal& other) const {
  auto product = multiply(digits_, other.digits_);
  int scale = scale_ + other.scale_;
  if (!product || scale > most_scale) {
    const Decimal a = trimmed();
    const Decimal b = other.trimmed();
    product = multiply(a.digits_, b.digits_);
    scale = a.scale_ + b.scale_;
  }
  if (!product || scale > most_power) return {};
  const Decimal exact(*product, scale);
  return scale > most_scale ? exact.rounded(most_scale) : exact;
}

std::optional<Decimal> Decimal::divided(const Decimal& other) const {
  if (other.is_zero()) return {};
  const Decimal a = trimmed();
  const Decimal b = other.trimmed();
  const int common = std::max(a.scale_, b.scale_);
  const auto dividend = shifted(a.digits_, common - a.scale_);
  const auto divisor = shifted(b.digits_, common - b.scale_);
  if (!dividend || !divisor) return {};
  Int128 digits = *dividend / *divisor;
  Int128 rest = *dividend % *divisor;
  int scale = 0;
  // One digit more than kept, for the rounding.
  while (rest != 0 && scale <= division_digits) {
    const auto next = multiply(rest, 10);
    const auto grown = multiply(digits, 10);
    if (!next || !grown) return {};
    digits = *grown + *next / *divisor;
    rest = *next % *divisor;
    ++scale;
  }
  const auto out = Decimal(digits, scale).rounded(std::min(scale, division_digits));
  return out ? std::optional(out->trimmed()) : out;
}

std::optional<Decimal> Decimal::quotient(const Decimal& other) const {
  if (other.is_zero()) return {};
  const int common = std::max(scale_, other.scale_);
  const auto a = shifted(digits_, common - scale_);
  const auto b = shifted(other.digits_, common - other.scale_);
  if (!a || !b) return {};
  return Decimal(*a / *b, 0);
}

std::optional<Decimal> Decimal::remainder(const Decimal& other) const {
  if (other.is_zero()) return {};
  const int common = std::max(scale_, other.scale_);
  const auto a = shifted(digits_, common - scale_);
  const auto b = shifted(other.digits_, common - other.scale_);
  if (!a || !b) return {};
  return Decimal(*a % *b, common).trimmed();
}

std::optional<Decimal> Decimal::power(std::int64_t exponent) const {
  if (exponent < 0) {
    if (exponent < -1000) return {};
    const auto whole = power(-exponent);
    return whole ? Decimal(1).divided(*whole) : whole;
  }
  std::optional<Decimal> result = Decimal(1);
  std::optional<Decimal> square = trimmed();
  for (std::int64_t left = exponent; left > 0; left >>= 1) {
    if ((left & 1) != 0) {
      if (!square) return {};
      result = result->times(*square);
      if (!result) return {};
    }
    if (left > 1 && square) square = square->times(*square);
  }
  return result;
}

Decimal Decimal::negated() const {
  return Decimal(-digits_, scale_);
}

int Decimal::compare(const Decimal& other) const {
  const Decimal a = trimmed();
  const Decimal b = other.trimmed();
  if (a.is_negative() != b.is_negative()) return a.is_negative() ? -1 : 1;
  const Int128 whole_a = a.digits_ / power_of_ten(a.scale_);
  const Int128 whole_b = b.digits_ / power_of_ten(b.scale_);
  if (whole_a != whole_b) return whole_a < whole_b ? -1 : 1;
  // Fractions are below 10^38, so both fit once brought to the larger scale.
  const int common = std::max(a.scale_, b.scale_);
  const Int128 rest_a = (a.digits_ % power_of_ten(a.scale_)) * power_of_ten(common - a.scale_);
  const Int128 rest_b = (b.digits_ % power_of_ten(b.scale_)) * power_of_ten(common - b.scale_);
  return rest_a == rest_b ? 0 : rest_a < rest_b ? -1 : 1;
}

double Decimal::to_double() const {
  return static_cast<double>(digits_) / static_cast<double>(power_of_ten(scale_));
}

std::optional<Decimal> Decimal::from_double(double value) {
  if (!std::isfinite(value)) return {};
  std::array<char, 64> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  if (error != std::errc{}) return {};
  return parse(std::string_view(buffer.data(), static_cast<std::size_t>(end - buffer.data())));
}

}  // namespace charmille::fhirpath
