// A secret key of 32 bytes: moved, never copied by accident, never printed, wiped when it goes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "gateway/base/result.h"
#include "gateway/base/uuid.h"

namespace charmille::crypto {

using Bytes = std::span<const std::uint8_t>;

/// Overwrites memory that held a secret; the compiler cannot leave it out.
void wipe(std::span<std::uint8_t> bytes);
void wipe(std::string& text);

class Key {
 public:
  static constexpr std::size_t size = 32;

  static Key generate(base::Random& random);
  /// The caller wipes its own copy.
  static Key from_bytes(std::span<const std::uint8_t, size> bytes);

  Key(Key&& other) noexcept;
  Key& operator=(Key&& other) noexcept;
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  ~Key() { wipe(bytes_); }

  /// A second copy, asked for by name.
  Key clone() const { return from_bytes(bytes_); }
  /// The secret itself, for the functions of this folder that compute with it.
  std::span<const std::uint8_t, size> reveal() const { return bytes_; }

 private:
  Key() = default;
  std::array<std::uint8_t, size> bytes_{};
};

/// Size of a wrapped key: version, salt of 24, 32 bytes, tag of 16.
inline constexpr std::size_t wrapped_size = 1 + 24 + Key::size + 16;

/// `key` sealed under `under`; it opens only with the same `context` ("payload|<uuid>",
/// "child|<uuid>"). AES-256-GCM under a key derived by HMAC-SHA-256 from `under` and a random salt
/// of 24 bytes, so that one wrapping key serves any number of wraps: a random 96-bit nonce alone is
/// bounded to 2^32 uses (NIST SP 800-38D §8.3).
std::string wrap(const Key& key, const Key& under, std::string_view context, base::Random& random);
/// CH-KEY-010 when the bytes were altered, or belong to another key or context.
Result<Key> unwrap(Bytes wrapped, const Key& under, std::string_view context);

}  // namespace charmille::crypto
