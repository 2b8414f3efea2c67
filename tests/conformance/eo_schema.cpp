// The records made of the exports hold to schemas/child-record.schema.json, value by value.
#include <cstdio>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>
#include <rapidjson/document.h>
#include <valijson/adapters/rapidjson_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "gateway/codec/codec.h"
#include "tests/conformance/eo_lot.h"

using namespace charmille;
using namespace charmille::conformance;
using valijson::adapters::RapidJsonAdapter;

namespace {

rapidjson::Document parsed(const std::string& text) {
  rapidjson::Document document;
  document.Parse(text.c_str());
  REQUIRE_FALSE(document.HasParseError());
  return document;
}

class RecordSchema {
 public:
  RecordSchema() {
    std::ifstream in(source_root() / "schemas/child-record.schema.json");
    std::stringstream text;
    text << in.rdbuf();
    const rapidjson::Document document = parsed(text.str());
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    parser.populateSchema(RapidJsonAdapter(document), schema_);
  }

  /// Where the record breaks the schema; empty when it holds.
  std::string fault_of(const std::string& record) {
    const rapidjson::Document document = parsed(record);
    valijson::ValidationResults results;
    valijson::Validator validator(valijson::Validator::kStrongTypes);
    if (validator.validate(schema_, RapidJsonAdapter(document), &results)) return {};
    valijson::ValidationResults::Error error;
    std::string out;
    while (results.popError(error)) {
      for (const std::string& part : error.context) out += part;
      out += ": " + error.description + "\n";
    }
    return out;
  }

 private:
  valijson::Schema schema_;
};

}  // namespace

TEST_CASE("the schema refuses what is no section, no code and no date") {
  RecordSchema schema;
  const std::string ids = R"({"ids":[{"system":"s","value":"1"}])";
  CHECK(schema.fault_of(ids + "}").empty());
  CHECK_FALSE(schema.fault_of("{}").empty());
  CHECK_FALSE(schema.fault_of(ids + R"(,"photo":{}})").empty());
  CHECK_FALSE(schema.fault_of(ids + R"(,"identity":{"birthDate":"31/02/2014"}})").empty());
  CHECK_FALSE(schema.fault_of(ids + R"(,"identity":{"sex":{"code":"G"}}})").empty());
  CHECK_FALSE(schema.fault_of(ids + R"(,"measures":[{"typ":{"code":"AED"}}]})").empty());
  CHECK(schema.fault_of(ids + R"(,"measures":[{"type":{"code":"AED"},"start":"2024"}]})").empty());
}

TEST_CASE("every record of the small export, and a part of the medium one, holds to the schema") {
  const auto data = ase_data();
  if (!data) return void(std::puts("skipped: no data"));
  RecordSchema schema;
  std::size_t checked = 0;
  for (const char* size : {"small", "medium"}) {
    const auto folder = *data / size / "eo";
    const LotResult lot =
        read_lot(folder / "EO_Usagers_20260630.csv", folder, codec::Encoding::windows_1252);
    for (std::size_t i = 0; i < lot.children.size() && i < 200; ++i, ++checked)
      CHECK(schema.fault_of(codec::write_json(lot.children[i].record.root())) == "");
  }
  std::printf("%zu records hold to the schema\n", checked);
  CHECK(checked == 220);
}
