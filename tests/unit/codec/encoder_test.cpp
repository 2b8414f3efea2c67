#include <random>

#include "tests/unit/codec/reading.h"

using namespace charmille;
using namespace charmille::codec;
using namespace charmille::codec::test;
using tree::Document;
using tree::Node;

namespace {

OutputOptions csv_output() {
  return {Format::csv, {}, {}};
}

/// The bytes, or the code of the fault.
std::string written(const OutputOptions& options, const Document& document, const Node& node) {
  const auto encoded = encode(options, document, node);
  if (encoded) return encoded->bytes;
  check_fault(encoded.error());
  return std::string(encoded.error().code);
}

Node one(Document& d, std::string_view text) {
  return d.object({{"A", d.text(text)}, {"B", d.integer(1)}});
}

}  // namespace

TEST_CASE("columns come in the order asked for; a field that has none is refused") {
  Document d;
  const Node row = d.object({{"A", d.text("a")},
                             {"B", d.number("10.50")},
                             {"C", Node::boolean(true)},
                             {"D", Node::null()}});
  OutputOptions options = csv_output();
  CHECK(written(options, d, row) == "A;B;C;D\r\na;10.50;true;\r\n");
  options.csv.columns = {"D", "C", "B", "A", "E"};
  options.csv.decimal = ',';
  options.csv.header = false;
  options.csv.line_end = "\n";
  options.csv.null_text = "NULL";
  CHECK(written(options, d, row) == "NULL;true;10,50;a;NULL\n");
  options.csv.columns = {"A"};
  CHECK(written(options, d, row) == "CH-CSV-028");
}

TEST_CASE("quotes come where they are needed, always, or never") {
  Document d;
  OutputOptions options = csv_output();
  options.csv.header = false;
  CHECK(written(options, d, one(d, "x;y")) == "\"x;y\";1\r\n");
  CHECK(written(options, d, one(d, "say \"x\"\n")) == "\"say \"\"x\"\"\n\";1\r\n");
  options.csv.quoting = CsvOutput::Quoting::always;
  CHECK(written(options, d, one(d, "x")) == "\"x\";\"1\"\r\n");
  options.csv.quoting = CsvOutput::Quoting::never;
  CHECK(written(options, d, one(d, "x;y")) == "CH-CSV-019");
}

TEST_CASE("a value that is no cell is refused with its column, and nothing is written") {
  Document d;
  const auto encoder = make_encoder(csv_output());
  std::string out;
  REQUIRE(encoder->add(d, one(d, "x"), out));
  const std::string before = out;
  const Node list = d.object({{"A", d.array({})}, {"B", d.integer(1)}});
  const auto refused = encoder->add(d, list, out);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().place.path == "A");
  CHECK(out == before);
}

TEST_CASE("encoding: mark, replacement counted, refusal") {
  Document d;
  OutputOptions options = csv_output();
  options.csv.mark = true;
  CHECK(written(options, d, one(d, "é")) ==
        "\xEF\xBB\xBF"
        "A;B\r\né;1\r\n");
  options.csv.encoding = Encoding::windows_1252;
  CHECK(written(options, d, one(d, "Œ")) == "A;B\r\n\x8C;1\r\n");
  CHECK(written(options, d, one(d, "Ştefan")) == "CH-TXT-009");
  options.csv.replacement = '?';
  const auto encoded = encode(options, d, one(d, "Ştefan"));
  REQUIRE(encoded);
  CHECK(encoded->bytes == "A;B\r\n?tefan;1\r\n");
  REQUIRE(encoded->remarks.size() == 1);
  check_fault(encoded->remarks[0]);
  CHECK(encoded->remarks[0].args[0].second == "1");
}

TEST_CASE("formulas are left alone, or neutralised and counted; presence codes and numbers stay") {
  Document d;
  OutputOptions options = csv_output();
  options.csv.header = false;
  CHECK(written(options, d, one(d, "=1+1")) == "=1+1;1\r\n");
  options.csv.neutralise_formulas = true;
  const Node rows[] = {one(d, "=1+1"), one(d, "@x"),   one(d, "＝1"),  one(d, "-2+cmd"),
                       one(d, "-"),    one(d, "-3,5"), one(d, "+33 1")};
  const auto encoded = encode(options, d, d.array(rows));
  REQUIRE(encoded);
  CHECK(encoded->bytes ==
        "'=1+1;1\r\n'@x;1\r\n'＝1;1\r\n'-2+cmd;1\r\n-;1\r\n-3,5;1\r\n+33 1;1\r\n");
  REQUIRE(encoded->remarks.size() == 1);
  CHECK(encoded->remarks[0].code == "CH-CSV-020");
  CHECK(encoded->remarks[0].args[0].second == "4");
}

TEST_CASE("no record gives the header alone when the columns are known") {
  const Document d{};
  OutputOptions options = csv_output();
  options.csv.columns = {"A", "B"};
  CHECK(written(options, d, Node::array({})) == "A;B\r\n");
}

TEST_CASE("control lines carry the count, the sums and the first row's values") {
  Document d;
  const auto row = [&](std::string_view id, std::string_view days) {
    return d.object({{"id", d.text(id)}, {"days", d.text(days)}});
  };
  OutputOptions options = csv_output();
  options.csv.header = false;
  options.csv.line_end = "\n";
  options.csv.first_line = *ControlLine::parse("00;{first:id};{{V1}}");
  options.csv.last_line = *ControlLine::parse("99;{lines:6};{sum:days:4};{all-lines}");
  CHECK(written(options, d, d.array(std::vector{row("a", "30"), row("b", "08")})) ==
        "00;a;{V1}\na;30\nb;08\n99;000002;0038;4\n");
  CHECK(written(options, d, Node::array({})) == "00;;{V1}\n99;000000;0000;2\n");
  CHECK(written(options, d, row("a", "8,5")) == "CH-CSV-030");

  // A row that is refused counts nowhere.
  const auto encoder = make_encoder(options);
  std::string bytes;
  REQUIRE(encoder->add(d, row("a", "1"), bytes));
  CHECK_FALSE(encoder->add(d, d.object({{"id", d.text("b")}, {"other", d.text("x")}}), bytes));
  CHECK_FALSE(encoder->add(d, row("c", "?"), bytes));
  REQUIRE(encoder->finish(bytes));
  CHECK(bytes == "00;a;{V1}\na;1\n99;000001;0001;3\n");
}

TEST_CASE("a control line that says nothing known is refused") {
  for (const char* text : {"{", "}", "{line}", "{lines:0}", "{lines:99}", "{lines:x}", "{sum}",
                           "{sum:}", "{sum:a:b:c}", "{first}", "{first:}", "{first:a:3}", "{}"}) {
    CAPTURE(text);
    const auto line = ControlLine::parse(text);
    REQUIRE_FALSE(line);
    CHECK(line.error().code == "CH-CSV-029");
  }
}

TEST_CASE("json and ndjson are written as a stream") {
  Document d;
  const Node rows[] = {one(d, "x"), one(d, "y")};
  OutputOptions options{Format::ndjson, {}, {}};
  CHECK(written(options, d, d.array(rows)) == "{\"A\":\"x\",\"B\":1}\n{\"A\":\"y\",\"B\":1}\n");
  options.format = Format::json;
  CHECK(written(options, d, d.array(rows)) ==
        "[\n{\"A\":\"x\",\"B\":1},\n{\"A\":\"y\",\"B\":1}\n]\n");
  CHECK(written(options, d, Node::array({})) == "[]\n");
  options.json.each = false;
  CHECK(written(options, d, rows[0]) == "{\"A\":\"x\",\"B\":1}\n");
  CHECK(written(options, d, d.array(rows)) == "CH-JSON-011");
}

TEST_CASE("any table that is written is read back equal, in every encoding") {
  std::mt19937 random(20260630);
  const std::vector<std::string> pieces = {"é", "\"",  "\"\"", ";", ",", "\r\n", "\n", "\r",
                                           "x", "Nom", " ",    "'", "=", "É",    "",   "ç"};
  const auto any = [&](std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random);
  };
  for (int round = 0; round < 300; ++round) {
    Document d;
    std::vector<Node> rows;
    const std::size_t columns = 1 + any(5);
    for (std::size_t r = any(6) + 1; r > 0; --r) {
      std::vector<Document::Member> members;
      const std::vector<std::string> names = {"A", "B é", "C;", "D \"x\"", "E\nF"};
      for (std::size_t c = 0; c < columns; ++c) {
        std::string text;
        for (std::size_t n = any(6); n > 0; --n) text += pieces[any(pieces.size())];
        members.emplace_back(names[c], d.text(text));
      }
      rows.push_back(d.object(members));
    }
    OutputOptions output = csv_output();
    output.csv.encoding = static_cast<Encoding>(any(7));
    output.csv.delimiter = ";,\t|"[any(4)];
    output.csv.line_end = any(2) == 0 ? "\n" : "\r\n";
    output.csv.quoting = any(2) == 0 ? CsvOutput::Quoting::needed : CsvOutput::Quoting::always;
    output.csv.mark = any(2) == 0;
    const auto encoded = encode(output, d, d.array(rows));
    REQUIRE(encoded);
    CsvInput input;
    input.encoding = output.csv.encoding;
    input.delimiter = output.csv.delimiter;
    CAPTURE(encoded->bytes);
    const Reading r = read({Format::csv, input, {}}, drip(encoded->bytes, 1 + any(9)));
    REQUIRE(r.code() == "");
    REQUIRE(r.rows.size() == rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) REQUIRE(equal(*r.rows[i], rows[i]));
  }
}
