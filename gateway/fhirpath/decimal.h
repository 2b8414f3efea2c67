// Exact decimal numbers: an integer of 128 bits and a number of fraction digits. Never binary
// floating point.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace charmille::fhirpath {

__extension__ using Int128 = __int128;

/// `digits` x 10^-`scale`. Operations that do not fit give nothing (FHIRPath 2.0.0 §6.6: overflow
/// is empty).
class Decimal {
 public:
  static constexpr int most_scale = 28;

  Decimal() = default;
  explicit Decimal(std::int64_t whole) : digits_(whole) {}
  /// "-12.50", "3", "1.5e3"; nothing for anything else.
  static std::optional<Decimal> parse(std::string_view text);

  /// Plain notation with the fraction digits it was written with: "12.50".
  std::string text() const;
  int scale() const { return scale_; }
  bool is_zero() const { return digits_ == 0; }
  bool is_negative() const { return digits_ < 0; }
  bool is_whole() const { return trimmed().scale_ == 0; }
  std::optional<std::int64_t> to_integer() const;  ///< towards zero; nothing above 64 bits
  /// The same value without zeros at the end of the fraction.
  Decimal trimmed() const;
  /// Rounded half away from zero to `scale` fraction digits.
  std::optional<Decimal> rounded(int scale) const;
  /// Towards zero, towards minus and plus infinity.
  Decimal truncated() const;
  Decimal floored() const;
  Decimal ceiled() const;

  std::optional<Decimal> plus(const Decimal& other) const;
  std::optional<Decimal> minus(const Decimal& other) const { return plus(other.negated()); }
  std::optional<Decimal> times(const Decimal& other) const;
  /// To 18 fraction digits at most; nothing when `other` is zero.
  std::optional<Decimal> divided(const Decimal& other) const;
  /// The whole part of the quotient, towards zero, and what remains.
  std::optional<Decimal> quotient(const Decimal& other) const;
  std::optional<Decimal> remainder(const Decimal& other) const;
  std::optional<Decimal> power(std::int64_t exponent) const;
  Decimal negated() const;

  /// -1, 0 or 1, by value: 1.50 equals 1.5.
  int compare(const Decimal& other) const;
  double to_double() const;  ///< for functions that are irrational anyway (sqrt, ln, exp)
  static std::optional<Decimal> from_double(double value);

 private:
  Decimal(Int128 digits, int scale) : digits_(digits), scale_(scale) {}

  Int128 digits_ = 0;
  int scale_ = 0;
};

}  // namespace charmille::fhirpath
