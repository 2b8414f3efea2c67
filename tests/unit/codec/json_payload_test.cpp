// A JSON document read as a stream gives what the same document gives when it is read whole.
#include "gateway/codec/json_payload.h"

#include <doctest/doctest.h>

#include "gateway/base/bytes.h"
#include "gateway/codec/codec.h"

namespace {

using namespace charmille;

constexpr std::size_t depth = 64;
constexpr std::uint64_t room = 1U << 20;

std::string base64_of(std::size_t bytes) {
  std::string content;
  for (std::size_t i = 0; i < bytes; ++i) content += static_cast<char>(i * 7 + i / 251);
  return base::to_base64(
      std::span(reinterpret_cast<const std::uint8_t*>(content.data()), content.size()));
}

std::string shown(const Result<tree::Document>& document) {
  if (!document) {
    const base::Place& place = document.error().place;
    return std::string(document.error().code) + ' ' + std::to_string(place.line) + ':' +
           std::to_string(place.column);
  }
  const auto text = codec::write_json(*document, document->root());
  REQUIRE(text);
  return *text;
}

/// Where the last member of the root stands.
tree::Origin last_of(const tree::Document& document) {
  return document.root().items().back().origin();
}

void check_same(const std::string& text) {
  const auto whole = codec::read_json(text, "a.json", depth);
  const auto streamed = codec::read_json(base::Payload(text), "a.json", depth, room);
  CHECK(shown(streamed) == shown(whole));
  if (!whole || !streamed || !whole->root().is(tree::Kind::object) || whole->root().items().empty())
    return;
  CHECK(streamed->attachments().size() == whole->attachments().size());
  CHECK(last_of(*streamed) == last_of(*whole));
}

}  // namespace

TEST_CASE("a document is the same, whole or streamed") {
  const std::string large = base64_of(200'000);
  const std::string unpadded = base64_of(99'999);
  for (const std::string& text : {
           std::string("{}"),
           std::string("[1, \"\", \"a\\\"b\", {\"x\": null}]"),
           "{\"data\": \"" + large + "\", \"after\": 1}",
           "{\"a\": \"\", \"data\": \"" + unpadded + "\", \"b\": \"\", \"more\": [\"" + large +
               "\"],\n \"after\": \"\"}",
           "\xEF\xBB\xBF{\"data\": \"" + large + "\", \"after\": 1}",
           "{\"" + large + "\": 1}",                      // the name of a member
           "{\"data\": \"" + large + "\\n\"}",            // an escape in it
           "{\"data\": \"" + large + "A\"}",              // no whole group
           "{\"data\": \"=" + large + "\"}",              // padding before the end
           "{\"data\": \"" + large,                       // cut
           "{\"data\": \"" + large + "\", \"x\": }",      // wrong after it
           "{\"data\": \"" + large + "\", \"data\": 1}",  // twice the same member
           std::string("{\"a\": \"\\"),
           std::string(),
       })
    check_same(text);
}

TEST_CASE("what is left out is decoded as it is read, any number of times") {
  const std::string encoded = base64_of(300'001);
  const std::string text = "{\"x\": \"" + encoded + "\"}";
  const auto condensed = codec::condense(base::Payload(text), room);
  REQUIRE(condensed);
  REQUIRE(*condensed);
  CHECK((*condensed)->text == "{\"x\": \"\"}");
  REQUIRE((*condensed)->left_out.size() == 1);
  const base::Payload content = codec::decoded(base::Payload(text), (*condensed)->left_out[0]);
  CHECK(content.size() == 300'001);
  for (int times = 0; times < 2; ++times)
    CHECK(*content.bytes(room) == *base::from_base64(encoded));
}

TEST_CASE("what is not left out has a limit, and what is left out has none") {
  const std::string large = base64_of(2 * room);
  CHECK(codec::read_json(base::Payload("{\"x\": \"" + large + "\"}"), "a", depth, 100));
  const std::string many(200, ' ');
  const auto refused = codec::read_json(base::Payload(many + "{}"), "a", depth, 100);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "CH-JSON-004");
}
