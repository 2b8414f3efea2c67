#include "gateway/crypto/key.h"

#include <algorithm>

#include <openssl/crypto.h>

#include "gateway/base/bytes.h"
#include "gateway/crypto/digest.h"
#include "gateway/crypto/gcm.h"

namespace charmille::crypto {
namespace {

constexpr std::uint8_t wrap_version = 1;
constexpr std::size_t salt_size = 24;
// The derived key is used for one message only, so its nonce says nothing.
constexpr std::array<std::uint8_t, gcm_nonce_size> zero_nonce{};

Key wrapping_key(const Key& under, Bytes salt, std::string_view context) {
  Digest derived = hmac_parts(under, "charmille/wrap", {base::as_text(salt), context});
  Key key = Key::from_bytes(derived);
  wipe(derived);
  return key;
}

}  // namespace

void wipe(std::span<std::uint8_t> bytes) {
  OPENSSL_cleanse(bytes.data(), bytes.size());
}
void wipe(std::string& text) {
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

Key Key::generate(base::Random& random) {
  Key key;
  random.fill(key.bytes_);
  return key;
}

Key Key::from_bytes(std::span<const std::uint8_t, size> bytes) {
  Key key;
  std::ranges::copy(bytes, key.bytes_.begin());
  return key;
}

Key::Key(Key&& other) noexcept : bytes_(other.bytes_) {
  wipe(other.bytes_);
}

Key& Key::operator=(Key&& other) noexcept {
  if (this != &other) {
    bytes_ = other.bytes_;
    wipe(other.bytes_);
  }
  return *this;
}

std::string wrap(const Key& key, const Key& under, std::string_view context, base::Random& random) {
  std::string out(wrapped_size, '\0');
  const std::span<std::uint8_t> bytes(reinterpret_cast<std::uint8_t*>(out.data()), out.size());
  bytes[0] = wrap_version;
  const auto salt = bytes.subspan(1, salt_size);
  random.fill(salt);
  const Key once = wrapping_key(under, salt, context);
  gcm_seal(once, zero_nonce, bytes.first(1), key.reveal(), bytes.subspan(1 + salt_size));
  return out;
}

Result<Key> unwrap(Bytes wrapped, const Key& under, std::string_view context) {
  if (wrapped.size() != wrapped_size || wrapped[0] != wrap_version) return fail("CH-KEY-010");
  const Key once = wrapping_key(under, wrapped.subspan(1, salt_size), context);
  std::array<std::uint8_t, Key::size> plain{};
  if (!gcm_open(once, zero_nonce, wrapped.first(1), wrapped.subspan(1 + salt_size), plain))
    return fail("CH-KEY-010");
  Key key = Key::from_bytes(plain);
  wipe(plain);
  return key;
}

}  // namespace charmille::crypto
