// Every resource of the data goes to XML and back without a change; the official examples in XML
// are what they are in JSON.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>

#include <doctest/doctest.h>

#include "gateway/codec/codec.h"
#include "gateway/fhir/xml_reader.h"
#include "tests/unit/fhir/conversion.h"

using namespace charmille;
using namespace charmille::fhir::testing;
namespace fs = std::filesystem;

namespace {

std::optional<fs::path> data_folder(std::string_view name) {
  const char* given = std::getenv("CHARMILLE_CONFORMANCE_DATA");
  const char* source = std::getenv("CHARMILLE_SOURCE");
  const fs::path data = given != nullptr
                            ? fs::path(given)
                            : fs::path(source != nullptr ? source : ".") / "../shared/data";
  return fs::exists(data / name) ? std::optional(data / name) : std::nullopt;
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("every resource of the data comes back from XML as it was") {
  const auto folder = data_folder("fhir");
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
  const auto folder = data_folder("fhirpath/input");
  if (!folder) return void(std::puts("skipped: no data"));
  std::size_t same = 0;
  for (const auto& entry : fs::directory_iterator(*folder)) {
    fs::path json = entry.path();
    json.replace_extension(".json");
    if (entry.path().extension() != ".xml" || !fs::exists(json)) continue;
    const auto read = fhir::read_xml(read_file(entry.path()), "r.xml", r4());
    const auto wanted = codec::read_json(read_file(json), "r.json", 200);
    REQUIRE(wanted);
    const std::string name = entry.path().filename().string();
    if (!read) {
      CHECK_MESSAGE(read, name, ": ", told(read.error()));
      continue;
    }
    CHECK_MESSAGE(codec::write_canonical_json(read->root()) ==
                      codec::write_canonical_json(wanted->root()),
                  name);
    ++same;
  }
  std::printf("%zu examples in XML read\n", same);
}
