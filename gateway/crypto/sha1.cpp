#include "gateway/crypto/sha1.h"

#include <cstdlib>
#include <memory>

#include <openssl/evp.h>

namespace charmille::crypto {
namespace {

constexpr std::size_t piece = 64 * 1024;

// These calls fail only when memory is exhausted.
void require(int ok) {
  if (ok != 1) std::abort();
}

}  // namespace

Result<Sha1> sha1(const base::Payload& content) {
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                   EVP_MD_CTX_free);
  if (!context) std::abort();
  require(EVP_DigestInit_ex(context.get(), EVP_sha1(), nullptr));
  auto reader = content.open();
  if (!reader) return fail(reader.error());
  std::string buffer(piece, '\0');
  for (;;) {
    const auto read = (*reader)->read(buffer);
    if (!read) return fail(read.error());
    if (*read == 0) break;
    require(EVP_DigestUpdate(context.get(), buffer.data(), *read));
  }
  Sha1 digest{};
  require(EVP_DigestFinal_ex(context.get(), digest.data(), nullptr));
  return digest;
}

}  // namespace charmille::crypto
