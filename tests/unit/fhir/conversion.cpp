#include "tests/unit/fhir/conversion.h"

#include <algorithm>

#include "gateway/base/catalogue.h"
#include "gateway/codec/codec.h"
#include "gateway/fhir/xml_reader.h"
#include "gateway/fhir/xml_writer.h"

namespace charmille::fhir::testing {

const Definitions& r4() {
  static const Definitions definitions = [] {
    Definitions made;
    made.close();
    return made;
  }();
  return definitions;
}

std::string told(const Fault& fault) {
  return std::string(fault.code) + ' ' + std::to_string(fault.place.line) + ':' +
         std::to_string(fault.place.column) + ' ' + fault.place.path;
}

std::string to_xml(std::string_view json, bool pretty) {
  const auto document = codec::read_json(json, "r.json", 500);
  if (!document) return told(document.error());
  const auto xml = write_xml(*document, document->root(), r4(), pretty);
  return xml ? *xml : told(xml.error());
}

std::string to_json(std::string_view xml) {
  const auto document = read_xml(xml, "r.xml", r4());
  if (!document) return told(document.error());
  const auto json = codec::write_json(*document, document->root());
  return json ? *json : told(json.error());
}

namespace {

/// With the attachments as the texts that they were.
std::string canonical(const tree::Document& document) {
  const auto json = codec::write_json(document, document.root());
  if (!json) return told(json.error());
  tree::Document plain;
  const auto root = codec::read_own_json(plain, *json);
  return root ? codec::write_canonical_json(*root) : *json;
}

}  // namespace

std::string difference(const tree::Document& document) {
  const auto xml = write_xml(document, document.root(), r4());
  if (!xml) return "writing: " + told(xml.error()) + " " + base::describe(xml.error(), base::Language::en);
  const auto again = read_xml(*xml, "r.xml", r4());
  if (!again) return "reading: " + told(again.error())+ " " + base::describe(again.error(), base::Language::en);
  const std::string before = canonical(document);
  const std::string after = canonical(*again);
  if (before == after) return {};
  const auto at = static_cast<std::size_t>(
      std::mismatch(before.begin(), before.end(), after.begin(), after.end()).first -
      before.begin());
  return "differs: " + before.substr(at - std::min<std::size_t>(at, 40), 80) + " / " +
         after.substr(std::min(after.size(), at - std::min<std::size_t>(at, 40)), 80);
}

}  // namespace charmille::fhir::testing
