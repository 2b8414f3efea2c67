// Ed25519 signatures (RFC 8032), for checkpoints.
#pragma once

#include <array>
#include <memory>

#include "gateway/crypto/key.h"

struct evp_pkey_st;

namespace charmille::crypto {

using Signature = std::array<std::uint8_t, 64>;
using PublicKey = std::array<std::uint8_t, 32>;

class SigningKey {
 public:
  /// The seed is the private key of RFC 8032 §5.1.5.
  explicit SigningKey(const Key& seed);

  Signature sign(Bytes message) const;
  const PublicKey& public_key() const { return public_; }

 private:
  std::shared_ptr<evp_pkey_st> key_;
  PublicKey public_{};
};

bool verify_signature(const PublicKey& key, Bytes message, const Signature& signature);

}  // namespace charmille::crypto
