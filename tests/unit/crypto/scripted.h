// Randomness that is the same in each run, and bytes for tests.
#pragma once

#include <cstdint>
#include <string>

#include "gateway/base/bytes.h"
#include "gateway/base/uuid.h"
#include "gateway/crypto/key.h"

namespace charmille::crypto {

/// A linear generator (Knuth's MMIX): no secrecy, no repetition.
class ScriptedRandom final : public base::Random {
 public:
  explicit ScriptedRandom(std::uint64_t seed = 1) : state_(seed) {}
  void fill(std::span<std::uint8_t> bytes) override {
    for (std::uint8_t& byte : bytes) {
      state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
      byte = static_cast<std::uint8_t>(state_ >> 56);
    }
  }

 private:
  std::uint64_t state_;
};

inline bool same(const Key& a, const Key& b) {
  return base::to_hex(a.reveal()) == base::to_hex(b.reveal());
}

inline std::string some_bytes(std::size_t size, std::uint64_t seed = 7) {
  std::string out(size, '\0');
  ScriptedRandom(seed).fill({reinterpret_cast<std::uint8_t*>(out.data()), out.size()});
  return out;
}

}  // namespace charmille::crypto
