#include "gateway/base/uuid.h"

#include <algorithm>
#include <cstdlib>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "gateway/base/bytes.h"

namespace charmille::base {
namespace {

void draw(std::span<std::uint8_t> bytes) {
  // A machine without randomness can keep no promise of ours.
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) std::abort();
}

/// Drawn ahead for one thread, since each call of the generator costs a microsecond whatever it
/// gives. What was given is wiped.
class Reserve {
 public:
  void fill(std::span<std::uint8_t> bytes) {
    if (left_ < bytes.size()) {
      draw(drawn_);
      left_ = drawn_.size();
    }
    const auto from = std::span(drawn_).subspan(drawn_.size() - left_, bytes.size());
    std::ranges::copy(from, bytes.begin());
    OPENSSL_cleanse(from.data(), from.size());
    left_ -= bytes.size();
  }
  ~Reserve() { OPENSSL_cleanse(drawn_.data(), drawn_.size()); }

 private:
  std::array<std::uint8_t, 1024> drawn_{};
  std::size_t left_ = 0;
};

class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override {
    constexpr std::size_t small = 64;
    if (bytes.size() > small) return draw(bytes);
    thread_local Reserve reserve;
    reserve.fill(bytes);
  }
};

Uuid stamp(Uuid id, std::uint8_t version) {
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | version << 4);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3F) | 0x80);
  return id;
}

}  // namespace

Random& system_random() {
  static SystemRandom random;
  return random;
}

std::string Uuid::text() const {
  const std::string hex = to_hex(bytes);
  return hex.substr(0, 8) + '-' + hex.substr(8, 4) + '-' + hex.substr(12, 4) + '-' +
         hex.substr(16, 4) + '-' + hex.substr(20);
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-')
    return {};
  std::string hex;
  for (const char c : text)
    if (c != '-') hex += c;
  const auto raw = from_hex(hex);
  if (!raw || raw->size() != 16) return {};
  Uuid id;
  for (std::size_t i = 0; i < 16; ++i) id.bytes[i] = static_cast<std::uint8_t>((*raw)[i]);
  return id;
}

Uuid uuid_v7(Time now, Random& random) {
  Uuid id;
  random.fill(id.bytes);
  const auto ms = static_cast<std::uint64_t>(to_micros(now) / 1000);
  for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  return stamp(id, 7);
}

Uuid uuid_v4(Random& random) {
  Uuid id;
  random.fill(id.bytes);
  return stamp(id, 4);
}

Uuid uuid_v5(const Uuid& space, std::string_view name) {
  std::string input(space.bytes.begin(), space.bytes.end());
  input += name;
  std::array<std::uint8_t, 20> digest{};
  unsigned size = 0;
  EVP_Digest(input.data(), input.size(), digest.data(), &size, EVP_sha1(), nullptr);
  Uuid id;
  std::copy_n(digest.begin(), 16, id.bytes.begin());
  return stamp(id, 5);
}

}  // namespace charmille::base
