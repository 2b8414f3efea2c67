// SHA-256 and keyed digests (HMAC-SHA-256), without an allocation a call.
#pragma once

#include <array>
#include <initializer_list>
#include <string_view>

#include "gateway/crypto/key.h"

struct evp_md_ctx_st;

namespace charmille::crypto {

/// SHA-256 or HMAC-SHA-256: 32 bytes.
using Digest = std::array<std::uint8_t, 32>;
/// The pseudonym of a child in the audit log: the first half of a keyed digest.
using Tag = std::array<std::uint8_t, 16>;

/// SHA-256 (FIPS 180-4) of what comes piece by piece.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&& other) noexcept;
  Sha256& operator=(Sha256&& other) noexcept;
  ~Sha256();

  Sha256& update(Bytes bytes);
  Sha256& update(std::string_view text);
  /// The digest of all since the beginning; the next update begins anew.
  Digest finish();

 private:
  evp_md_ctx_st* context_;
};

Digest sha256(Bytes bytes);
Digest sha256(std::string_view text);

/// HMAC-SHA-256 (RFC 2104) of what comes piece by piece, for one purpose: `domain` is hashed first
/// and followed by a zero byte, so that the same key and data give unrelated digests in two
/// domains. It must hold no zero byte.
class Hmac {
 public:
  Hmac(const Key& key, std::string_view domain);
  /// Plain RFC 2104, a key of any length and no domain: for protocols that ask for it.
  explicit Hmac(Bytes key);
  Hmac(Hmac&&) noexcept = default;
  Hmac& operator=(Hmac&&) noexcept = default;
  ~Hmac() { wipe(outer_); }

  Hmac& update(Bytes bytes);
  Hmac& update(std::string_view text);
  /// Once: afterwards the object is spent.
  Digest finish();

 private:
  Sha256 inner_;
  std::array<std::uint8_t, 64> outer_{};
};

Digest hmac(const Key& key, std::string_view domain, Bytes data);
Digest hmac(const Key& key, std::string_view domain, std::string_view data);
/// Each part is preceded by its length (8 bytes, big endian): ("ab", "c") and ("a", "bc") differ.
Digest hmac_parts(const Key& key, std::string_view domain,
                  std::initializer_list<std::string_view> parts);

/// Compares secrets or keyed digests in a time that says nothing of where they differ.
bool same_secret(Bytes a, Bytes b);

}  // namespace charmille::crypto
