// Any bytes, in any encoding, as typed lines, parted or of fixed columns: no crash, and what is
// read does not depend on batches.
#include <cstdlib>

#include "gateway/codec/codec.h"

using namespace charmille;

namespace {

// Codes and fields of one letter or two, so that the fuzzer finds lines that hang together.
constexpr std::string_view records = R"({"format": "records", "line-end-mark": "|",
  "null-values": ["0"], "version": {"field": "v", "accept": ["1"]}, "envelope": {"lot": "l"},
  "types": {
    "H": {"name": "h", "role": "header", "fields": ["v", "l"]},
    "A": {"name": "a", "key": ["k"], "doubled-keys": "reject", "fields": ["k", "x"]},
    "B": {"name": "b", "parent": "a", "key": ["k", "m"], "fields": ["k", "m", "r"]},
    "C": {"name": "c", "parent": "b", "fields": ["k", "m", "x"]},
    "R": {"name": "r_of", "parent": "b", "reference": true, "on": ["r"], "fields": ["r", "x"]},
    "T": {"name": "t", "role": "trailer", "fields": ["n", "s"],
          "checks": {"n": {"count": "all"}, "s": {"sum": "c.x", "modulo": 7}}}}})";
constexpr std::string_view loose = R"({"format": "records", "unknown-types": "remark",
  "types": {"A": {"name": "a", "key": ["k", "x"], "group-by": "k",
                  "fields": ["k", "x"]},
            "B": {"name": "b", "parent": "a", "on": ["k", "x"], "fields": ["k", "x"]}}})";
constexpr std::string_view columns = R"({"format": "fixed", "length": 8, "ctrl-z": true,
  "null-values": ["0"],
  "types": {
    "H": {"name": "h", "role": "header", "fields": [{"name": "x", "columns": "2-4"}]},
    "D": {"name": "d", "group-by": "k", "fields": [
      {"name": "k", "columns": "2-3"}, {"name": "n", "columns": "4-6", "type": "digits"},
      {"name": "w", "columns": "7-8", "type": "alpha", "trim": false}]},
    "T": {"name": "t", "role": "trailer", "fields": [{"name": "s", "columns": "2-6"}],
          "checks": {"s": {"sum": "d.n"}}}}})";

codec::Options options_of(std::string_view json) {
  const auto document = codec::read_json(json, "options");
  if (!document) std::abort();
  auto options = codec::read_options(*document, document->root());
  if (!options) std::abort();
  return std::move(*options);
}

/// Everything that is read; the code of the fault when the payload is refused.
std::string read(const codec::Options& options, const std::string& bytes, std::size_t limit) {
  auto stream = codec::open(options, base::Payload(bytes), "f");
  if (!stream) std::abort();
  std::string rows;
  std::string held;
  for (;;) {
    auto batch = (*stream)->next(limit);
    if (!batch) return std::string(batch.error().code);
    for (const tree::Node& row : batch->document.root().find("rows")->items()) {
      if (row.origin().line == 0) std::abort();
      const std::string json = codec::write_json(row);
      if (!codec::read_json(json, "row")) std::abort();  // what we wrote is sound
      rows += json;
    }
    for (const codec::Rejected& one : batch->rejected)
      held += std::string(one.fault.code) + std::to_string(one.line) + one.raw + one.owner;
    if (batch->last) return rows + held;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const codec::Options layouts[] = {options_of(records), options_of(loose),
                                           options_of(columns)};
  if (size < 1) return 0;
  codec::Options options = layouts[data[0] % 3];
  options.lines.encoding = static_cast<codec::Encoding>(data[0] / 3 % 7);
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (read(options, bytes, 1) != read(options, bytes, 1000)) std::abort();
  return 0;
}
