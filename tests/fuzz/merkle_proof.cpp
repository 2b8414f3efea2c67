// Bytes as a proof: the verifier neither crashes nor accepts what does not lead to the root.
#include <cstring>

#include "gateway/merkle/proof.h"

using namespace charmille::merkle;

namespace {

std::uint64_t take_number(Bytes& bytes) {
  std::uint64_t number = 0;
  const std::size_t count = std::min<std::size_t>(8, bytes.size());
  std::memcpy(&number, bytes.data(), count);
  bytes = bytes.subspan(count);
  return number;
}

Digest take_digest(Bytes& bytes) {
  Digest digest{};
  const std::size_t count = std::min(digest.size(), bytes.size());
  std::memcpy(digest.data(), bytes.data(), count);
  bytes = bytes.subspan(count);
  return digest;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  const std::uint64_t first = take_number(bytes);
  const std::uint64_t second = take_number(bytes);
  const Digest one = take_digest(bytes);
  const Digest two = take_digest(bytes);
  std::vector<std::string> hashes;
  while (!bytes.empty()) {
    const std::size_t count = std::min<std::size_t>(32, bytes.size());
    hashes.emplace_back(reinterpret_cast<const char*>(bytes.data()), count);
    bytes = bytes.subspan(count);
  }
  const auto proof = proof_from(hashes);
  if (!proof) return 0;
  // Only the trivial proofs can be met without inverting SHA-256.
  if (verify_inclusion(first, second, one, *proof, two) &&
      !(proof->empty() && second == 1 && one == two))
    __builtin_trap();
  if (verify_consistency(first, second, one, two, *proof) &&
      !(proof->empty() && first == second && one == two))
    __builtin_trap();
  (void)Frontier::parse(Bytes(data, size));
  return 0;
}
