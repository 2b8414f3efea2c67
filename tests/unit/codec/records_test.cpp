// Lines of several types, parted by a delimiter.
#include "tests/unit/codec/lines.h"

using namespace charmille;
using namespace charmille::codec;
using namespace charmille::codec::test;

namespace {

constexpr std::string_view layout = R"({"format": "records", "line-end-mark": "¶",
  "null-values": ["00000000"],
  "version": {"field": "version", "accept": ["V1", "V2"]},
  "envelope": {"lot": "lot", "extracted": "day", "emitter": "who"},
  "types": {
    "00": {"name": "head", "role": "header", "fields": ["who", "day", "version", "lot"]},
    "10": {"name": "children", "key": ["id"], "fields": ["id", "name", "note"]},
    "20": {"name": "decisions", "parent": "children", "key": ["id", "no"],
           "fields": ["id", "no", "end"], "null-values": {"end": ["99991231"]}},
    "30": {"name": "places", "parent": "decisions", "fields": ["id", "no", "house", "price"]},
    "60": {"name": "houses", "parent": "places", "reference": true, "key": ["house"],
           "fields": ["house", "label"]},
    "99": {"name": "tail", "role": "trailer",
           "fields": ["lines", "places", "prices", "length", "lot"],
           "checks": {"lines": {"count": "all"}, "places": {"count": "places"},
                      "prices": {"sum": "places.price", "modulo": 1000},
                      "length": {"sum": "length"}, "lot": {"equals": "head.lot"}}}}})";

// Places before their decisions, decisions before their children: the order says nothing.
constexpr std::string_view file =
    "00;CD98;20260630;V1;L7\r\n"
    "60;H1;Les Aulnes\r\n"
    "60;H2;Les Saules\r\n"
    "30;C1;D2;H1;700\r\n"
    "30;C1;D2;H1;0600\r\n"
    "20;C1;D1;20250101\r\n"
    "20;C1;D2;99991231\r\n"
    "10;C2;Ève;\r\n"
    "10;C1;Zoé;un¶deux¶\r\n"
    "20;C2;D1;00000000\r\n"
    "30;C2;D1;;\r\n"
    "99;0012;3;300;152;L7\r\n";

const tree::Node& at(const tree::Node& node, std::string_view list, std::size_t i = 0) {
  const tree::Node* const found = node.find(list);
  REQUIRE(found != nullptr);
  REQUIRE(found->items().size() > i);
  return found->items()[i];
}

std::string refusal_of(std::string_view what, std::string_view by) {
  return refusal(lines_options(layout), with(std::string(file), what, by));
}

}  // namespace

TEST_CASE("lines hang from their parents by key, whatever their order") {
  const Reading r = read(lines_options(layout), base::Payload(std::string(file)), 1);
  REQUIRE(r.code() == "");
  CHECK(r.rejected.empty());
  CHECK(r.remarks.empty());
  REQUIRE(r.rows.size() == 2);
  CHECK(r.documents.size() == 2);
  CHECK(r.cell(0, "name") == "Ève");
  CHECK(r.cell(1, "name") == "Zoé");
  const tree::Node& zoe = *r.rows[1];
  CHECK(zoe.find("decisions")->items().size() == 2);
  CHECK(at(zoe, "decisions", 0).find("places")->items().empty());
  const tree::Node& second = at(zoe, "decisions", 1);
  CHECK(second.find("no")->chars() == "D2");
  CHECK(second.find("places")->items().size() == 2);
  CHECK(at(second, "places", 1).find("price")->chars() == "0600");
  // Both places share the line of their house.
  CHECK(at(at(second, "places", 0), "houses").find("label")->chars() == "Les Aulnes");
  CHECK(at(at(second, "places", 1), "houses").find("label")->chars() == "Les Aulnes");
  // A place without a house, and a house without a place, are no orphans.
  CHECK(at(at(*r.rows[0], "decisions"), "places").find("houses")->items().empty());
}

TEST_CASE("null values, line ends inside texts and the header in every row") {
  const Reading r = read(lines_options(layout), base::Payload(std::string(file)));
  REQUIRE(r.rows.size() == 2);
  CHECK(r.cell(0, "note").empty());
  CHECK(r.rows[0]->find("note")->is(tree::Kind::text));
  CHECK(r.cell(1, "note") == "un\ndeux\n");
  CHECK(at(*r.rows[0], "decisions").find("end")->is(tree::Kind::null));
  CHECK(at(*r.rows[1], "decisions", 0).find("end")->chars() == "20250101");
  CHECK(at(*r.rows[1], "decisions", 1).find("end")->is(tree::Kind::null));
  for (const tree::Node* row : r.rows) CHECK(row->find("head")->find("lot")->chars() == "L7");
}

TEST_CASE("every value keeps its line and the number of its cell") {
  const Reading r = read(lines_options(layout), base::Payload(std::string(file)));
  REQUIRE(r.rows.size() == 2);
  const auto place = [&](const tree::Node& node) {
    return base::describe(r.documents[0].place_of(node.origin()));
  };
  const tree::Node& zoe = *r.rows[1];
  CHECK(place(zoe) == "f:9:1");
  CHECK(place(*zoe.find("note")) == "f:9:4");
  CHECK(place(*at(zoe, "decisions", 1).find("end")) == "f:7:4");
  CHECK(place(at(at(zoe, "decisions", 1), "places", 1)) == "f:5:1");
  CHECK(place(*zoe.find("head")->find("day")) == "f:1:3");
}

TEST_CASE("the envelope is what the header says, with its day written one way") {
  for (const auto& [day, read_as] : {std::pair{"20260630", "2026-06-30"},
                                     {"2026-06-30", "2026-06-30"},
                                     {"30/06/2026", "2026-06-30"}}) {
    const auto stream =
        open(lines_options(layout), base::Payload(with(std::string(file), "20260630", day)), "f");
    REQUIRE(stream);
    REQUIRE((*stream)->next(1));
    CHECK((*stream)->envelope().lot == "L7");
    CHECK((*stream)->envelope().extracted == read_as);
    CHECK((*stream)->envelope().emitter == "CD98");
  }
  const auto csv = open(Options{}, base::Payload(std::string("A;B\n1;2\n")), "f");
  REQUIRE(csv);
  REQUIRE((*csv)->next(9));
  CHECK((*csv)->envelope().lot.empty());
  CHECK(refusal_of("20260630", "demain") == "CH-LIG-054 1:3");
  CHECK(refusal_of("20260630", "20261330") == "CH-LIG-054 1:3");
  CHECK(refusal_of(";L7\r\n60", ";\r\n60") == "CH-LIG-058 1:5");
}

TEST_CASE("the frame of the file: header first, trailer last, each once") {
  CHECK(refusal(lines_options(layout), "") == "CH-LIG-031 0:0");
  CHECK(refusal(lines_options(layout), "\n\r\n") == "CH-LIG-031 0:0");
  CHECK(refusal_of("00;CD98;20260630;V1;L7\r\n", "") == "CH-LIG-032 1:0");
  CHECK(refusal_of("60;H2", "00;CD98;20260630;V1;L7\r\n60;H2") == "CH-LIG-033 3:0");
  CHECK(refusal_of("99;0012;3;300;152;L7\r\n", "") == "CH-LIG-034 11:0");
  CHECK(refusal(lines_options(layout), std::string(file) + "10;C9;Luc;\r\n") == "CH-LIG-035 13:0");
  CHECK(refusal(lines_options(layout), std::string(file) + "\r\n") == "");
  // A trailer that is whole needs no line end; one that is not shows it.
  CHECK(refusal_of("152;L7\r\n", "152;L7") == "");
  CHECK(refusal_of("152;L7\r\n", "15") == "CH-LIG-048 12:0");
  CHECK(refusal_of("30;C2;D1;;\r\n99;0012;3;300;152;L7\r\n", "30;C2") == "CH-LIG-048 11:0");
}

TEST_CASE("without a trailer, a last line without its end is held to be cut") {
  const Options plain = lines_options(
      R"({"format": "records", "types": {"P": {"name": "persons", "fields": ["id", "name"]}}})");
  CHECK(refusal(plain, "P;1;Zoé\nP;2;Ève\n") == "");
  CHECK(refusal(plain, "P;1;Zoé\nP;2;Èv") == "CH-LIG-048 2:0");
}

TEST_CASE("a line that does not fit its type refuses the file") {
  CHECK(refusal_of("10;C2;Ève;", "10;C2;Ève") == "CH-LIG-038 8:0");
  CHECK(refusal_of("10;C2;Ève;", "10;C2;Ève;;") == "CH-LIG-038 8:0");
  CHECK(refusal_of("60;H2", "85;H2") == "CH-LIG-036 3:0");
  CHECK(refusal_of("60;H2", "060;H2") == "CH-LIG-036 3:0");
  CHECK(refusal_of(";V1;", ";V3;") == "CH-LIG-042 1:4");
  CHECK(refusal_of(";V1;", ";V2;") == "");
}

TEST_CASE("unknown types may be skipped with a remark, and still count as lines") {
  Options options = lines_options(layout);
  options.lines.skip_unknown = true;
  const std::string more = with(with(std::string(file), "60;H2", "85;é\r\n85;x\r\n60;H2"),
                                "0012;3;300;152", "0014;3;300;160");
  const Reading r = read(options, base::Payload(more));
  CHECK(r.code() == "");
  CHECK(r.rows.size() == 2);
  CHECK(r.remarks == std::vector<std::string>{"CH-LIG-037"});
}

TEST_CASE("each check of the trailer finds its own fault") {
  CHECK(refusal_of("99;0012", "99;0013") == "CH-LIG-043 12:2");
  CHECK(refusal_of("0012;3;", "0012;4;") == "CH-LIG-056 12:3");
  CHECK(refusal_of(";300;", ";1300;") == "CH-LIG-044 12:4");
  CHECK(refusal_of(";152;", ";153;") == "CH-LIG-044 12:5");
  CHECK(refusal_of("152;L7", "152;L8") == "CH-LIG-045 12:6");
  CHECK(refusal_of("0012;3", "douze;3") == "CH-LIG-046 12:2");
  CHECK(refusal_of("H1;700", "H1;7x0") == "CH-LIG-047 4:5");
}

TEST_CASE("two lines of one key refuse the file, or are put aside with what hangs from them") {
  constexpr std::string_view doubled = "P;1;a\nD;1;x\nP;2;b\nP;1;c\nD;2;y\nP;1;d\nP;;e\nP;;f\n";
  constexpr std::string_view types = R"({"format": "records", "types": {
    "P": {"name": "persons", "key": ["id"], "doubled-keys": "WAY", "fields": ["id", "name"]},
    "D": {"name": "details", "parent": "persons", "fields": ["id", "text"]}}})";
  CHECK(refusal(lines_options(with(std::string(types), "WAY", "refuse")), std::string(doubled)) ==
        "CH-LIG-052 4:2");
  const Reading r = read(lines_options(with(std::string(types), "WAY", "reject")),
                         base::Payload(std::string(doubled)), 2);
  REQUIRE(r.code() == "");
  // What has no key has no double.
  REQUIRE(r.rows.size() == 3);
  CHECK(r.cell(0, "name") == "b");
  std::vector<std::string> held;
  for (const Rejected& one : r.rejected)
    held.push_back(std::string(one.fault.code) + ' ' + std::to_string(one.line) + ' ' + one.raw +
                   ' ' + one.owner);
  CHECK(held == std::vector<std::string>{"CH-LIG-052 1 P;1;a 1", "CH-LIG-053 2 D;1;x 1",
                                         "CH-LIG-052 4 P;1;c 1", "CH-LIG-052 6 P;1;d 1"});
}

TEST_CASE("orphans are held with what hangs from them; the rest is read") {
  const std::string text = with(
      with(std::string(file), "10;C2;Ève;\r\n", "20;C9;D1;\r\n30;C9;D1;H2;0\r\n30;C1;D9;H1;0\r\n"),
      "0012;3;300;152", "0014;5;300;177");
  const Reading r = read(lines_options(layout), base::Payload(text), 2);
  REQUIRE(r.code() == "");
  REQUIRE(r.rows.size() == 1);
  CHECK(r.cell(0, "id") == "C1");
  std::vector<std::string> held;
  for (const Rejected& one : r.rejected) {
    CHECK(one.fault.action == base::Action::hold);
    held.push_back(std::string(one.fault.code) + ' ' + std::to_string(one.line) + ' ' + one.owner);
  }
  // C9 and C2 give no row: what waits for them bears their name. C1 does, so its orphan has none.
  CHECK(held == std::vector<std::string>{"CH-LIG-053 8 C9", "CH-LIG-053 9 C9", "CH-LIG-053 10 ",
                                         "CH-LIG-053 12 C2", "CH-LIG-053 13 C2"});
}

TEST_CASE("lines of one value make one row; lines without a value stay apart") {
  const Options options = lines_options(R"({"format": "records", "types": {
    "H": {"name": "head", "role": "header", "fields": ["day"]},
    "D": {"name": "lines", "group-by": "id", "fields": ["id", "text"]}}})");
  const Reading r =
      read(options, base::Payload(std::string("H;1\nD;a;1\nD;b;2\nD;;3\nD;a;4\nD;;5\n")));
  REQUIRE(r.rows.size() == 4);
  CHECK(r.cell(0, "id") == "a");
  CHECK(r.rows[0]->find("lines")->items().size() == 2);
  CHECK(at(*r.rows[0], "lines", 1).find("text")->chars() == "4");
  CHECK(r.rows[0]->find("head")->find("day")->chars() == "1");
  CHECK(r.rows[0]->origin().line == 2);
  CHECK(r.rows[2]->find("lines")->items().size() == 1);
  CHECK(r.rows[3]->find("lines")->items().size() == 1);
}

TEST_CASE("line ends, the end mark of DOS, size and encoding are as declared") {
  const auto options = [](std::string_view more) {
    return lines_options(R"({"format": "records", "types": {"P": {"name": "persons",
      "fields": ["id"]}})" +
                         std::string(more) + "}");
  };
  CHECK(refusal(options(R"(, "line-end": "lf")"), "P;1\nP;2\r\n") == "CH-LIG-049 2:0");
  CHECK(refusal(options(R"(, "line-end": "crlf")"), "P;1\r\nP;2\n") == "CH-LIG-049 2:0");
  CHECK(refusal(options(R"(, "line-end": "crlf")"), "P;1\r\nP;2\r\n") == "");
  const Reading mixed = read(options(""), base::Payload(std::string("P;1\rP;2\nP;3\r\n")));
  CHECK(mixed.rows.size() == 3);
  CHECK(mixed.remarks == std::vector<std::string>{"CH-LIG-055"});
  CHECK(refusal(options(""), "P;1\n\x1A") == "CH-LIG-050 2:0");
  CHECK(refusal(options(R"(, "ctrl-z": true)"), "P;1\n\x1A\x1A") == "");
  CHECK(refusal(options(R"(, "ctrl-z": true)"), "P;1\n\x1AP;2\n") == "CH-LIG-051 2:0");
  std::string large;
  while (large.size() <= 1024) large += "P;1\n";
  CHECK(refusal(options(R"(, "max-size": 1024)"), large) == "CH-LIG-030 0:0");
  CHECK(refusal(options(""), "P;1\nP;\xE9\n") == "CH-TXT-001 2:0");
  const Reading latin = read(options(R"(, "encoding": "cp850", "delimiter": "tab")"),
                             base::Payload(std::string("P\t\x82\n")));
  REQUIRE(latin.rows.size() == 1);
  CHECK(latin.cell(0, "id") == "é");
}

TEST_CASE("a header and a trailer alone are no records, which is told") {
  const Options options = lines_options(R"({"format": "records", "types": {
    "H": {"name": "head", "role": "header", "fields": ["day"]},
    "P": {"name": "persons", "fields": ["id"]}}})");
  const Reading r = read(options, base::Payload(std::string("H;1\n")));
  CHECK(r.code() == "");
  CHECK(r.rows.empty());
  CHECK(r.remarks == std::vector<std::string>{"CH-LIG-057"});
}

TEST_CASE("without a layout, nothing can be read") {
  Options options;
  options.format = Format::records;
  CHECK(refusal(options, "P;1\n") == "CH-LIG-002 0:0");
}

TEST_CASE("rows outlive the stream and the other batches") {
  std::vector<tree::Document> kept;
  {
    const auto stream = open(lines_options(layout), drip(std::string(file), 7), "f");
    REQUIRE(stream);
    for (bool last = false; !last;) {
      auto batch = (*stream)->next(1);
      REQUIRE(batch);
      last = batch->last;
      kept.push_back(std::move(batch->document));
    }
    kept.erase(kept.begin());
  }
  REQUIRE(kept.size() == 1);
  CHECK(write_json(kept[0].root()).find("Les Aulnes") != std::string::npos);
}
