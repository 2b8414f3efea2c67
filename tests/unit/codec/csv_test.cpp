#include "tests/unit/codec/reading.h"

using namespace charmille;
using namespace charmille::codec;
using namespace charmille::codec::test;
using namespace std::literals;

TEST_CASE("cells keep their exact text, with line and number of the cell") {
  const Reading r = read_csv("A;B;C\r\n x ;\"y;\"\"z\"\"\";\r\n1;\"two\r\nlines\";3\r\n4;5;6\r\n");
  REQUIRE(r.rows.size() == 3);
  CHECK(r.cell(0, "A") == " x ");
  CHECK(r.cell(0, "B") == "y;\"z\"");
  CHECK(r.rows[0]->find("C")->is(tree::Kind::text));
  CHECK(r.cell(0, "C") == "");
  CHECK(r.cell(1, "B") == "two\r\nlines");
  CHECK(r.rows[1]->origin() == tree::Origin{1, 3, 1});
  CHECK(r.rows[1]->find("C")->origin() == tree::Origin{1, 4, 3});
  CHECK(r.rows[2]->origin().line == 5);
  CHECK(r.documents[0].place_of(r.rows[2]->find("B")->origin()) == base::Place{"f", 5, 2, ""});
}

TEST_CASE("records come in batches of the limit, and an empty last batch is said to be the last") {
  auto stream = open({}, base::Payload("A;B\n1;2\n3;4\n"), "f");
  const auto first = (*stream)->next(2);
  REQUIRE(first);
  CHECK(first->document.root().find("rows")->items().size() == 2);
  CHECK_FALSE(first->last);
  const auto second = (*stream)->next(2);
  REQUIRE(second);
  CHECK(second->document.root().find("rows")->items().empty());
  CHECK(second->last);
  CHECK(second->remarks.empty());
}

TEST_CASE("only the null values become null") {
  CsvInput csv;
  csv.null_values = {"NULL", "01/01/1900"};
  const Reading r = read_csv("A;B;C\nNULL;;01/01/1900\n", csv);
  CHECK(r.rows.at(0)->find("A")->is(tree::Kind::null));
  CHECK(r.rows.at(0)->find("B")->is(tree::Kind::text));
  CHECK(r.rows.at(0)->find("C")->is(tree::Kind::null));
}

TEST_CASE("a ragged row is rejected alone, with its physical line after a text of several lines") {
  const Reading r = read_csv("A;B;C\n1;\"x\ny\";3\n1;2\n1;2;3;4\n7;8;9\n");
  CHECK(r.rows.size() == 2);
  REQUIRE(r.rejected.size() == 2);
  CHECK(r.rejected[0].fault.code == "CH-CSV-004");
  CHECK(r.rejected[0].line == 4);
  CHECK(r.rejected[0].number == 2);
  CHECK(r.rejected[0].raw == "1;2");
  CHECK(r.rejected[1].line == 5);
  CHECK(r.rejected[1].fault.args == base::Args{{"found", "4"}, {"expected", "3"}});
}

TEST_CASE("an unclosed quote is named with the line where it opened") {
  Reading r = read_csv("A;B\n1;2\n3;\"four\n5;6\n7;8\n");
  CHECK(r.code() == "CH-CSV-006");
  CHECK(r.refused->place.line == 3);
  CHECK(r.refused->place.column == 2);
  // The next quoted text closes it in the wrong place.
  r = read_csv("A;B\n1;2\n3;\"four\n5;6\n7;\"eight\"\n");
  CHECK(r.code() == "CH-CSV-007");
  CHECK(r.refused->place.line == 3);
  // The next quote happens to end a cell: the rows inside the text betray it.
  r = read_csv("A;B;C\n1;2;3\n3;4;\"four\n5;6;7\n7;\";z\n1;1;1\n");
  CHECK(r.code() == "CH-CSV-017");
  CHECK(r.refused->place.line == 3);
  r = read_csv("A;B;C;D;E;F;G;H\n1;2;3;4;5;6;7;\"8\n1;2;3;4;5;6;7;8\n1;2;3;4;5;6;7;\"\n");
  CHECK(r.code() == "CH-CSV-017");
  CHECK(r.refused->place.line == 2);
  r = read_csv("A;B;C\n1;2;\"text; with; signs\nand more\"\n1;1;1\n");
  CHECK(r.rows.size() == 2);
  r = read_csv("A;B\n1;2\n3;\"four\n5;6\n7;\"eight\"\n");
  CHECK(r.refused->place.line == 3);
  CsvInput csv;
  csv.max_cell = 1024;
  csv.max_record = 1024;
  std::string long_file = "A;B\n1;\"2\n";
  for (int i = 0; i < 20000; ++i) long_file += "row;row\n";
  r = read_csv(long_file, csv);
  CHECK(r.code() == "CH-CSV-008");
  CHECK(r.refused->place.line == 2);
}

TEST_CASE("a quote inside a plain cell is plain text") {
  CHECK(read_csv("A;B\n12\" pipe;x\n").cell(0, "A") == "12\" pipe");
  CsvInput csv;
  csv.quote = {};
  CHECK(read_csv("A;B\n\"x;y\"\n", csv).cell(0, "A") == "\"x");
}

TEST_CASE("CR LF, LF and CR are all read, with a remark, and never join two records") {
  const Reading r = read_csv("A;B\r\n1;2\n3;4\r5;6\r\n");
  CHECK(r.rows.size() == 3);
  CHECK(r.rows[2]->origin().line == 4);
  CHECK(r.remarks == std::vector<std::string>{"CH-CSV-012"});
  CHECK(read_csv("A;B\r1;2\r3;4\r").remarks.empty());
  CHECK(read_csv("A;B\r\n1;\"2\n\"\r\n").remarks.empty());
}

TEST_CASE("blank lines are skipped and counted as lines") {
  const Reading r = read_csv("\r\nA;B\r\n\r\n1;2\r\n\r\n");
  REQUIRE(r.rows.size() == 1);
  CHECK(r.rows[0]->origin().line == 4);
}

TEST_CASE("a header that ends with a delimiter has no column there") {
  const Reading r = read_csv("A;B;\n1;2;\n3;4\n5;6;7\n");
  CHECK(r.rows.size() == 2);
  CHECK(r.rows[0]->items().size() == 2);
  REQUIRE(r.rejected.size() == 1);
  CHECK(r.rejected[0].line == 4);
  CHECK(read_csv("A;;B\n1;2;3\n").code() == "CH-CSV-023");
}

TEST_CASE("a last line that is cut is refused; one that only lacks its line end is read") {
  CHECK(read_csv("A;B;C\n1;2;3\n4;5").code() == "CH-CSV-009");
  CHECK(read_csv("A;B;\n1;2;\n4;5").code() == "CH-CSV-009");
  CHECK(read_csv("A;B;C\n1;2;3\n4;5;6").rows.size() == 2);
  CHECK(read_csv("A;B;C\n1;2;3\n4;5;").cell(1, "C") == "");
  CHECK(read_csv("A;B;C\n1;2;3\n4;5;\"6\"").cell(1, "C") == "6");
  CHECK(read_csv("A;B").code() == "CH-CSV-009");
}

TEST_CASE("an empty file is refused, a header alone is remarked") {
  CHECK(read_csv("").code() == "CH-CSV-001");
  CHECK(read_csv("\xEF\xBB\xBF").code() == "CH-CSV-001");
  CHECK(read_csv("\r\n\r\n").code() == "CH-CSV-001");
  const Reading r = read_csv("A;B\r\n");
  CHECK(r.rows.empty());
  CHECK(r.remarks == std::vector<std::string>{"CH-CSV-002"});
}

TEST_CASE("columns: doubled, missing (all named), unknown") {
  CHECK(read_csv("A;B;A\n1;2;3\n").code() == "CH-CSV-005");
  CsvInput csv;
  csv.required = {"A", "X", "Y"};
  const Reading missing = read_csv("A;B\n1;2\n", csv);
  CHECK(missing.code() == "CH-CSV-003");
  CHECK(missing.refused->args == base::Args{{"columns", "X, Y"}});
  csv.required = {"A"};
  csv.known = {"B"};
  CHECK(read_csv("A;B;C\n1;2;3\n", csv).remarks == std::vector<std::string>{"CH-CSV-015"});
  csv.unknown = CsvInput::Unknown::refuse;
  CHECK(read_csv("A;B;C\n1;2;3\n", csv).code() == "CH-CSV-014");
  CHECK(read_csv("A;B\n1;2\n", csv).rows.size() == 1);
  csv.unknown = CsvInput::Unknown::accept;
  CHECK(read_csv("A;B;C\n1;2;3\n", csv).remarks.empty());
}

TEST_CASE("another delimiter is recognised from the header") {
  CsvInput csv;
  csv.required = {"Nom", "Sexe"};
  Reading r = read_csv("Nom,Sexe,Ville\nA,B,C\n", csv);
  CHECK(r.code() == "CH-CSV-010");
  CHECK(r.refused->args == base::Args{{"delimiter", ";"}, {"seems", ","}});
  r = read_csv("a\tb\tc\n1\t2\t3\n");
  CHECK(r.code() == "CH-CSV-010");
  CHECK(r.refused->args == base::Args{{"delimiter", ";"}, {"seems", "tab"}});
  CHECK(read_csv("Nom, prénom\nA\n").rows.size() == 1);
}

TEST_CASE("a sep= line names the delimiter of the file") {
  Reading r = read_csv("sep=;\nA;B\n1;2\n");
  CHECK(r.remarks.empty());
  CHECK(r.rows.at(0)->origin().line == 3);
  r = read_csv("sep=,\r\nA,B\r\n1,2\r\n");
  CHECK(r.remarks == std::vector<std::string>{"CH-CSV-013"});
  CHECK(r.cell(0, "B") == "2");
}

TEST_CASE("a cell or a record that is too large is rejected alone, in bounded memory") {
  CsvInput csv;
  csv.max_cell = 1000;
  csv.max_record = 4000;
  const Reading r = read_csv("A;B;C\n1;" + std::string(3'000'000, 'x') + ";3\n4;5;6\n7;" +
                                 std::string(1001, 'y') + ";9\n" + "1;\"" + std::string(2000, 'z') +
                                 "\";2\n0;0;0\n",
                             csv);
  CHECK(r.rows.size() == 2);
  REQUIRE(r.rejected.size() == 3);
  for (const Rejected& rejected : r.rejected) {
    CHECK(rejected.fault.code == "CH-CSV-011");
    CHECK(rejected.fault.place.column == 2);
    CHECK(rejected.raw.size() <= 4003);
  }
  CHECK(r.rejected[0].line == 2);
  CHECK(r.rejected[1].line == 4);
  CHECK(r.rows[1]->origin().line == 6);
  csv.max_cell = 100;
  csv.max_record = 100;
  std::string wide = "A;B\n";
  for (int i = 0; i < 100000; ++i) wide += "x;";
  CHECK(read_csv(wide + "\n1;2\n", csv).rejected.at(0).fault.code == "CH-CSV-016");
}

TEST_CASE("encodings and marks that contradict the configuration are refused") {
  CsvInput cp1252;
  cp1252.encoding = Encoding::windows_1252;
  CHECK(read_csv("Nom;B\nZo\xE9;2\n", cp1252).cell(0, "Nom") == "Zoé");
  CHECK(read_csv("\xEF\xBB\xBF"
                 "A;B\n1;2\n",
                 cp1252)
            .code() == "CH-TXT-006");
  CHECK(read_csv("\xEF\xBB\xBF"
                 "A;B\n1;2\n")
            .rows.size() == 1);
  CHECK(read_csv("\xFF\xFE"
                 "A\0;\0"s)
            .code() == "CH-TXT-006");
  Reading r = read_csv("A;B\n1;2\nZo\xE9;2\n");
  CHECK(r.code() == "CH-TXT-001");
  CHECK(r.refused->place.line == 3);
  r = read_csv("A;B\r\n1;2\r\nZo\xC3\xA9;2\r\n", cp1252);
  CHECK(r.code() == "CH-TXT-003");
  CHECK(r.refused->place.line == 3);
  r = read_csv("A;B\n1;2\nPrÃ©nom;2\n");
  CHECK(r.code() == "CH-TXT-005");
  CHECK(r.refused->place.line == 3);
  r = read_csv("A;B\n1;\0\n"s);
  CHECK(r.code() == "CH-TXT-004");
  CHECK(r.refused->place.line == 2);
  CsvInput utf16;
  utf16.encoding = Encoding::utf16le;
  CHECK(read_csv("\xFF\xFE"
                 "A\0;\0B\0\n\0"
                 "1\0;\0\xE9\0\n\0"s,
                 utf16)
            .cell(0, "B") == "é");
}

TEST_CASE("a letter lost before the file was made is remarked once") {
  const Reading r = read_csv("A;B\nx\uFFFD;\uFFFD\n");
  CHECK(r.rows.size() == 1);
  CHECK(r.remarks == std::vector<std::string>{"CH-TXT-008"});
}

TEST_CASE("contents that are no text are refused") {
  CHECK(read_csv("\x1F\x8B\x08\x00"s).code() == "CH-TXT-007");
  CHECK(read_csv("PK\x03\x04zzz").code() == "CH-TXT-007");
  CHECK(read_csv("%PDF-1.7\n").code() == "CH-TXT-007");
  CHECK(read_csv("<?xml version='1.0'?><a/>").code() == "CH-TXT-007");
}

TEST_CASE("the mark of DOS at the end of a file is no record") {
  CsvInput cp850;
  cp850.encoding = Encoding::cp850;
  const Reading r = read_csv("A;B\r\n1;2\r\n\x1A", cp850);
  CHECK(r.rows.size() == 1);
  CHECK_FALSE(r.refused);
}

TEST_CASE("what is read does not depend on where chunks end") {
  // Longer than a chunk, so that 64 KiB boundaries fall inside cells, quotes, CR LF pairs and
  // characters.
  std::string bytes = "Identifiant;Observations;Prénom;\r\n";
  for (int i = 0; i < 9000; ++i)
    bytes += std::to_string(i) + ";\"texte \"\"cité\"\"\r\nsuite é" +
             std::string(static_cast<std::size_t>(i % 7), 'x') + "\";Zoé;\r\n";
  const Reading r = read_csv(bytes, {}, 1000);
  REQUIRE(r.rows.size() == 9000);
  CHECK(r.remarks.empty());
  for (std::size_t i = 0; i < r.rows.size(); ++i) {
    REQUIRE(r.cell(i, "Identifiant") == std::to_string(i));
    REQUIRE(r.cell(i, "Observations") == "texte \"cité\"\r\nsuite é" + std::string(i % 7, 'x'));
    REQUIRE(r.rows[i]->origin().line == 2 + 2 * i);
  }
  const Reading dripped = read({}, drip(bytes, 7));
  CHECK(dripped.rows.size() == 9000);
}

TEST_CASE("a batch of large records ends early, so that memory stays bounded") {
  std::string bytes = "A;B\n";
  for (int i = 0; i < 100; ++i)
    bytes += std::string(500'000, 'x') + ";2\n";  // each is rejected: max-cell
  auto stream = open({}, base::Payload(bytes), "f");
  std::size_t rejected = 0;
  for (;;) {
    const auto batch = (*stream)->next(1000);
    REQUIRE(batch);
    CHECK(batch->rejected.size() <= 34);
    rejected += batch->rejected.size();
    if (batch->last) break;
  }
  CHECK(rejected == 100);
}
