// Any bytes as FHIR in XML: no crash; what is read can be written, and is read again the same.
#include <cstdlib>

#include "gateway/codec/codec.h"
#include "gateway/fhir/xml_reader.h"
#include "gateway/fhir/xml_writer.h"

using namespace charmille;

namespace {

const fhir::Definitions& definitions() {
  static const fhir::Definitions r4 = [] {
    fhir::Definitions made;
    made.close();
    return made;
  }();
  return r4;
}

void through_xml(const tree::Document& document, bool pretty) {
  const auto xml = fhir::write_xml(document, document.root(), definitions(), pretty);
  if (!xml) std::abort();
  const auto again = fhir::read_xml(*xml, "f", definitions());
  if (!again || !equal(document.root(), again->root())) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  if (const auto document = fhir::read_xml(bytes, "f", definitions())) {
    through_xml(*document, false);
    through_xml(*document, true);
  }
  // What JSON says and XML can say comes back from it.
  const auto json = codec::read_json(bytes, "f");
  if (!json) return 0;
  if (const auto xml = fhir::write_xml(*json, json->root(), definitions()))
    if (!fhir::read_xml(*xml, "f", definitions())) std::abort();
  return 0;
}
