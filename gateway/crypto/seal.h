// Sealing of what fits in memory: AES-256-GCM bound to a context.
#pragma once

#include <string>
#include <string_view>

#include "gateway/crypto/key.h"

namespace charmille::crypto {

/// What sealing adds: version, nonce of 12, tag of 16.
inline constexpr std::size_t seal_overhead = 1 + 12 + 16;

/// `plain` sealed under `key` with a random nonce; it opens only with the same `context`
/// ("payload|<uuid>"). One key serves at most 2^32 times (NIST SP 800-38D §8.3): seal under a key
/// of a payload or of a child, not under a key for all.
std::string seal(Bytes plain, const Key& key, std::string_view context, base::Random& random);
std::string seal(std::string_view plain, const Key& key, std::string_view context,
                 base::Random& random);
/// CH-SEAL-001 when the bytes were altered, or belong to another key or context.
Result<std::string> open_sealed(Bytes sealed, const Key& key, std::string_view context);
Result<std::string> open_sealed(std::string_view sealed, const Key& key, std::string_view context);

}  // namespace charmille::crypto
