// The first eight bytes of a keyed digest, where thousands are held at once.
#pragma once

#include <cstdint>
#include <string_view>

namespace charmille::exchange {

inline std::uint64_t short_digest(std::string_view digest) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8 && i < digest.size(); ++i)
    value = value << 8 | static_cast<unsigned char>(digest[i]);
  return value;
}

}  // namespace charmille::exchange
