// Any bytes as a JSON payload: what is left out of it is what stood there, and nothing else is.
#include "gateway/codec/json_payload.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "gateway/base/bytes.h"
#include "gateway/codec/json_reader.h"

using namespace charmille;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const base::Payload payload(text);
  const auto condensed = codec::condense(payload, 1U << 20, 8);
  require(condensed.has_value());
  if (!*condensed) return 0;
  std::string rebuilt;
  std::size_t at = 0;
  for (const codec::LongText& one : (*condensed)->left_out) {
    const std::string encoded = text.substr(one.begin, one.length);
    rebuilt += (*condensed)->text.substr(at, one.at + 1 - at) + encoded;
    at = one.at + 1;
    const auto content = codec::decoded(payload, one).bytes(1U << 20);
    const auto whole = base::from_base64(encoded);
    require(content && whole && *content == *whole && one.decoded == whole->size());
  }
  rebuilt += (*condensed)->text.substr(at);
  require(rebuilt == text);
  (void)codec::read_condensed(payload, **condensed, "fuzz.json", 64);
  return 0;
}
