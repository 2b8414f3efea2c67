#include "gateway/mapping/profile/seen.h"

#include <functional>
#include <string>

#include "gateway/fhirpath/text.h"

namespace charmille::mapping {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

/// Calls `take` with each token until it gives true; whether it did.
template <class Take>
bool any_token(std::string_view text, Take take) {
  const std::string plain = fhirpath::normalize(text);
  for (std::size_t at = 0; at < plain.size();) {
    const bool digits = is_digit(plain[at]);
    if (!digits && !is_letter(plain[at])) {
      ++at;
      continue;
    }
    const std::size_t from = at;
    while (at < plain.size() && (digits ? is_digit(plain[at]) : is_letter(plain[at]))) ++at;
    const std::size_t least = digits ? 3 : 2;
    if (at - from >= least && take(std::string_view(plain).substr(from, at - from))) return true;
  }
  return false;
}

/// The k-th of a token's places, by double hashing.
std::size_t place(std::uint64_t hash, int k, std::size_t bits) {
  const std::uint64_t step = (hash >> 32 | hash << 32) | 1;
  return static_cast<std::size_t>((hash + static_cast<std::uint64_t>(k) * step) % bits);
}

}  // namespace

void Seen::add(std::string_view text) {
  any_token(text, [&](std::string_view token) {
    add_token(token);
    return false;
  });
}

bool Seen::clashes(std::string_view text) const {
  return any_token(text, [&](std::string_view token) { return holds(token); });
}

void Seen::add_token(std::string_view token) {
  const std::uint64_t hash = std::hash<std::string_view>{}(token);
  for (int k = 0; k < probes; ++k) {
    const std::size_t bit = place(hash, k, words * 64);
    bits_[bit / 64] |= std::uint64_t{1} << bit % 64;
  }
}

bool Seen::holds(std::string_view token) const {
  const std::uint64_t hash = std::hash<std::string_view>{}(token);
  for (int k = 0; k < probes; ++k) {
    const std::size_t bit = place(hash, k, words * 64);
    if ((bits_[bit / 64] & std::uint64_t{1} << bit % 64) == 0) return false;
  }
  return true;
}

}  // namespace charmille::mapping
