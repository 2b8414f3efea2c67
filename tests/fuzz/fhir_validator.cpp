// Any JSON as a resource, judged by the base types of R4 and by a profile with slices: never a
// crash, never more work than its size allows.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gateway/codec/codec.h"
#include "gateway/fhir/validator.h"

using namespace charmille;

namespace {

constexpr std::string_view profile =
    R"({"resourceType":"StructureDefinition","url":"http://test/p","kind":"resource","type":"Bundle","derivation":"constraint","snapshot":{"element":[
{"id":"Bundle","path":"Bundle","min":0,"max":"*"},
{"id":"Bundle.type","path":"Bundle.type","min":0,"max":"1","base":{"max":"1"},"type":[{"code":"code"}]},
{"id":"Bundle.identifier","path":"Bundle.identifier","min":0,"max":"1","base":{"max":"1"},"type":[{"code":"Identifier"}],"patternIdentifier":{"system":"http://x"}},
{"id":"Bundle.entry","path":"Bundle.entry","min":0,"max":"*","base":{"max":"*"},"type":[{"code":"BackboneElement"}],"slicing":{"discriminator":[{"type":"type","path":"resource"},{"type":"profile","path":"resource"}],"rules":"closed"}},
{"id":"Bundle.entry:self","path":"Bundle.entry","sliceName":"self","min":0,"max":"1","base":{"max":"*"},"type":[{"code":"BackboneElement"}]},
{"id":"Bundle.entry:self.resource","path":"Bundle.entry.resource","min":1,"max":"1","base":{"max":"1"},"type":[{"code":"Bundle","profile":["http://test/p"]}]},
{"id":"Bundle.entry:other","path":"Bundle.entry","sliceName":"other","min":0,"max":"*","base":{"max":"*"},"type":[{"code":"BackboneElement"}]},
{"id":"Bundle.entry:other.resource","path":"Bundle.entry.resource","min":1,"max":"1","base":{"max":"1"},"type":[{"code":"Patient"}]}]}})";

std::shared_ptr<const fhir::Definitions> known() {
  auto definitions = std::make_shared<fhir::Definitions>();
  if (auto read = codec::read_json(profile, "p")) (void)definitions->add(std::move(*read));
  definitions->close();
  return definitions;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fhir::Validator validator(known());
  static const std::string profiles[] = {"http://test/p"};
  if (size > 32768) return 0;
  const auto document =
      codec::read_json({reinterpret_cast<const char*>(data), size}, "fuzz.json", 64);
  if (!document) return 0;
  (void)validator.validate(*document);
  (void)validator.validate(*document, profiles);
  return 0;
}
