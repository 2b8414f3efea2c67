// AES-256-GCM (NIST SP 800-38D) without an allocation: the one place that calls the cipher.
#pragma once

#include <span>

#include "gateway/crypto/key.h"

namespace charmille::crypto {

inline constexpr std::size_t gcm_nonce_size = 12;
inline constexpr std::size_t gcm_tag_size = 16;

using Nonce = std::span<const std::uint8_t, gcm_nonce_size>;

/// Writes cipher text and tag to `out`, whose size is that of `plain` + 16. A nonce serves once
/// under one key.
void gcm_seal(const Key& key, Nonce nonce, Bytes aad, Bytes plain, std::span<std::uint8_t> out);
/// The reverse; `out` has the size of `sealed` - 16. False, and `out` wiped, when the tag does not
/// fit.
[[nodiscard]] bool gcm_open(const Key& key, Nonce nonce, Bytes aad, Bytes sealed,
                            std::span<std::uint8_t> out);

}  // namespace charmille::crypto
