// What the configuration may say of typed lines, and each mistake in it.
#include "tests/unit/codec/lines.h"

using namespace charmille;
using namespace charmille::codec;
using namespace charmille::codec::test;

namespace {

using Codes = std::vector<std::string>;

Codes faults(const std::string& json, Direction direction = Direction::decode) {
  const auto document = read_json(json, "conf.json");
  REQUIRE(document);
  Codes out;
  for (const Fault& f : check_options(*document, document->root(), direction, "format")) {
    check_fault(f);
    out.push_back(std::string(f.code) + ' ' + f.place.path);
    CHECK(f.place.line != 0);
  }
  return out;
}

Codes records(const std::string& types, const std::string& more = "") {
  return faults(R"({"format": "records", "types": {)" + types + "}" + more + "}");
}

Codes fixed(const std::string& fields, const std::string& code = "D") {
  return faults(R"({"format": "fixed", "length": 20, "types": {")" + code +
                R"(": {"name": "lines", "fields": [)" + fields + "]}}}");
}

const std::string head = R"("H": {"name": "head", "role": "header", "fields": ["day", "lot"]})";
const std::string persons = R"("P": {"name": "persons", "key": ["id"], "fields": ["id", "name"]})";

std::string details(const std::string& more) {
  return R"("D": {"name": "details", "fields": ["id", "no", "name"], )" + more + "}";
}

std::string tail(const std::string& checks) {
  return R"("T": {"name": "tail", "role": "trailer", "fields": ["n"], "checks": )" + checks + "}";
}

}  // namespace

TEST_CASE("options of lines are read with their defaults") {
  const LinesInput read =
      lines_options(R"({"format": "records", "types": {)" + head + ", " + persons + "}}").lines;
  CHECK(read.encoding == Encoding::utf8);
  CHECK(read.delimiter == ';');
  CHECK(read.max_size == 64 * 1024 * 1024);
  CHECK(read.line_end == LinesInput::End::any);
  CHECK_FALSE(read.ctrl_z);
  CHECK_FALSE(read.skip_unknown);
  CHECK(read.header == 0);
  CHECK_FALSE(read.trailer);
  CHECK(read.main == 1);
  const LinesInput columns = lines_options(R"({"format": "fixed", "length": 9, "encoding": "cp850",
    "type-columns": "8-9", "unknown-types": "remark", "max-size": "2MiB", "types": {
    "P1": {"name": "persons", "fields": [{"name": "id", "columns": "1-7"}]}}})")
                                 .lines;
  CHECK(columns.encoding == Encoding::cp850);
  CHECK(columns.length == 9);
  CHECK(columns.code_first == 8);
  CHECK(columns.code_width == 2);
  CHECK(columns.skip_unknown);
  CHECK(columns.max_size == 2 * 1024 * 1024);
  CHECK(columns.types[0].fields[0].width == 7);
}

TEST_CASE("these formats are read, not written") {
  CHECK(faults(R"({"format": "records"})", Direction::encode) == Codes{"CH-FMT-001 format"});
  CHECK(faults(R"({"format": "fixed"})", Direction::encode) == Codes{"CH-FMT-001 format"});
}

TEST_CASE("names must be known, and mean one thing") {
  CHECK(records(persons) == Codes{});
  CHECK(records(persons + ", " + details(R"("parent": "person")")) ==
        Codes{"CH-LIG-004 format.types.D.parent"});
  CHECK(records(persons + ", " + details(R"("parent": "persons", "key": ["nu"])")) ==
        Codes{"CH-LIG-005 format.types.D.key"});
  CHECK(records(R"("P": {"name": "persons", "fields": ["id", "id"]})") ==
        Codes{"CH-LIG-003 format.types.P.fields"});
  CHECK(records(R"("P": {"name": "a", "key": ["id"], "fields": ["id", "b"]},
                   "D": {"name": "b", "parent": "a", "fields": ["id"]})") ==
        Codes{"CH-LIG-003 format.types.P.fields"});
  CHECK(records(head + R"(, "P": {"name": "persons", "fields": ["head"]})") ==
        Codes{"CH-LIG-003 format.types.P.fields"});
  CHECK(records(R"("P": {"name": "a", "key": ["id"], "fields": ["id"]},
                   "D": {"name": "a", "parent": "a", "fields": ["id"]})")[0] ==
        "CH-LIG-003 format.types.D.name");
  CHECK(records(R"("P": {"name": "a", "fields": ["id"], "null-values": {"x": ["0"]}})") ==
        Codes{"CH-LIG-005 format.types.P.null-values"});
  CHECK(records(R"("P": {"name": "a", "felds": ["id"]})") ==
        Codes{"CH-CFG-101 format.types.P.felds", "CH-CFG-103 format.types.P.fields"});
}

TEST_CASE("one type gives the records, and the others surely hang from it") {
  CHECK(records(persons + ", " + details(R"("key": ["no"])")) == Codes{"CH-LIG-015 format.types"});
  CHECK(records(head) == Codes{"CH-LIG-015 format.types"});
  // Two persons may have one name: nothing tells whose the line is.
  CHECK(records(persons + ", " + details(R"("parent": "persons", "on": ["name"])")) ==
        Codes{"CH-LIG-014 format.types.D.on"});
  CHECK(records(persons + ", " + details(R"("parent": "persons", "on": ["id", "name"])")) ==
        Codes{});
  CHECK(records(R"("P": {"name": "persons", "fields": ["id"]}, )" +
                details(R"("parent": "persons")")) == Codes{"CH-LIG-014 format.types.D.on"});
  CHECK(records(persons + ", " + details(R"("parent": "persons", "reference": true)")) ==
        Codes{"CH-LIG-014 format.types.D.on"});
  CHECK(records(persons + ", " +
                details(R"("parent": "persons", "reference": true, "key": ["no"])")) ==
        Codes{"CH-LIG-005 format.types.D.on"});
  CHECK(records(persons + ", " + details(R"("parent": "details", "key": ["no"])")) ==
        Codes{"CH-LIG-013 format.types.D.parent"});
  CHECK(records(head + ", " + persons + ", " + details(R"("parent": "head")")) ==
        Codes{"CH-LIG-013 format.types.D.parent"});
  CHECK(records(persons + R"(, "A": {"name": "a", "parent": "b", "key": ["id"], "fields": ["id"]},
                    "B": {"name": "b", "parent": "a", "key": ["id"], "fields": ["id"]})") ==
        Codes{"CH-LIG-013 format.types.A.parent", "CH-LIG-013 format.types.B.parent"});
  CHECK(records(R"("P": {"name": "persons", "on": ["id"], "fields": ["id"]})") ==
        Codes{"CH-LIG-008 format.types.P.on"});
  CHECK(records(persons + ", " + details(R"("parent": "persons", "group-by": "id")")) ==
        Codes{"CH-LIG-016 format.types.D.group-by"});
}

TEST_CASE("header and trailer are one each, and have their own keys") {
  CHECK(records(head + R"(, "I": {"name": "i", "role": "header", "fields": ["x"]}, )" + persons) ==
        Codes{"CH-LIG-006 format.types.I.role"});
  CHECK(records(R"("H": {"name": "h", "role": "header", "key": ["x"], "fields": ["x"]}, )" +
                persons) == Codes{"CH-LIG-007 format.types.H.key"});
  CHECK(records(R"("P": {"name": "p", "fields": ["x"], "checks": {"x": {"count": "all"}}})") ==
        Codes{"CH-LIG-007 format.types.P.checks"});
  CHECK(records(persons, R"(, "version": {"field": "v", "accept": ["1"]})") ==
        Codes{"CH-LIG-018 format.version"});
  CHECK(records(head + ", " + persons, R"(, "version": {"field": "v", "accept": ["1"]})") ==
        Codes{"CH-LIG-005 format.version.field"});
  CHECK(records(head + ", " + persons, R"(, "envelope": {"lot": "lo", "emitter": "day"})") ==
        Codes{"CH-LIG-005 format.envelope.lot"});
}

TEST_CASE("each check says one thing that can be told") {
  const std::string all = head + ", " + persons + ", ";
  CHECK(records(all + tail(R"({"n": {"count": "all"}})")) == Codes{});
  CHECK(records(all + tail(R"({"n": {"count": "persons"}})")) == Codes{});
  CHECK(records(all + tail(R"({"n": {"sum": "persons.id", "modulo": 97}})")) == Codes{});
  CHECK(records(all + tail(R"({"n": {"equals": "head.lot"}})")) == Codes{});
  CHECK(records(all + tail(R"({"m": {"count": "all"}})")) ==
        Codes{"CH-LIG-005 format.types.T.checks.m"});
  const std::string n = " format.types.T.checks.n";
  CHECK(records(all + tail(R"({"n": {}})")) == Codes{"CH-LIG-017" + n});
  CHECK(records(all + tail(R"({"n": {"count": "all", "sum": "length"}})")) ==
        Codes{"CH-LIG-017" + n});
  CHECK(records(all + tail(R"({"n": {"count": "all", "modulo": 9}})")) == Codes{"CH-LIG-017" + n});
  CHECK(records(all + tail(R"({"n": {"count": "people"}})")) == Codes{"CH-LIG-004" + n + ".count"});
  CHECK(records(all + tail(R"({"n": {"sum": "persons"}})")) == Codes{"CH-LIG-005" + n + ".sum"});
  CHECK(records(all + tail(R"({"n": {"sum": "head.lot"}})")) == Codes{"CH-LIG-017" + n + ".sum"});
  CHECK(records(all + tail(R"({"n": {"equals": "persons.id"}})")) ==
        Codes{"CH-LIG-017" + n + ".equals"});
}

TEST_CASE("columns are read from 1 on, within the line, without overlap") {
  CHECK(fixed(R"({"name": "a", "columns": "2-10"}, {"name": "b", "columns": 11})") == Codes{});
  for (const char* const wrong : {"0-3", "5-4", "2-21", "a-b", "2-", "2-3x"})
    CHECK(fixed(R"({"name": "a", "columns": ")" + std::string(wrong) + "\"}")[0] ==
          "CH-LIG-009 format.types.D.fields.a.columns");
  CHECK(fixed(R"({"name": "a", "columns": "2-9"}, {"name": "b", "columns": "9-12"})") ==
        Codes{"CH-LIG-012 format.types.D.fields"});
  CHECK(fixed(R"({"name": "a", "columns": "1-9"})") == Codes{"CH-LIG-012 format.types.D.fields"});
  CHECK(fixed(R"({"name": "a", "columns": "2-8", "type": "date"})") ==
        Codes{"CH-LIG-011 format.types.D.fields.a.columns"});
  CHECK(fixed(R"({"name": "a", "columns": "4-8"})", "D2") == Codes{"CH-LIG-010 format.types.D2"});
}

TEST_CASE("a delimiter is one sign") {
  CHECK(records(persons, R"(, "delimiter": "||")") == Codes{"CH-CSV-024 format.delimiter"});
  CHECK(records(persons, R"(, "delimiter": "tab")") == Codes{});
}
