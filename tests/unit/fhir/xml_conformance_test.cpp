// Every resource of the data goes to XML and back without a change; the official examples in XML
// are what they are in JSON.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <vector>

#include <doctest/doctest.h>

#include "gateway/codec/codec.h"
#include "gateway/fhir/xml_reader.h"
#include "tests/conformance_data.h"
#include "tests/unit/fhir/conversion.h"

using namespace charmille;
using namespace charmille::fhir::testing;
namespace fs = std::filesystem;

namespace {

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// What both forms of the suite's resources have: blanks and narratives differ between them.
std::string compared(const tree::Node& root) {
  std::vector<tree::Document::Member> members;
  for (std::size_t i = 0; i < root.items().size(); ++i)
    if (root.key(i) != "text") members.emplace_back(root.key(i), root.items()[i]);
  tree::Document document;
  std::string json = codec::write_canonical_json(document.object(members));
  for (std::size_t at = 0; (at = json.find("\\n", at)) != json.npos;) json.erase(at, 2);
  std::erase(json, ' ');
  return json;
}

}  // namespace

TEST_CASE("every resource of the data comes back from XML as it was") {
  const auto folder = conformance_data("fhir");
  if (!folder) return void(std::puts("skipped: no data"));
  std::size_t same = 0;
  std::size_t others = 0;
  for (const auto& entry : fs::recursive_directory_iterator(*folder)) {
    if (entry.path().extension() != ".json") continue;
    const auto document = codec::read_json(read_file(entry.path()), "r.json", 200);
    const tree::Node* type = document ? document->root().find("resourceType") : nullptr;
    if (type == nullptr) {
      ++others;
      continue;
    }
    const std::string differs = difference(*document);
    CHECK_MESSAGE(differs.empty(), entry.path().filename().string(), ": ", differs);
    if (differs.empty()) ++same;
  }
  std::printf("%zu resources are the same after XML; %zu files are no resources\n", same, others);
}

TEST_CASE("the examples of the FHIRPath suite in XML are what they are in JSON") {
  const auto folder = conformance_data("fhirpath/input");
  if (!folder) return void(std::puts("skipped: no data"));
  std::size_t same = 0;
  for (const auto& entry : fs::directory_iterator(*folder)) {
    const std::string name = entry.path().filename().string();
    fs::path json = entry.path();
    json.replace_extension(".json");
    // Its JSON gives a primitive as an object, by mistake.
    if (entry.path().extension() != ".xml" || !fs::exists(json) ||
        name == "parameters-example-types.xml")
      continue;
    const auto read = fhir::read_xml(read_file(entry.path()), "r.xml", r4());
    const auto wanted = codec::read_json(read_file(json), "r.json", 200);
    REQUIRE(wanted);
    if (name == "observation-example.xml") {  // its extension follows its status
      CHECK(told(read.error()) == "CH-FHIR-056 5:2 Observation.extension");
      continue;
    }
    REQUIRE_MESSAGE(read, name);
    CHECK_MESSAGE(compared(read->root()) == compared(wanted->root()), name);
    ++same;
  }
  std::printf("%zu examples in XML are what they are in JSON\n", same);
}
