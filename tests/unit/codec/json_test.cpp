#include "gateway/base/bytes.h"
#include "tests/unit/codec/reading.h"

using namespace charmille;
using namespace charmille::codec;
using namespace charmille::codec::test;
using namespace std::literals;
using tree::Kind;

namespace {

std::string code_of(std::string_view bytes, std::size_t depth = 64) {
  const auto document = read_json(bytes, "f", depth);
  if (document) return "read";
  check_fault(document.error());
  return std::string(document.error().code);
}

std::string canonical(std::string_view bytes) {
  const auto document = read_json(bytes, "f");
  REQUIRE(document);
  return write_canonical_json(document->root());
}

Options ndjson() {
  return {Format::ndjson, {}, {}};
}
Options items() {
  Options options{Format::json, {}, {}};
  options.json.each = true;
  return options;
}

}  // namespace

TEST_CASE("a document keeps number lexemes and says where each value begins") {
  const auto d = read_json(
      "{\n  \"prix\": 10.50,\n  \"é\": [true, null, \"x\\u00e9\\ud83d\\ude00\"],\n\t\"o\": {}\n}",
      "f.json");
  REQUIRE(d);
  const tree::Node& root = d->root();
  CHECK(root.origin() == tree::Origin{1, 1, 1});
  CHECK(root.find("prix")->chars() == "10.50");
  CHECK(root.find("prix")->origin() == tree::Origin{1, 2, 11});
  const tree::Node& list = *root.find("é");
  CHECK(list.origin() == tree::Origin{1, 3, 8});
  CHECK(list.items()[1].is(Kind::null));
  CHECK(list.items()[2].chars() == "xé😀");
  CHECK(list.items()[2].origin() == tree::Origin{1, 3, 21});
  CHECK(root.find("o")->origin() == tree::Origin{1, 4, 7});
  CHECK(d->place_of(root.find("o")->origin()).file == "f.json");
}

TEST_CASE("what is not sound JSON is refused with its place") {
  CHECK(code_of("{\"a\":1,}") == "CH-JSON-001");
  CHECK(code_of("{} {}") == "CH-JSON-001");
  CHECK(code_of("[01]") == "CH-JSON-001");
  CHECK(code_of("[NaN]") == "CH-JSON-001");
  CHECK(code_of("{\"a\": [1, 2") == "CH-JSON-010");
  CHECK(code_of("") == "CH-JSON-005");
  CHECK(code_of("[[[1]]]", 2) == "CH-JSON-002");
  CHECK(code_of("[[1]]", 2) == "read");
  CHECK(code_of("{\"a\":1,\"b\":{\"c\":1,\"c\":2}}") == "CH-JSON-003");
  CHECK(code_of("{\"a\":1,\"\\u0061\":2}") == "CH-JSON-003");
  CHECK(code_of("[\"\\u0000\"]") == "CH-JSON-007");
  CHECK(code_of("[\"\\udc00\"]") == "CH-JSON-008");
  CHECK(code_of("[\"\\ud800x\"]") == "CH-JSON-008");
  CHECK(code_of("[\"\xE9\"]") == "CH-TXT-001");
  CHECK(code_of("[1,\0]"sv) == "CH-TXT-004");
  CHECK(code_of("\xEF\xBB\xBF[]") == "read");
  const auto bad = read_json("{\n \"a\": tru\n}", "f.json");
  REQUIRE_FALSE(bad);
  CHECK(bad.error().place.line == 2);
}

TEST_CASE("a very deep document is refused, not crashed on") {
  CHECK(code_of(std::string(2'000'000, '['), 64) == "CH-JSON-002");
}

TEST_CASE("base64 above 64 KiB becomes an attachment, and is written back") {
  const std::string bytes(60'000, 'x');
  const std::string json = "{\"data\":\"" + base::to_base64(base::as_bytes(bytes)) +
                           "\",\"text\":\"" + std::string(70'000, '!') + "\"}";
  const auto d = read_json(json, "f");
  REQUIRE(d);
  CHECK(d->root().find("text")->is(Kind::text));
  REQUIRE(d->root().find("data")->is(Kind::attachment));
  CHECK(d->attachments().at(0).bytes.bytes(100'000) == bytes);
  CHECK(write_json(*d, d->root()) == json);
  CHECK(write_json(d->root()).starts_with("{\"data\":{\"$attachment\":0},"));
}

TEST_CASE("what is written is read back equal") {
  const std::string json =
      R"({"a":[1,2.50,-0.1e+10,"q\"\\\n\u0001é"],"o":{},"e":[],"t":true,"n":null})";
  const auto d = read_json(json, "f");
  REQUIRE(d);
  CHECK(write_json(d->root()) == json);
  const auto again = read_json(write_json(d->root(), true), "f");
  REQUIRE(again);
  CHECK(equal(d->root(), again->root()));
  CHECK(write_json(d->root(), true).starts_with("{\n  \"a\": [\n    1,\n"));
}

TEST_CASE("a number that is none in JSON is written as a text") {
  tree::Document d;
  const tree::Node items[] = {d.number("0x1F"), d.number("+1"), d.number(".5"), d.number("1e5"),
                              d.number("-0")};
  CHECK(write_json(d.array(items)) == R"(["0x1F","+1",".5",1e5,-0])");
}

TEST_CASE("canonical JSON follows RFC 8785") {
  // Section 3.2.3: the order is that of UTF-16 code units, so U+1F600 comes before U+FB33.
  CHECK(
      canonical(
          R"({"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"})") ==
      "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin Small "
      "Letter O With Diaeresis\",\"€\":\"Euro Sign\","
      "\"😀\":\"Emoji: Grinning Face\",\"\uFB33\":\"Hebrew Letter Dalet With Dagesh\"}");
  // Section 3.2.2 and appendix B.
  CHECK(canonical(R"([333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001])") ==
        "[333333333.3333333,1e+30,4.5,0.002,1e-27]");
  CHECK(canonical(
            "[1.0,-0.0,-0,1e21,1e20,123e-7,1e-7,5e-324,9007199254740993,1.7976931348623157e308]") ==
        "[1,0,0,1e+21,100000000000000000000,0.0000123,1e-7,5e-324,9007199254740993,1."
        "7976931348623157e+308]");
  CHECK(canonical("\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\"") ==
        "\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"");
}

TEST_CASE("NDJSON: a bad line is rejected alone") {
  const Reading r =
      read(ndjson(), base::Payload("{\"a\":1}\n\n{\"a\":\r\n[1]\n{\"a\":2}\r\n{\"a\":3}"));
  REQUIRE(r.rows.size() == 3);
  CHECK(r.cell(1, "a") == "2");
  CHECK(r.rows[2]->origin() == tree::Origin{1, 6, 1});
  CHECK(r.rows[2]->find("a")->origin() == tree::Origin{1, 6, 6});
  REQUIRE(r.rejected.size() == 2);
  CHECK(r.rejected[0].line == 3);
  CHECK(r.rejected[0].fault.code == "CH-JSON-010");
  CHECK(r.rejected[1].fault.code == "CH-JSON-006");
  CHECK(r.rejected[1].number == 3);
  CHECK(r.rejected[1].raw == "[1]");
}

TEST_CASE("NDJSON: a line that is too long is rejected alone, in bounded memory") {
  Options options = ndjson();
  options.json.max_record = 1000;
  const Reading r = read(options, base::Payload("{\"a\":1}\n{\"a\":\"" +
                                                std::string(1'000'000, 'x') + "\"}\n{\"a\":2}\n"));
  CHECK(r.rows.size() == 2);
  REQUIRE(r.rejected.size() == 1);
  CHECK(r.rejected[0].fault.code == "CH-JSON-004");
  CHECK(r.rejected[0].raw.size() == 1003);
  CHECK(r.rows[1]->origin().line == 3);
  CHECK(read(ndjson(), base::Payload("")).remarks == std::vector<std::string>{"CH-JSON-013"});
}

TEST_CASE("an array is read item by item, and refused whole when one is wrong") {
  const std::string json = "[ {\"a\":\"],[\\\"\"},\n  {\"a\":[{}]} , {\"a\":3}]\n";
  for (const std::size_t step : {1, 3, 1000}) {
    const Reading r = read(items(), drip(json, step));
    REQUIRE(r.rows.size() == 3);
    CHECK(r.cell(0, "a") == "],[\"");
    CHECK(r.rows[1]->origin() == tree::Origin{1, 2, 3});
  }
  const auto code = [](std::string bytes) {
    return read(items(), base::Payload(std::move(bytes))).code();
  };
  CHECK(code("[]") == "");
  CHECK(code("") == "CH-JSON-005");
  CHECK(code("{}") == "CH-JSON-009");
  CHECK(code("[{},]") == "CH-JSON-001");
  CHECK(code("[,{}]") == "CH-JSON-001");
  CHECK(code("[{} {}]") == "CH-JSON-001");
  CHECK(code("[{}}]") == "CH-JSON-001");
  CHECK(code("[{}] x") == "CH-JSON-001");
  CHECK(code("[{},{") == "CH-JSON-010");
  CHECK(code("[{}") == "CH-JSON-010");
  CHECK(code("[{},1]") == "CH-JSON-006");
}

TEST_CASE("a document without each is one batch") {
  auto stream = open({Format::json, {}, {}}, base::Payload("{\"resourceType\":\"Bundle\"}"), "f");
  const auto batch = (*stream)->next(10);
  REQUIRE(batch);
  CHECK(batch->last);
  CHECK(batch->document.root().find("resourceType")->chars() == "Bundle");
  Options small{Format::json, {}, {}};
  small.json.max_size = 10;
  CHECK((*open(small, base::Payload(std::string(11, ' ')), "f"))->next(1).error().code ==
        "CH-JSON-004");
}
