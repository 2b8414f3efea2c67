// UUIDs (RFC 9562): version 7 for what happens in time, version 4 for what must say nothing,
// version 5 for names.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gateway/base/time.h"

namespace charmille::base {

/// Where randomness comes from; tests give their own.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> bytes) = 0;
};

/// The generator of the operating system through OpenSSL; safe from any thread, not across a fork.
Random& system_random();

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const Uuid&) const = default;  // NOLINT(modernize-use-nullptr): of <=>
  bool is_nil() const { return *this == Uuid{}; }
  std::string text() const;  ///< lower case, with hyphens
  static std::optional<Uuid> parse(std::string_view text);
};

Uuid uuid_v7(Time now, Random& random);
Uuid uuid_v4(Random& random);
/// Stable: the same name in the same space gives the same UUID.
Uuid uuid_v5(const Uuid& space, std::string_view name);

}  // namespace charmille::base

template <>
struct std::hash<charmille::base::Uuid> {
  std::size_t operator()(const charmille::base::Uuid& id) const noexcept {
    std::size_t h = 0;
    for (std::size_t i = 0; i < 8; ++i) h = h << 8 | id.bytes[8 + i];
    return h;
  }
};
