#include "gateway/crypto/seal.h"

#include "gateway/base/bytes.h"
#include "gateway/crypto/gcm.h"

namespace charmille::crypto {
namespace {

constexpr std::uint8_t seal_version = 1;

}  // namespace

std::string seal(Bytes plain, const Key& key, std::string_view context, base::Random& random) {
  std::string out(plain.size() + seal_overhead, '\0');
  const std::span<std::uint8_t> bytes(reinterpret_cast<std::uint8_t*>(out.data()), out.size());
  bytes[0] = seal_version;
  const auto nonce = bytes.subspan<1, gcm_nonce_size>();
  random.fill(nonce);
  gcm_seal(key, nonce, base::as_bytes(context), plain, bytes.subspan(1 + gcm_nonce_size));
  return out;
}

std::string seal(std::string_view plain, const Key& key, std::string_view context,
                 base::Random& random) {
  return seal(base::as_bytes(plain), key, context, random);
}

Result<std::string> open_sealed(Bytes sealed, const Key& key, std::string_view context) {
  if (sealed.size() < seal_overhead) return fail("CH-SEAL-001");
  if (sealed[0] != seal_version)
    return fail("CH-SEAL-003", {}, {{"version", std::to_string(sealed[0])}});
  std::string out(sealed.size() - seal_overhead, '\0');
  const std::span<std::uint8_t> plain(reinterpret_cast<std::uint8_t*>(out.data()), out.size());
  const auto nonce = sealed.subspan<1, gcm_nonce_size>();
  if (!gcm_open(key, nonce, base::as_bytes(context), sealed.subspan(1 + gcm_nonce_size), plain))
    return fail("CH-SEAL-001");
  return out;
}

Result<std::string> open_sealed(std::string_view sealed, const Key& key, std::string_view context) {
  return open_sealed(base::as_bytes(sealed), key, context);
}

}  // namespace charmille::crypto
