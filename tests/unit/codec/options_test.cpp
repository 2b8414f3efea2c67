#include "tests/unit/codec/reading.h"

using namespace charmille;
using namespace charmille::codec;

namespace {

tree::Document written(std::string_view json) {
  auto document = read_json(json, "conf.json");
  REQUIRE(document);
  return std::move(*document);
}

std::vector<std::string> codes(std::string_view json, Direction direction = Direction::decode) {
  const tree::Document d = written(json);
  std::vector<std::string> out;
  for (const Fault& f : check_options(d, d.root(), direction, "endpoints.eo.codec")) {
    test::check_fault(f);
    out.push_back(std::string(f.code) + " " + f.place.path);
  }
  return out;
}

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("options are read with the defaults of the specification") {
  const tree::Document d = written(R"({"format":"csv"})");
  const auto options = read_options(d, d.root());
  REQUIRE(options);
  CHECK(options->csv.encoding == Encoding::utf8);
  CHECK(options->csv.delimiter == ';');
  CHECK(options->csv.quote == '"');
  CHECK(options->csv.max_cell == 64 * 1024);
  CHECK(options->csv.max_record == 1024 * 1024);
  CHECK(options->csv.unknown == CsvInput::Unknown::remark);
  const auto output = read_output_options(d, d.root());
  REQUIRE(output);
  CHECK(output->csv.line_end == "\r\n");
  CHECK(output->csv.header);
  CHECK_FALSE(output->csv.replacement);
  CHECK_FALSE(output->csv.neutralise_formulas);
}

TEST_CASE("options that are written win") {
  const tree::Document d =
      written(R"({"format":"csv","encoding":"windows-1252","delimiter":"tab","quote":"none",
    "null-values":["NULL"],"max-cell":"1KiB","columns":{"required":["A"],"known":["B"]},"unknown-columns":"refuse"})");
  const auto options = read_options(d, d.root());
  REQUIRE(options);
  CHECK(options->csv.encoding == Encoding::windows_1252);
  CHECK(options->csv.delimiter == '\t');
  CHECK_FALSE(options->csv.quote);
  CHECK(options->csv.null_values == Codes{"NULL"});
  CHECK(options->csv.max_cell == 1024);
  CHECK(options->csv.required == Codes{"A"});
  CHECK(options->csv.unknown == CsvInput::Unknown::refuse);
  const tree::Document j = written(R"({"format":"json","each":true,"max-depth":9})");
  const auto json = read_options(j, j.root());
  REQUIRE(json);
  CHECK(json->json.each);
  CHECK(json->json.max_depth == 9);
}

TEST_CASE("wrong options are told, each at its key") {
  CHECK(codes("{}") == Codes{"CH-CFG-103 endpoints.eo.codec.format"});
  CHECK(codes(R"({"format":"cvs"})") == Codes{"CH-CFG-112 endpoints.eo.codec.format"});
  CHECK(codes("[]") == Codes{"CH-CFG-103 endpoints.eo.codec.format"});
  CHECK(codes(R"({"format":"csv","encodin":"x","max-cell":"1"})") ==
        Codes{"CH-CFG-101 endpoints.eo.codec.encodin", "CH-CFG-114 endpoints.eo.codec.max-cell"});
  CHECK(codes(R"({"format":"csv","delimiter":"ab","quote":"x"})") ==
        Codes{"CH-CSV-024 endpoints.eo.codec.delimiter", "CH-CSV-024 endpoints.eo.codec.quote"});
  CHECK(codes(R"({"format":"csv","delimiter":"\""})") ==
        Codes{"CH-CSV-025 endpoints.eo.codec.quote"});
  CHECK(codes(R"({"format":"csv","delimiter":",","decimal":"comma","quoting":"never"})",
              Direction::encode) == Codes{"CH-CSV-026 endpoints.eo.codec.decimal"});
  CHECK(codes(R"({"format":"csv","last-line":"99;{line}"})", Direction::encode) ==
        Codes{"CH-CSV-029 endpoints.eo.codec.last-line"});
  CHECK(codes(R"({"format":"csv","first-line":"00;{lines}"})", Direction::encode) ==
        Codes{"CH-CSV-031 endpoints.eo.codec.first-line"});
  CHECK(codes(R"({"format":"csv","header":false})") ==
        Codes{"CH-CFG-102 endpoints.eo.codec.header"});
}

TEST_CASE(
    "every field of every specification says what it means in both languages, with an example") {
  const auto check_field = [](const auto& self, const tree::Field& field) -> void {
    CAPTURE(field.name);
    CHECK(!field.meaning_fr.empty());
    CHECK(!field.meaning_en.empty());
    CHECK(!field.example.empty());
    for (const tree::Field& inner : field.fields) self(self, inner);
  };
  for (const Format format : all_formats())
    for (const Direction direction : {Direction::decode, Direction::encode})
      if (direction == Direction::decode || can_encode(format))
        for (const tree::Field& field : spec(format, direction).fields)
          check_field(check_field, field);
}
