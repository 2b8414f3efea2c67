#include "gateway/base/national_keys.h"

#include <algorithm>
#include <cstdint>
#include <string>

namespace charmille::base {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

}  // namespace

std::optional<unsigned> nir_key(std::string_view thirteen) {
  if (thirteen.size() != 13 || thirteen[0] == '0') return std::nullopt;
  std::string digits(thirteen);
  if (digits[5] == '2' && digits[6] == 'A') digits.replace(5, 2, "19");
  if (digits[5] == '2' && digits[6] == 'B') digits.replace(5, 2, "18");
  if (!all_digits(digits)) return std::nullopt;
  std::uint64_t n = 0;
  for (const char c : digits) n = n * 10 + static_cast<std::uint64_t>(c - '0');
  return static_cast<unsigned>(97 - n % 97);
}

bool is_matricule(std::string_view fifteen) {
  return fifteen.size() == 15 && nir_key(fifteen.substr(0, 13)).has_value() &&
         all_digits(fifteen.substr(13));
}

bool matricule_key_fits(std::string_view fifteen) {
  if (!is_matricule(fifteen)) return false;
  const auto key = static_cast<unsigned>((fifteen[13] - '0') * 10 + (fifteen[14] - '0'));
  return nir_key(fifteen.substr(0, 13)) == key;
}

bool luhn_fits(std::string_view digits) {
  if (!all_digits(digits)) return false;
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int digit = digits[digits.size() - 1 - i] - '0';
    if (i % 2 == 1) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 == 0;
}

bool is_finess(std::string_view text) {
  if (text.size() != 9) return false;
  if (text.starts_with("2A") || text.starts_with("2B")) return all_digits(text.substr(2));
  return luhn_fits(text);
}

bool is_rpps(std::string_view text) {
  return text.size() == 11 && luhn_fits(text);
}

bool is_uai(std::string_view text) {
  return text.size() == 8 && all_digits(text.substr(0, 7)) && text[7] >= 'A' && text[7] <= 'Z' &&
         std::string_view("IOQ").find(text[7]) == std::string_view::npos;
}

}  // namespace charmille::base
