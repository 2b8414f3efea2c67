#include "gateway/crypto/seal.h"

#include <algorithm>
#include <set>
#include <vector>

#include <doctest/doctest.h>

#include "gateway/crypto/gcm.h"
#include "gateway/crypto/stream.h"
#include "tests/unit/crypto/scripted.h"

using namespace charmille;
using namespace charmille::crypto;

namespace {

Key test_key(std::uint64_t seed = 3) {
  ScriptedRandom random(seed);
  return Key::generate(random);
}

std::string seal_stream(std::string_view plain, const Key& key, std::string_view context,
                        std::size_t step) {
  ScriptedRandom random;
  std::string out;
  SealingWriter writer(
      key, context,
      [&](Bytes bytes) -> Result<void> {
        out += base::as_text(bytes);
        return {};
      },
      random);
  for (std::size_t at = 0; at < plain.size(); at += step)
    REQUIRE(writer.write(plain.substr(at, step)));
  REQUIRE(writer.finish());
  return out;
}

Result<std::string> open_stream(const std::string& sealed, const Key& key, std::string_view context,
                                std::size_t step) {
  auto below = base::Payload(sealed).open();
  OpeningReader reader(std::move(*below), key, context);
  std::string out;
  std::vector<char> buffer(step);
  for (;;) {
    const auto count = reader.read(buffer);
    if (!count) {
      CHECK_MESSAGE(!reader.read(buffer), "a fault stays");
      return fail(count.error());
    }
    if (*count == 0) return out;
    out.append(buffer.data(), *count);
  }
}

std::string_view code_of(const Result<std::string>& result) {
  return result ? "opened" : result.error().code;
}

}  // namespace

TEST_CASE("AES-256-GCM gives case 16 of McGrew and Viega's vectors") {
  const auto key =
      *base::from_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const auto nonce = *base::from_hex("cafebabefacedbaddecaf888");
  const auto aad = *base::from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const auto plain = *base::from_hex(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
      "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
  std::vector<std::uint8_t> out(plain.size() + 16);
  gcm_seal(Key::from_bytes(base::as_bytes(key).first<32>()), base::as_bytes(nonce).first<12>(),
           base::as_bytes(aad), base::as_bytes(plain), out);
  CHECK(base::to_hex(out) ==
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b");
}

TEST_CASE("sealed data open only unchanged, with their key and their context") {
  ScriptedRandom random;
  const Key key = test_key();
  for (const std::size_t size : {0U, 1U, 15U, 16U, 1024U}) {
    const std::string plain = some_bytes(size);
    const std::string sealed = seal(plain, key, "payload|1", random);
    CHECK(sealed.size() == size + seal_overhead);
    CHECK(open_sealed(sealed, key, "payload|1").value() == plain);
    CHECK(code_of(open_sealed(sealed, key, "payload|2")) == "CH-SEAL-001");
    CHECK(code_of(open_sealed(sealed, test_key(4), "payload|1")) == "CH-SEAL-001");
    for (std::size_t i = 0; i < std::min<std::size_t>(sealed.size(), 100); ++i) {
      std::string changed = sealed;
      changed[i] = static_cast<char>(changed[i] ^ 0x40);
      CHECK(code_of(open_sealed(changed, key, "payload|1")) ==
            (i == 0 ? "CH-SEAL-003" : "CH-SEAL-001"));
    }
    for (std::size_t cut = 0; cut < std::min<std::size_t>(sealed.size(), 100); ++cut)
      CHECK_FALSE(open_sealed(std::string_view(sealed).substr(0, cut), key, "payload|1"));
    CHECK_FALSE(open_sealed(sealed + '\0', key, "payload|1"));
  }
}

TEST_CASE("the same data sealed twice have nothing in common") {
  ScriptedRandom random;
  const Key key = test_key();
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) CHECK(seen.insert(seal("text", key, "c", random)).second);
}

TEST_CASE(
    "a stream of any size around the chunk's comes back, whatever the steps of writing and "
    "reading") {
  const Key key = test_key();
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, stream_chunk - 1, stream_chunk,
                                 stream_chunk + 1, 2 * stream_chunk, 3 * stream_chunk + 5}) {
    const std::string plain = some_bytes(size);
    for (const std::size_t step : {std::size_t{1000}, stream_chunk, 5 * stream_chunk}) {
      const std::string sealed = seal_stream(plain, key, "payload|1", step);
      CHECK(sealed.size() == sealed_stream_size(size));
      CHECK(open_stream(sealed, key, "payload|1", step).value() == plain);
    }
  }
}

TEST_CASE("a stream cut at any place is refused") {
  const Key key = test_key();
  const std::size_t header = 17;
  const std::size_t chunk = stream_chunk + 16;
  const std::string sealed = seal_stream(some_bytes(2 * stream_chunk + 100), key, "c", 4096);
  for (const std::size_t cut :
       {std::size_t{0}, std::size_t{1}, header, header + chunk, header + 2 * chunk})
    CHECK(code_of(open_stream(sealed.substr(0, cut), key, "c", 4096)) == "CH-SEAL-002");
  for (const std::size_t cut :
       {header + 20, header + chunk - 1, header + chunk + 1, sealed.size() - 1})
    CHECK_FALSE(open_stream(sealed.substr(0, cut), key, "c", 4096));
}

TEST_CASE("a stream whose chunks are swapped, repeated, dropped, extended or joined is refused") {
  const Key key = test_key();
  const std::size_t header = 17;
  const std::size_t chunk = stream_chunk + 16;
  const std::string sealed = seal_stream(some_bytes(3 * stream_chunk), key, "c", 4096);
  const std::string head = sealed.substr(0, header);
  const auto part = [&](std::size_t i) { return sealed.substr(header + i * chunk, chunk); };
  CHECK(open_stream(head + part(0) + part(1) + part(2), key, "c", 4096));
  CHECK(code_of(open_stream(head + part(1) + part(0) + part(2), key, "c", 4096)) == "CH-SEAL-001");
  CHECK(code_of(open_stream(head + part(0) + part(0) + part(1) + part(2), key, "c", 4096)) ==
        "CH-SEAL-001");
  CHECK(code_of(open_stream(head + part(0) + part(2), key, "c", 4096)) == "CH-SEAL-001");
  CHECK_FALSE(open_stream(sealed + 'x', key, "c", 4096));
  CHECK_FALSE(open_stream(sealed + part(2), key, "c", 4096));
  CHECK_FALSE(open_stream(sealed + sealed, key, "c", 4096));
}

TEST_CASE("a stream opens only with its key, its context and its version") {
  const Key key = test_key();
  const std::string sealed = seal_stream("text", key, "payload|1", 10);
  CHECK(code_of(open_stream(sealed, test_key(9), "payload|1", 10)) == "CH-SEAL-001");
  CHECK(code_of(open_stream(sealed, key, "payload|2", 10)) == "CH-SEAL-001");
  std::string other = sealed;
  other[0] = 9;
  CHECK(code_of(open_stream(other, key, "payload|1", 10)) == "CH-SEAL-003");
}

TEST_CASE("a reader gives no byte of a chunk that is altered, and those before it") {
  const Key key = test_key();
  const std::string plain = some_bytes(2 * stream_chunk);
  std::string sealed = seal_stream(plain, key, "c", 4096);
  sealed.back() = static_cast<char>(sealed.back() ^ 1);
  auto below = base::Payload(sealed).open();
  OpeningReader reader(std::move(*below), key, "c");
  std::vector<char> buffer(plain.size());
  CHECK(reader.read(buffer).value() == stream_chunk);
  CHECK(std::equal(buffer.begin(), buffer.begin() + stream_chunk, plain.begin()));
  CHECK(reader.read(buffer).error().code == "CH-SEAL-001");
}

TEST_CASE("a stream whose sink failed cannot be finished") {
  ScriptedRandom random;
  SealingWriter writer(
      test_key(), "c", [](Bytes) -> Result<void> { return fail("CH-SYS-007"); }, random);
  CHECK(writer.write(some_bytes(stream_chunk)));
  CHECK(writer.write(std::string_view("x")).error().code == "CH-SYS-007");
  CHECK(writer.finish().error().code == "CH-SEAL-004");
}

TEST_CASE("a sealed payload is read through a handle as often as wanted") {
  const std::string plain = some_bytes(100'000);
  const auto key = std::make_shared<const Key>(test_key());
  const base::Payload sealed(seal_stream(plain, *key, "payload|1", 4096));
  const base::Payload opened = open_payload(sealed, plain.size(), key, "payload|1");
  CHECK(opened.bytes(plain.size()).value() == plain);
  CHECK(opened.bytes(plain.size()).value() == plain);
}
