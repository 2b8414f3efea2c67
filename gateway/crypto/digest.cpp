#include "gateway/crypto/digest.h"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "gateway/base/bytes.h"

namespace charmille::crypto {
namespace {

// These calls fail only when memory is exhausted: no promise can be kept then.
void require(int ok) {
  if (ok != 1) std::abort();
}

const EVP_MD* algorithm() {
  static EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (fetched == nullptr) std::abort();
  return fetched;
}

/// Contexts that lie ready on this thread: to make one costs more than to hash a record.
class Contexts {
 public:
  ~Contexts() {
    for (EVP_MD_CTX* context : ready_) EVP_MD_CTX_free(context);
  }
  EVP_MD_CTX* take() {
    EVP_MD_CTX* context = nullptr;
    if (ready_.empty()) {
      context = EVP_MD_CTX_new();
      if (context == nullptr) std::abort();
    } else {
      context = ready_.back();
      ready_.pop_back();
    }
    require(EVP_DigestInit_ex2(context, algorithm(), nullptr));
    return context;
  }
  void give(EVP_MD_CTX* context) {
    if (ready_.size() < 8) {
      ready_.push_back(context);
    } else {
      EVP_MD_CTX_free(context);
    }
  }

 private:
  std::vector<EVP_MD_CTX*> ready_;
};

Contexts& contexts() {
  thread_local Contexts here;
  return here;
}

}  // namespace

Sha256::Sha256() : context_(contexts().take()) {}
Sha256::Sha256(Sha256&& other) noexcept : context_(std::exchange(other.context_, nullptr)) {}
Sha256& Sha256::operator=(Sha256&& other) noexcept {
  std::swap(context_, other.context_);
  return *this;
}
Sha256::~Sha256() {
  if (context_ != nullptr) contexts().give(context_);
}

Sha256& Sha256::update(Bytes bytes) {
  require(EVP_DigestUpdate(context_, bytes.data(), bytes.size()));
  return *this;
}
Sha256& Sha256::update(std::string_view text) {
  return update(base::as_bytes(text));
}

Digest Sha256::finish() {
  Digest out;
  unsigned size = 0;
  require(EVP_DigestFinal_ex(context_, out.data(), &size));
  require(EVP_DigestInit_ex2(context_, algorithm(), nullptr));
  return out;
}

Digest sha256(Bytes bytes) {
  return Sha256().update(bytes).finish();
}
Digest sha256(std::string_view text) {
  return sha256(base::as_bytes(text));
}

Hmac::Hmac(Bytes key) {
  std::array<std::uint8_t, 64> block{};
  if (key.size() > block.size()) {
    std::ranges::copy(sha256(key), block.begin());
  } else {
    std::ranges::copy(key, block.begin());
  }
  std::ranges::transform(block, outer_.begin(),
                         [](std::uint8_t b) { return static_cast<std::uint8_t>(b ^ 0x5c); });
  for (std::uint8_t& b : block) b ^= 0x36;
  inner_.update(block);
  wipe(block);
}

Hmac::Hmac(const Key& key, std::string_view domain) : Hmac(Bytes(key.reveal())) {
  constexpr std::uint8_t end[1] = {0};
  inner_.update(domain).update(end);
}

Hmac& Hmac::update(Bytes bytes) {
  inner_.update(bytes);
  return *this;
}
Hmac& Hmac::update(std::string_view text) {
  return update(base::as_bytes(text));
}

Digest Hmac::finish() {
  const Digest inside = inner_.finish();
  return inner_.update(outer_).update(inside).finish();
}

Digest hmac(const Key& key, std::string_view domain, Bytes data) {
  return Hmac(key, domain).update(data).finish();
}
Digest hmac(const Key& key, std::string_view domain, std::string_view data) {
  return hmac(key, domain, base::as_bytes(data));
}

Digest hmac_parts(const Key& key, std::string_view domain,
                  std::initializer_list<std::string_view> parts) {
  Hmac mac(key, domain);
  for (const std::string_view part : parts) {
    std::array<std::uint8_t, 8> length{};
    for (std::size_t i = 0; i < 8; ++i)
      length[i] = static_cast<std::uint8_t>(std::uint64_t{part.size()} >> (56 - 8 * i));
    mac.update(length).update(part);
  }
  return mac.finish();
}

bool same_secret(Bytes a, Bytes b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace charmille::crypto
