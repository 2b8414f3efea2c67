// Lines of fixed columns.
#include "tests/unit/codec/lines.h"

using namespace charmille;
using namespace charmille::codec;
using namespace charmille::codec::test;

namespace {

constexpr std::string_view layout = R"({"format": "fixed", "length": 30, "ctrl-z": true,
  "null-values": ["00000000"],
  "types": {
    "H": {"name": "head", "role": "header",
          "fields": [{"name": "lot", "columns": "2-5"}]},
    "D": {"name": "lines", "group-by": "id",
          "fields": [{"name": "id", "columns": "2-5", "required": true},
                     {"name": "name", "columns": "6-11"},
                     {"name": "sex", "columns": 12, "type": "digits"},
                     {"name": "birth", "columns": "13-20", "type": "date"},
                     {"name": "who", "columns": "21-23", "type": "alpha"},
                     {"name": "price", "columns": "24-28", "type": "digits"},
                     {"name": "raw", "columns": "29-30", "trim": false,
                      "null-values": ["??"]}]},
    "T": {"name": "tail", "role": "trailer",
          "fields": [{"name": "count", "columns": "2-5"}, {"name": "prices", "columns": "6-12"}],
          "checks": {"count": {"count": "lines"}, "prices": {"sum": "lines.price"}}}}})";

// Columns:  123456789012345678901234567890
constexpr std::string_view file =
    "HL012                         \r\n"
    "DC001Zoé   220150228PCD00150 x\r\n"
    "DC002Éléa  120160229JE 00200??\r\n"
    "DC001Zoé   200000000         \x20\r\n"
    "T00030000350                  \r\n"
    "\x1A";

std::string refusal_of(std::string_view what, std::string_view by) {
  return refusal(lines_options(layout), with(std::string(file), what, by));
}

}  // namespace

TEST_CASE("columns are characters, not bytes, and blanks around are no part of a value") {
  const Reading r = read(lines_options(layout), base::Payload(std::string(file)));
  REQUIRE(r.code() == "");
  REQUIRE(r.rows.size() == 2);
  CHECK(r.cell(0, "id") == "C001");
  const auto lines = r.rows[0]->find("lines")->items();
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].find("name")->chars() == "Zoé");
  CHECK(lines[0].find("birth")->chars() == "20150228");
  CHECK(lines[0].find("raw")->chars() == " x");
  CHECK(lines[1].find("birth")->is(tree::Kind::null));
  CHECK(lines[1].find("who")->is(tree::Kind::text));
  CHECK(lines[1].find("who")->chars().empty());
  const auto other = r.rows[1]->find("lines")->items();
  CHECK(other[0].find("name")->chars() == "Éléa");
  CHECK(other[0].find("who")->chars() == "JE");
  CHECK(other[0].find("raw")->is(tree::Kind::null));
  CHECK(r.rows[1]->find("head")->find("lot")->chars() == "L012");
  CHECK(base::describe(r.documents[0].place_of(other[0].find("birth")->origin())) == "f:3:13");
}

TEST_CASE("the same file in a code page of DOS gives the same rows") {
  std::string bytes(file);
  for (const auto& [utf8, byte] : {std::pair{"é", "\x82"}, {"É", "\x90"}})
    while (bytes.find(utf8) != bytes.npos) bytes.replace(bytes.find(utf8), 2, byte);
  Options dos = lines_options(layout);
  dos.lines.encoding = Encoding::cp850;
  const Reading a = read(dos, base::Payload(bytes));
  const Reading b = read(lines_options(layout), base::Payload(std::string(file)));
  REQUIRE(a.rows.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) CHECK(equal(*a.rows[i], *b.rows[i]));
}

TEST_CASE("a line that is too short or too long refuses the file") {
  CHECK(refusal_of("PCD00150 x\r\n", "PCD00150 x \r\n") == "CH-LIG-039 2:0");
  CHECK(refusal_of("PCD00150 x\r\n", "PCD00150\r\n") == "CH-LIG-039 2:0");
  CHECK(refusal_of("\r\nT", "\r\n\r\nT") == "CH-LIG-039 5:0");
  CHECK(refusal_of("350                  \r\n\x1A", "350") == "CH-LIG-048 5:0");
  CHECK(refusal_of("350                  \r\n\x1A", "350                  ") == "");
}

TEST_CASE("what does not fit the type of its columns refuses the file, with line and column") {
  CHECK(refusal_of("Zoé   2", "Zoé    ") == "");
  CHECK(refusal_of("Zoé   220150228", "Zoé   F20150228") == "CH-LIG-040 2:12");
  CHECK(refusal_of("20150228", "20150229") == "CH-LIG-040 2:13");
  CHECK(refusal_of("20150228", "2015022 ") == "CH-LIG-040 2:13");
  CHECK(refusal_of("PCD", " PC") == "CH-LIG-040 2:21");
  CHECK(refusal_of("PCD", "P1D") == "CH-LIG-040 2:21");
  CHECK(refusal_of("00150", "0015 ") == "CH-LIG-040 2:24");
  CHECK(refusal_of("DC001", "D    ") == "CH-LIG-041 2:2");
  // One blank too many, and each line is as long as before: the types of the fields show it.
  CHECK(refusal_of("DC001Zoé   220150228PCD00150 x", "DC001 Zoé   220150228PCD00150 ") ==
        "CH-LIG-040 2:13");
}

TEST_CASE("frame and totals hold for fixed columns too") {
  CHECK(refusal_of("DC002", "XC002") == "CH-LIG-036 3:0");
  CHECK(refusal_of("T0003", "T0004") == "CH-LIG-056 5:2");
  CHECK(refusal_of("0000350", "0000351") == "CH-LIG-044 5:6");
  CHECK(refusal_of("HL012", "DL012") == "CH-LIG-032 1:0");
  Options strict = lines_options(layout);
  strict.lines.ctrl_z = false;
  CHECK(refusal(strict, std::string(file)) == "CH-LIG-050 6:0");
}
