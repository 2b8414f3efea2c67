#include "gateway/crypto/digest.h"

#include <doctest/doctest.h>

#include "gateway/crypto/signature.h"
#include "tests/unit/crypto/scripted.h"

using namespace charmille;
using namespace charmille::crypto;
using base::to_hex;

TEST_CASE("SHA-256 gives the digests of FIPS 180-4") {
  CHECK(to_hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(sha256("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST_CASE("a digest piece by piece equals the digest at once, also with others begun in between") {
  const std::string data = some_bytes(1000);
  Sha256 first;
  Sha256 second;
  for (std::size_t i = 0; i < data.size(); i += 7) {
    first.update(std::string_view(data).substr(i, 7));
    second.update(std::string_view(data).substr(i, 7));
    CHECK(sha256("x") != sha256(""));
  }
  Sha256 moved = std::move(first);
  CHECK(moved.finish() == sha256(data));
  CHECK(second.finish() == sha256(data));
  CHECK(second.finish() == sha256(""));
}

TEST_CASE("HMAC-SHA-256 gives the vectors of RFC 4231") {
  const auto mac = [](std::string_view key, std::string_view text) {
    return to_hex(Hmac(base::as_bytes(key)).update(text).finish());
  };
  CHECK(mac(std::string(20, '\x0b'), "Hi There") ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(mac("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(mac(std::string(20, '\xaa'), std::string(50, '\xdd')) ==
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  CHECK(mac(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First") ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("a keyed digest depends on key, domain and the cut between its parts") {
  ScriptedRandom random;
  const Key key = Key::generate(random);
  const Key other = Key::generate(random);
  CHECK(hmac(key, "a", "text") == hmac(key, "a", "text"));
  CHECK(hmac(key, "a", "text") != hmac(other, "a", "text"));
  CHECK(hmac(key, "a", "text") != hmac(key, "b", "text"));
  CHECK(hmac(key, "a", "btext") != hmac(key, "ab", "text"));
  CHECK(hmac_parts(key, "a", {"ab", "c"}) != hmac_parts(key, "a", {"a", "bc"}));
  CHECK(hmac_parts(key, "a", {"ab", ""}) != hmac_parts(key, "a", {"ab"}));
}

TEST_CASE("secrets are the same only when every byte is") {
  const std::string text = some_bytes(32);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string other = text;
    other[i] = static_cast<char>(other[i] ^ 1);
    CHECK_FALSE(same_secret(base::as_bytes(text), base::as_bytes(other)));
  }
  CHECK(same_secret(base::as_bytes(text), base::as_bytes(std::string(text))));
  CHECK_FALSE(same_secret(base::as_bytes(text), base::as_bytes(text).first(31)));
}

TEST_CASE("Ed25519 gives vector 2 of RFC 8032 §7.1 and refuses any changed bit") {
  const auto seed =
      *base::from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  const SigningKey key(Key::from_bytes(base::as_bytes(seed).first<32>()));
  CHECK(to_hex(key.public_key()) ==
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const std::string message = "\x72";
  const Signature signature = key.sign(base::as_bytes(message));
  CHECK(to_hex(signature) ==
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  CHECK(verify_signature(key.public_key(), base::as_bytes(message), signature));
  CHECK_FALSE(verify_signature(key.public_key(), base::as_bytes("\x73"), signature));
  for (std::size_t i = 0; i < signature.size(); ++i) {
    Signature changed = signature;
    changed[i] ^= 1;
    CHECK_FALSE(verify_signature(key.public_key(), base::as_bytes(message), changed));
  }
}
