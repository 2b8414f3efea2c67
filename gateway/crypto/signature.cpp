#include "gateway/crypto/signature.h"

#include <cstdlib>

#include <openssl/evp.h>

namespace charmille::crypto {
namespace {

using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

Context new_context() {
  return {EVP_MD_CTX_new(), &EVP_MD_CTX_free};
}

// With a valid key these calls fail only when memory is exhausted.
void require(bool ok) {
  if (!ok) std::abort();
}

}  // namespace

SigningKey::SigningKey(const Key& seed)
    : key_(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.reveal().data(), Key::size),
           &EVP_PKEY_free) {
  std::size_t size = public_.size();
  require(key_ && EVP_PKEY_get_raw_public_key(key_.get(), public_.data(), &size) == 1);
}

Signature SigningKey::sign(Bytes message) const {
  const Context context = new_context();
  Signature signature;
  std::size_t size = signature.size();
  require(context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1);
  require(EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) ==
          1);
  return signature;
}

bool verify_signature(const PublicKey& key, Bytes message, const Signature& signature) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> parsed(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()),
      &EVP_PKEY_free);
  const Context context = new_context();
  if (!parsed || !context) return false;
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, parsed.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                          message.size()) == 1;
}

}  // namespace charmille::crypto
