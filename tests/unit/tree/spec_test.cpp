#include "gateway/tree/spec.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "gateway/base/catalogue.h"

using namespace charmille;
using tree::Document;
using tree::Field;
using tree::FieldType;
using tree::Node;

namespace {

const std::vector<Field> fields = {
    {.name = "folder", .type = FieldType::path, .required = true},
    {.name = "period",
     .type = FieldType::duration,
     .default_value = "10s",
     .least = 1'000'000,
     .most = 60'000'000},
    {.name = "limit", .type = FieldType::size, .default_value = "64KiB", .most = 1 << 20},
    {.name = "tries", .type = FieldType::integer, .default_value = "3", .least = 1, .most = 9},
    {.name = "keep", .type = FieldType::boolean, .default_value = "true"},
    {.name = "delimiter", .default_value = "\";\""},
    {.name = "order",
     .type = FieldType::choice,
     .default_value = "name",
     .choices = {"name", "date"}},
    {.name = "address", .type = FieldType::url},
    {.name = "password", .type = FieldType::secret},
    {.name = "patterns", .type = FieldType::list, .item = {{.type = FieldType::text}}},
    {.name = "headers", .type = FieldType::map, .item = {{.type = FieldType::text}}},
    {.name = "inner",
     .type = FieldType::object,
     .fields = {{.name = "deep", .type = FieldType::integer}}},
};

std::vector<std::string> faults_of(Document& document,
                                   std::initializer_list<Document::Member> members) {
  std::vector<Document::Member> all(members);
  if (std::ranges::none_of(all, [](const auto& m) { return m.first == "folder"; }))
    all.emplace_back("folder", document.text("in"));
  std::vector<std::string> codes;
  for (const auto& f : check(document, document.object(all), fields, "endpoints.eo")) {
    REQUIRE_MESSAGE(base::find_entry(f.code) != nullptr, f.code);
    const std::string text = base::describe(f, base::Language::fr);
    // Every argument of the text is filled; {file: and {env: are YAML, not arguments.
    for (std::size_t at = text.find('{'); at != text.npos; at = text.find('{', at + 1))
      CHECK_MESSAGE((text.compare(at, 6, "{file:") == 0 || text.compare(at, 5, "{env:") == 0),
                    text);
    codes.push_back(std::string(f.code) + " " + f.place.path);
  }
  return codes;
}

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("an object that fits its specification has no fault") {
  Document d;
  const Node pattern = d.text("*.csv");
  CHECK(faults_of(d, {{"period", d.text("30s")},
                      {"limit", d.integer(4096)},
                      {"tries", d.integer(9)},
                      {"keep", Node::boolean(false)},
                      {"order", d.text("date")},
                      {"address", d.text("https://a.example/x")},
                      {"password", d.object({{"env", d.text("TOKEN_1")}})},
                      {"patterns", d.array({&pattern, 1})},
                      {"headers", d.object({{"X-Any", d.text("1")}})},
                      {"inner", d.object({{"deep", d.integer(1)}})}})
            .empty());
}

TEST_CASE("every fault is told at once, each with its path") {
  Document d;
  const Node bad_item = Node::boolean(true);
  const Codes codes = faults_of(d, {{"perod", d.text("30s")},
                                    {"zzzzzzzzzz", Node::null()},
                                    {"tries", d.integer(0)},
                                    {"limit", d.text("2MiB")},
                                    {"keep", d.text("yes")},
                                    {"order", d.text("dato")},
                                    {"address", d.text("dmp.local")},
                                    {"patterns", d.array({&bad_item, 1})},
                                    {"inner", d.object({{"deep", d.text("x")}})},
                                    {"period", d.text("soon")}});
  for (const char* expected :
       {"CH-CFG-101 endpoints.eo.perod", "CH-CFG-102 endpoints.eo.zzzzzzzzzz",
        "CH-CFG-114 endpoints.eo.tries", "CH-CFG-115 endpoints.eo.limit",
        "CH-CFG-106 endpoints.eo.keep", "CH-CFG-112 endpoints.eo.order",
        "CH-CFG-111 endpoints.eo.address", "CH-CFG-104 endpoints.eo.patterns[0]",
        "CH-CFG-105 endpoints.eo.inner.deep", "CH-SYS-003 endpoints.eo.period"})
    CHECK_MESSAGE(std::ranges::count(codes, expected) == 1, expected);
  CHECK(codes.size() == 10);
}

TEST_CASE("an unknown key is told with the nearest name") {
  Document d;
  const auto faults =
      check(d, d.object({{"folder", d.text("x")}, {"adress", d.text("https://a")}}), fields, "");
  REQUIRE(faults.size() == 1);
  CHECK(base::remedy_of(faults[0], base::Language::en) == "perhaps \"address\"?");
}

TEST_CASE("a required key that is missing or null is told at its object") {
  Document d;
  const int file = d.add_file("conf/x.yaml");
  const Node object =
      d.object({{"folder", Node::null()}}, {static_cast<std::uint16_t>(file), 17, 5});
  const auto faults = check(d, object, fields, "endpoints.eo");
  REQUIRE(faults.size() == 1);
  CHECK(base::describe(faults[0].place) == "conf/x.yaml:17:5: endpoints.eo.folder");
}

TEST_CASE("a secret in clear is refused and never repeated") {
  Document d;
  const auto faults =
      check(d, d.object({{"folder", d.text("x")}, {"password", d.text("hunter2")}}), fields, "");
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].code == "CH-CFG-120");
  CHECK(base::describe(faults[0], base::Language::fr).find("hunter2") == std::string::npos);
  CHECK(faults_of(d, {{"password", d.object({{"env", d.text("a b")}})}}) ==
        Codes{"CH-CFG-122 endpoints.eo.password.env"});
  CHECK(faults_of(d, {{"password", d.object({{"env", d.text("A")}, {"file", d.text("B")}})}}) ==
        Codes{"CH-CFG-121 endpoints.eo.password"});
}

TEST_CASE("a URL with a password in it is refused") {
  Document d;
  CHECK(faults_of(d, {{"address", d.text("https://me:secret@a.example/")}}) ==
        Codes{"CH-CFG-111 endpoints.eo.address"});
}

TEST_CASE("readers give what is written, else the default") {
  Document d;
  const Node empty = d.object(std::initializer_list<Document::Member>{});
  CHECK(read_text(empty, field_of(fields, "delimiter")) == ";");
  CHECK(read_integer(empty, field_of(fields, "period")) == 10'000'000);
  CHECK(read_integer(empty, field_of(fields, "limit")) == 65536);
  CHECK(read_boolean(empty, field_of(fields, "keep")));
  const Node full = d.object({{"delimiter", d.text(",")},
                              {"limit", d.text("1MiB")},
                              {"keep", Node::boolean(false)},
                              {"tries", d.integer(5)}});
  CHECK(read_text(full, field_of(fields, "delimiter")) == ",");
  CHECK(read_integer(full, field_of(fields, "limit")) == 1 << 20);
  CHECK(read_integer(full, field_of(fields, "tries")) == 5);
  CHECK_FALSE(read_boolean(full, field_of(fields, "keep")));
}

TEST_CASE("a size is a number of bytes or a number with a binary unit") {
  CHECK(tree::parse_size("4096") == 4096);
  CHECK(tree::parse_size("64KiB") == 65536);
  CHECK(tree::parse_size("1GiB") == 1LL << 30);
  for (const char* bad : {"", "KiB", "-1", "1KB", "1 KiB", "1.5MiB", "9223372036854775807KiB"})
    CHECK_FALSE_MESSAGE(tree::parse_size(bad).has_value(), bad);
}

TEST_CASE("the JSON Schema refuses other keys and asks for the required ones") {
  Document d;
  const Node schema = to_json_schema(d, fields);
  CHECK_FALSE(schema.find("additionalProperties")->boolean_value());
  REQUIRE(schema.find("required")->items().size() == 1);
  CHECK(schema.find("required")->items()[0].chars() == "folder");
  const Node* const properties = schema.find("properties");
  REQUIRE(properties->items().size() == fields.size());
  CHECK(properties->find("tries")->find("minimum")->chars() == "1");
  CHECK(properties->find("order")->find("enum")->items().size() == 2);
  CHECK(properties->find("patterns")->find("items")->find("type")->is(tree::Kind::array));
  CHECK(properties->find("inner")->find("properties")->find("deep") != nullptr);
}
