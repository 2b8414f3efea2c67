// Any bytes, in any encoding, as CSV: no crash, bounded memory, and what is read does not depend on
// chunks or batches.
#include <cstdlib>

#include "gateway/codec/codec.h"

using namespace charmille;

namespace {

/// A digest of everything that is read; the code of the fault when the payload is refused.
std::string read(const codec::Options& options, const std::string& bytes, std::size_t limit) {
  auto stream = codec::open(options, base::Payload(bytes), "f");
  if (!stream) std::abort();
  std::string rows;
  std::string rejected;
  for (;;) {
    auto batch = (*stream)->next(limit);
    if (!batch) return std::string(batch.error().code);
    for (const tree::Node& row : batch->document.root().find("rows")->items()) {
      if (row.origin().line == 0) std::abort();
      const std::string json = codec::write_json(row);
      if (!codec::read_json(json, "row")) std::abort();  // what we wrote is sound
      rows += json;
    }
    for (const codec::Rejected& one : batch->rejected) rejected += one.fault.code;
    if (batch->last) return rows + rejected;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  codec::Options options;
  options.csv.encoding = static_cast<codec::Encoding>(data[0] % 7);
  options.csv.delimiter = ";,\t|"[data[0] / 7 % 4];
  if (data[1] % 8 == 0) options.csv.quote = {};
  options.csv.max_cell = 16 + data[1];
  options.csv.max_record = 64 + data[1];
  const std::string bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  if (read(options, bytes, 1) != read(options, bytes, 1000)) std::abort();
  return 0;
}
