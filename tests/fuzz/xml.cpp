// Any bytes as XML: no crash, bounded memory, and what is read does not depend on pieces or
// batches.
#include <cstdlib>

#include "gateway/codec/codec.h"
#include "gateway/codec/xml_reader.h"

using namespace charmille;

namespace {

/// The events, or that there is a fault: of two, the one that a piece shows first wins. Empty for a
/// construct that is too large, which is noticed a piece earlier or later.
std::string events(const std::string& bytes, std::size_t piece) {
  codec::XmlReader reader(base::Payload(bytes), "f", {16, 4096, piece});
  std::string all;
  for (;;) {
    const auto event = reader.next();
    if (!event) return event.error().code == "CH-XML-006" ? "" : "refused";
    if (*event == nullptr) return all;
    const codec::XmlEvent& e = **event;
    if (e.kind == codec::XmlEvent::Kind::start) {
      if (e.line == 0) std::abort();
      all += '<' + std::string(e.name.uri) + '|' + std::string(e.name.local);
      for (const codec::XmlAttribute& a : e.attributes)
        all += ' ' + std::string(a.name.local) + '=' + std::string(a.value);
    }
    all += e.kind == codec::XmlEvent::Kind::end ? ">" : e.text;
  }
}

/// A digest of everything that is read; the code of the fault when the payload is refused.
std::string read(const codec::Options& options, const std::string& bytes, std::size_t limit) {
  auto stream = codec::open(options, base::Payload(bytes), "f");
  if (!stream) std::abort();
  std::string rows;
  for (;;) {
    auto batch = (*stream)->next(limit);
    if (!batch) return std::string(batch.error().code);
    const tree::Node& list = *batch->document.root().find("rows");
    if (list.items().size() + batch->rejected.size() > limit) std::abort();
    for (const tree::Node& row : list.items()) {
      const std::string json = codec::write_json(row);
      if (!codec::read_json(json, "row", 100)) std::abort();  // what we wrote is sound
      rows += json;
    }
    for (const codec::Rejected& one : batch->rejected) rows += one.raw;
    if (batch->last) return rows;
  }
}

codec::Options options_of(std::uint8_t choice) {
  codec::Options options;
  options.format = codec::Format::xml;
  codec::XmlInput& xml = options.xml;
  xml.prefixes = {{"p", "u"}, {"q", "v"}};
  xml.unqualified = true;
  xml.root = {choice % 2 == 0 ? "" : "u", "a"};
  xml.each = {{xml.root.uri, "b"}};
  if (choice & 2) xml.header = {"", "h"};
  if (choice & 4) xml.footer = {"", "f"};
  if (choice & 4)
    xml.checks = {{"n", codec::XmlCheck::Kind::count, {"", "c"}},
                  {"s", codec::XmlCheck::Kind::sum, {"", "d"}}};
  if (choice & 8) xml.key = "k";
  xml.max_depth = 12;
  xml.max_record = 4096;
  xml.max_text = 256;
  return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string whole = events(bytes, 64 * 1024);
  const std::string pieces = events(bytes, 1 + data[0] % 13);
  if (!whole.empty() && !pieces.empty() && whole != pieces) std::abort();
  const codec::Options options = options_of(data[0]);
  if (read(options, bytes, 1) != read(options, bytes, 1000)) std::abort();
  return 0;
}
