// What is generated from the specifications is committed as it is generated, and what is committed
// as an example is a configuration. To write the generated files anew: CHARMILLE_WRITE_REFERENCE=1,
// then run this program.
#include "gateway/config/reference.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <doctest/doctest.h>

#include "gateway/base/catalogue.h"
#include "gateway/codec/codec.h"
#include "gateway/config/specification.h"
#include "gateway/config/validate.h"
#include "gateway/mapping/record_reference.h"
#include "gateway/mapping/reference.h"

using namespace charmille;

namespace {

std::filesystem::path source() {
  const char* folder = std::getenv("CHARMILLE_SOURCE");
  REQUIRE(folder != nullptr);
  return folder;
}

std::vector<config::KnownCodec> codecs() {
  std::vector<config::KnownCodec> all;
  for (const codec::Format format : codec::all_formats()) {
    const tree::Spec& decode = codec::spec(format, codec::Direction::decode);
    const tree::Spec* const encode =
        codec::can_encode(format) ? &codec::spec(format, codec::Direction::encode) : nullptr;
    all.push_back({decode.name, &decode, encode});
  }
  return all;
}

config::Surroundings surroundings() {
  config::Surroundings s;
  s.adapters = adapters::registry();
  s.codecs = codecs();
  s.check_format = [](const tree::Document& document, const tree::Node& options,
                      config::Direction direction, const std::string& path) {
    return codec::check_options(document, options,
                                direction == config::Direction::source ? codec::Direction::decode
                                                                       : codec::Direction::encode,
                                path);
  };
  return s;
}

void check_committed(const std::string& file, const std::string& generated) {
  const auto path = source() / file;
  if (std::getenv("CHARMILLE_WRITE_REFERENCE") != nullptr) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << generated;
  }
  std::ostringstream committed;
  committed << std::ifstream(path, std::ios::binary).rdbuf();
  CHECK_MESSAGE(committed.str() == generated, file, " is not what the specifications say");
}

std::string with_newline(std::string text) {
  if (!text.ends_with('\n')) text += '\n';
  return text;
}

}  // namespace

TEST_CASE("the committed schemas and the reference page are the generated ones") {
  check_committed("schemas/config.schema.json",
                  with_newline(codec::write_json(
                      config::configuration_schema(adapters::registry(), codecs()).root(), true)));
  check_committed("schemas/policy.schema.json",
                  with_newline(codec::write_json(config::policy_schema().root(), true)));
  check_committed("docs/reference/configuration.md",
                  config::configuration_reference(adapters::registry(), codecs()));
  check_committed("schemas/mapping.schema.json",
                  with_newline(codec::write_json(mapping::mapping_schema().root(), true)));
  check_committed("docs/reference/correspondances.md", mapping::mapping_reference());
}

TEST_CASE("the page of the child record's fields is generated, and every field has its meaning") {
  const auto read = [](const std::string& file) {
    std::ostringstream text;
    text << std::ifstream(source() / file, std::ios::binary).rdbuf();
    auto document = codec::read_json(text.str(), file);
    REQUIRE(document);
    return std::move(*document);
  };
  const auto reference = mapping::record_reference(read("schemas/child-record.schema.json"),
                                                   read("schemas/child-record.fr.json"));
  for (const std::string& field : reference.unnamed)
    FAIL_CHECK(field, " has no meaning in schemas/child-record.fr.json");
  for (const std::string& field : reference.unknown)
    FAIL_CHECK(field, " of schemas/child-record.fr.json is no field of the schema");
  check_committed("docs/reference/fiche-enfant.md", reference.page);
}

TEST_CASE("an adapter's field never hides a field that all endpoints have") {
  for (const adapters::Adapter* adapter : adapters::registry()) {
    for (const tree::Spec* spec : {adapter->source, adapter->destination}) {
      std::set<std::string_view> names;
      for (const tree::Field& field : config::endpoint_fields()) names.insert(field.name);
      if (spec == nullptr) continue;
      for (const tree::Field& field : spec->fields)
        CHECK_MESSAGE(names.insert(field.name).second, adapter->name, " ", field.name);
    }
  }
}

TEST_CASE("every configuration that the project ships has no fault and no warning") {
  int seen = 0;
  for (const auto* folder : {"conf/demo", "conf/examples"}) {
    for (const auto& entry : std::filesystem::directory_iterator(source() / folder)) {
      if (entry.path().extension() != ".yaml") continue;
      ++seen;
      auto files = config::read_files(entry.path());
      REQUIRE(files.has_value());
      const auto result = config::validate(std::move(*files), surroundings());
      for (const auto* faults : {&result.faults, &result.warnings})
        for (const Fault& f : *faults) FAIL_CHECK(base::describe(f, base::Language::en));
      CHECK(result.site != nullptr);
    }
  }
  CHECK(seen > 0);
}

TEST_CASE("ten different mistakes are ten faults with the real adapters and codecs too") {
  auto files = config::read_files(source() / "tests/data/ten-mistakes.yaml");
  REQUIRE(files.has_value());
  const auto result = config::validate(std::move(*files), surroundings());
  std::string text;
  for (const Fault& f : result.faults) text += base::describe(f, base::Language::fr) + "\n";
  INFO(text);
  CHECK(result.faults.size() == 10);
  std::set<std::string_view> codes;
  for (const Fault& f : result.faults) {
    codes.insert(f.code);
    CHECK(f.place.line != 0);
    CHECK(f.place.column != 0);
  }
  CHECK(codes.size() == 10);
}
