// Choices that look random, are always the same for one key and value, and tell nothing without
// the key.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "gateway/crypto/digest.h"

namespace charmille::mapping {

class Draw {
 public:
  /// `what` keeps the choices for different purposes apart; `attempt` gives other ones.
  Draw(const crypto::Key& key, std::string_view what, std::string_view value,
       std::uint64_t attempt = 0) {
    const crypto::Digest digest =
        crypto::hmac_parts(key, "charmille mask", {what, value, std::to_string(attempt)});
    std::memcpy(&state_, digest.data(), sizeof state_);
  }

  /// From 0 to `bound` - 1.
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }
  char digit() { return static_cast<char>('0' + below(10)); }

 private:
  /// SplitMix64 over a secret state.
  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return z ^ z >> 31;
  }
  std::uint64_t state_ = 0;
};

}  // namespace charmille::mapping
