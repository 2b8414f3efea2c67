#include "gateway/crypto/gcm.h"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include <openssl/evp.h>

namespace charmille::crypto {
namespace {

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

// With a valid cipher these calls fail only when memory is exhausted: no promise can be kept then.
void require(int ok) {
  if (ok != 1) std::abort();
}

const EVP_CIPHER* cipher() {
  static EVP_CIPHER* const fetched = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  if (fetched == nullptr) std::abort();
  return fetched;
}

// Naming the cipher again would free and build the context's inside, so it is named once a thread
// and direction.
Context new_context(int encrypt) {
  Context context(EVP_CIPHER_CTX_new());
  if (!context) std::abort();
  require(EVP_CipherInit_ex2(context.get(), cipher(), nullptr, nullptr, encrypt, nullptr));
  return context;
}

EVP_CIPHER_CTX* sealing_context() {
  thread_local const Context context = new_context(1);
  return context.get();
}

EVP_CIPHER_CTX* opening_context() {
  thread_local const Context context = new_context(0);
  return context.get();
}

/// Sends `in` through the cipher; `out` is null for additional data.
void update(EVP_CIPHER_CTX* context, std::uint8_t* out, Bytes in) {
  constexpr std::size_t step = std::size_t{1} << 30;  // OpenSSL counts in int
  while (!in.empty()) {
    const std::size_t count = std::min(in.size(), step);
    int written = 0;
    require(EVP_CipherUpdate(context, out, &written, in.data(), static_cast<int>(count)));
    if (out != nullptr) out += written;
    in = in.subspan(count);
  }
}

}  // namespace

void gcm_seal(const Key& key, Nonce nonce, Bytes aad, Bytes plain, std::span<std::uint8_t> out) {
  if (out.size() != plain.size() + gcm_tag_size) std::abort();
  EVP_CIPHER_CTX* const context = sealing_context();
  require(EVP_EncryptInit_ex2(context, nullptr, key.reveal().data(), nonce.data(), nullptr));
  update(context, nullptr, aad);
  update(context, out.data(), plain);
  const auto tag = out.last(gcm_tag_size);
  int none = 0;
  require(EVP_EncryptFinal_ex(context, tag.data(), &none));
  require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag.size()),
                              tag.data()));
}

bool gcm_open(const Key& key, Nonce nonce, Bytes aad, Bytes sealed, std::span<std::uint8_t> out) {
  if (sealed.size() < gcm_tag_size || out.size() != sealed.size() - gcm_tag_size) return false;
  EVP_CIPHER_CTX* const context = opening_context();
  require(EVP_DecryptInit_ex2(context, nullptr, key.reveal().data(), nonce.data(), nullptr));
  update(context, nullptr, aad);
  update(context, out.data(), sealed.first(out.size()));
  const auto tag = sealed.last(gcm_tag_size);
  require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag.size()),
                              const_cast<std::uint8_t*>(tag.data())));  // read only, by the manual
  std::uint8_t rest[16];
  int none = 0;
  if (EVP_DecryptFinal_ex(context, rest, &none) == 1) return true;
  wipe(out);
  return false;
}

}  // namespace charmille::crypto
