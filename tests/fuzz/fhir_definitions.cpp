// Any JSON as a part of a package, then a resource judged by it: never a crash.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gateway/codec/codec.h"
#include "gateway/fhir/validator.h"

using namespace charmille;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fhir::Definitions base;
  static const auto patient = codec::read_json(
      R"({"resourceType":"Patient","identifier":[{"system":"http://x","value":"1"}],"name":[{"family":"A","given":["B"]}],"birthDate":"2014-05-06","extension":[{"url":"http://x","valueString":"y"}],"contact":[{"name":{"family":"C"}}]})",
      "p");
  if (size > 16384) return 0;
  auto read = codec::read_json({reinterpret_cast<const char*>(data), size}, "fuzz.json", 64);
  if (!read) return 0;
  const tree::Node* url = read->root().find("url");
  const std::string profiles[] = {url == nullptr ? std::string() : std::string(url->chars())};
  auto definitions = std::make_shared<fhir::Definitions>(base);
  if (!definitions->add(std::move(*read))) return 0;
  definitions->close();
  (void)fhir::Validator(definitions).validate(*patient, profiles);
  return 0;
}
