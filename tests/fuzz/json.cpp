// Any bytes as JSON, NDJSON and an array of records: no crash; what is read and written again is
// equal.
#include <cstdlib>

#include "gateway/codec/codec.h"

using namespace charmille;

namespace {

void drain(codec::Format format, const std::string& bytes) {
  codec::Options options;
  options.format = format;
  options.json.each = true;
  options.json.max_record = 4096;
  auto stream = codec::open(options, base::Payload(bytes), "f");
  if (!stream) std::abort();
  for (;;) {
    const auto batch = (*stream)->next(10);
    if (!batch || batch->last) return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  drain(codec::Format::ndjson, bytes);
  drain(codec::Format::json, bytes);
  const auto document = codec::read_json(bytes, "f");
  if (!document) return 0;
  const std::string written = codec::write_json(document->root());
  const auto again = codec::read_json(written, "f");
  if (!again || !equal(document->root(), again->root())) std::abort();
  const std::string canonical = codec::write_canonical_json(document->root());
  const auto third = codec::read_json(canonical, "f");
  if (!third || codec::write_canonical_json(third->root()) != canonical) std::abort();
  return 0;
}
