#include "tests/unit/fhir/conversion.h"

#include <algorithm>
#include <vector>

#include "gateway/base/bytes.h"
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

using tree::Kind;
using tree::Node;

/// A copy with the attachments as the texts that they were.
Node plain(tree::Document& into, const tree::Document& from, const Node& node) {
  if (node.is(Kind::attachment)) {
    const base::Payload& payload = from.attachments()[node.attachment_index()].bytes;
    const auto bytes = payload.bytes(payload.size());
    return into.text(bytes ? base::to_base64(base::as_bytes(*bytes)) : "unread");
  }
  if (node.is(Kind::array)) {
    std::vector<Node> items;
    for (const Node& item : node.items()) items.push_back(plain(into, from, item));
    return into.array(items);
  }
  if (!node.is(Kind::object)) return into.copy(node);
  std::vector<tree::Document::Member> members;
  for (std::size_t i = 0; i < node.items().size(); ++i)
    members.emplace_back(node.key(i), plain(into, from, node.items()[i]));
  return into.object(members);
}

std::string sentence(std::string_view when, const Fault& fault) {
  return std::string(when) + ": " + told(fault) + ' ' + base::describe(fault, base::Language::en);
}

}  // namespace

std::string difference(const tree::Document& document) {
  const auto xml = write_xml(document, document.root(), r4());
  if (!xml) return sentence("writing", xml.error());
  const auto again = read_xml(*xml, "r.xml", r4());
  if (!again) return sentence("reading", again.error());
  tree::Document plains;
  const Node first = plain(plains, document, document.root());
  const Node second = plain(plains, *again, again->root());
  if (tree::equal(first, second)) return {};  // lexemes too, which canonical JSON does not keep
  const std::string before = codec::write_canonical_json(first);
  const std::string after = codec::write_canonical_json(second);
  const auto at = static_cast<std::size_t>(
      std::mismatch(before.begin(), before.end(), after.begin(), after.end()).first -
      before.begin());
  const std::size_t from = at - std::min<std::size_t>(at, 40);
  return "differs: " + before.substr(from, 80) + " / " +
         after.substr(std::min(after.size(), from), 80);
}

}  // namespace charmille::fhir::testing
