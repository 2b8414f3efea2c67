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

void require(bool holds) {
  if (!holds) __builtin_trap();
}

Digest flipped(Digest digest) {
  digest[7] ^= 1;
  return digest;
}

/// The proof with one bit changed, in each of its hashes in turn; longer; shorter.
std::vector<std::vector<Digest>> bent(const std::vector<Digest>& proof) {
  std::vector<std::vector<Digest>> all;
  for (std::size_t i = 0; i < proof.size(); ++i) {
    all.push_back(proof);
    all.back()[i] = flipped(proof[i]);
  }
  all.push_back(proof);
  all.back().emplace_back();
  if (!proof.empty()) all.emplace_back(proof.begin(), proof.end() - 1);
  return all;
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
  // The fuzzer learns roots from what they are compared with: what it then makes is a true proof,
  // and one bit of it less is none.
  if (verify_inclusion(first, second, one, *proof, two)) {
    require(first < second);
    require(!verify_inclusion(first, second, flipped(one), *proof, two));
    require(!verify_inclusion(first, second, one, *proof, flipped(two)));
    for (const auto& other : bent(*proof))
      require(!verify_inclusion(first, second, one, other, two));
  }
  if (verify_consistency(first, second, one, two, *proof)) {
    require(first > 0 && first <= second);
    require(!verify_consistency(first, second, flipped(one), two, *proof));
    require(!verify_consistency(first, second, one, flipped(two), *proof));
    for (const auto& other : bent(*proof))
      require(!verify_consistency(first, second, one, two, other));
  }
  (void)Frontier::parse(Bytes(data, size));
  return 0;
}
