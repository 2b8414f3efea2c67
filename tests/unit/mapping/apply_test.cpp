#include <thread>

#include <doctest/doctest.h>

#include "gateway/codec/codec.h"
#include "gateway/mapping/cases/test_run.h"
#include "gateway/mapping/evaluate.h"
#include "gateway/mapping/joins.h"
#include "tests/unit/mapping/mappings.h"

using namespace charmille;
using namespace charmille::mapping;
using namespace charmille::mapping::testing;

namespace {

constexpr std::string_view children = R"(mapping: eo/enfants
from: csv
to: tree
each: rows
nest:
  persons:
    file: Filiation
    on: {main: Id, other: Child}
    nest:
      phones: {file: Phones, on: [Child, Name]}
  measures: {file: Mesures, on: Id}
tables:
  sexe: {F: female, M: male}
template:
  '{% assign %}':
    - mothers: "{[ persons.where(Link = 'M') ]}"
  name: "{{ Name.trim().upper() }}"
  born: "{{ Born.parseDate('dd/MM/yyyy') }}"
  sex: "{{ Sex.translate('sexe') }}"
  parents:
    '{% for p in persons %}': {name: '{{ %p.Name }}', phones: '{[ %p.phones.Number ]}'}
  mother: "{{ %mothers.Name }}"
  decisions:
    '{{ measures }}': "{{ Kind }}"
)";

tree::Document rows(std::string_view name, std::string_view csv) {
  codec::Options options;
  auto stream = codec::open(options, base::Payload(std::string(csv)), std::string(name));
  REQUIRE(stream.has_value());
  auto batch = (*stream)->next(1000);
  REQUIRE(batch.has_value());
  REQUIRE(batch->rejected.empty());
  return std::move(batch->document);
}

Joins::Files lot() {
  Joins::Files files;
  files.emplace("Filiation", rows("Filiation.csv",
                                  "Child;Name;Link\nE1;Anne;M\nE1;Marc;P\nE9;Lost;M\n;Nobody;P\n"));
  files.emplace("Phones", rows("Phones.csv",
                               "Child;Name;Number\nE1;Anne;0767\nE1;Anne;0145\nE2;Anne;0999\n"));
  return files;
}

constexpr std::string_view main_file =
    "Id;Name;Born;Sex\nE1; Inès ;12/03/2014;F\nE2;Léo;31/02/2015;X\nE3;Zoé;;M\n";

}  // namespace

TEST_CASE("rows of other files become lists inside the rows that they belong to") {
  const auto mapping = mapping_of(children);
  const auto joins = Joins::build(*mapping, lot());
  REQUIRE(joins.has_value());
  const auto items = apply(*mapping, rows("Usagers.csv", main_file), &*joins, {});
  REQUIRE(items.size() == 3);
  CHECK(
      codec::write_json(items[0].document.root()) ==
      R"({"name":"INÈS","born":"2014-03-12","sex":"female","parents":[{"name":"Anne","phones":["0767","0145"]},{"name":"Marc"}],"mother":"Anne"})");
  CHECK(codec::write_json(items[2].document.root()) == R"({"name":"ZOÉ","sex":"male"})");

  SUBCASE("a faulty row tells every failing field, and does not hurt the others") {
    REQUIRE(items[1].faults.size() == 2);
    CHECK(brief(items[1].faults) == "CH-PATH-040 3:3; CH-PATH-041 3:4");
    CHECK(items[1].faults[0].place.file == "Usagers.csv");
    CHECK(items[1].faults[0].place.path == "born");
    CHECK(argument(items[1].faults[0], "field") == "Born");
    CHECK(argument(items[1].faults[0], "rule") == "t.yaml:18:18");
    // What could be made stays, to name the record by; it must not be applied.
    CHECK_FALSE(items[1].good());
  }
  SUBCASE("values keep the file, line and column that they came from, through joins too") {
    const tree::Document& out = items[0].document;
    const base::Place name = out.place_of(out.root().find("name")->origin());
    CHECK(name == base::Place{"Usagers.csv", 2, 2, {}});
    const tree::Node& mother = out.root().find("parents")->items()[0];
    CHECK(out.place_of(mother.find("name")->origin()) == base::Place{"Filiation.csv", 2, 2, {}});
    CHECK(out.place_of(mother.find("phones")->items()[1].origin()) ==
          base::Place{"Phones.csv", 3, 3, {}});
  }
  SUBCASE("rows that belong to no row are told with file, line and rule") {
    const auto orphans = joins->orphans();
    REQUIRE(orphans.size() == 3);
    CHECK(orphans[0].place.file == "Filiation.csv");
    CHECK(orphans[0].place.line == 4);
    CHECK(orphans[1].place.line == 5);
    CHECK(orphans[2].place.file == "Phones.csv");
    CHECK(orphans[2].place.line == 4);
    CHECK(argument(orphans[0], "rule") == "t.yaml:6:3: nest.persons");
  }
}

TEST_CASE("a join column that the file has not is a fault") {
  const auto mapping = mapping_of(children);
  Joins::Files files;
  files.emplace("Mesures", rows("Mesures.csv", "Identifiant;Kind\nE1;AED\n"));
  const auto joins = Joins::build(*mapping, std::move(files));
  REQUIRE(!joins.has_value());
  CHECK(joins.error().code == "CH-MAP-041");
}

TEST_CASE("a mapping tells which nests decide on each section") {
  const auto mapping = mapping_of(children);
  CHECK(mapping->files() == std::vector<std::string>{"Filiation", "Phones", "Mesures"});
  CHECK(!mapping->streams());
  CHECK(mapping->file_of_nest("phones") == "Phones");
  const auto sections = mapping->sections_and_nests();
  CHECK(sections.at("name").empty());
  CHECK(sections.at("parents") == std::set<std::string>{"persons", "phones"});
  CHECK(sections.at("mother") == std::set<std::string>{"persons"});
  CHECK(sections.at("decisions") == std::set<std::string>{"measures"});
}

TEST_CASE("an empty cell is no value, an empty text of JSON is one") {
  const std::string body =
      "to: tree\neach: rows\ntemplate: {a: '{{ A }}', b: '{{ A.exists() }}'}\n";
  const auto csv = mapping_of("mapping: t\nfrom: csv\n" + body);
  CHECK(codec::write_json(apply(*csv, rows("f", "A;B\n;x\n"), nullptr, {}).at(0).document.root()) ==
        R"({"b":false})");
  const auto from_json = mapping_of("mapping: t\nfrom: json\n" + body);
  CHECK(
      codec::write_json(
          apply(*from_json, json(R"({"rows": [{"A": ""}]})"), nullptr, {}).at(0).document.root()) ==
      R"({"a":"","b":true})");
}

TEST_CASE("an explanation tells for each value its rule and the cells that it read") {
  const auto mapping = mapping_of(
      "mapping: t\nfrom: csv\nto: tree\neach: rows\ntemplate:\n  {full: '{{ A & B }}', list: ['{{ "
      "B }}', fixed]}\n");
  const auto items = apply(*mapping, rows("f.csv", "A;B\nx;y\n"), nullptr, {}, Explain::yes);
  const auto& told = items.at(0).explained;
  REQUIRE(told.size() == 3);
  CHECK(told[0].path == "full");
  CHECK(told[0].rule == base::Place{"t.yaml", 6, 10, {}});
  REQUIRE(told[0].sources.size() == 2);
  CHECK(told[0].sources[0] == base::Place{"f.csv", 2, 1, {}});
  CHECK(told[0].sources[1] == base::Place{"f.csv", 2, 2, {}});
  CHECK(told[1].path == "list[0]");
  CHECK(told[2].path == "list[1]");
  CHECK(told[2].sources.empty());
}

TEST_CASE("tests inside a mapping pass, or show path, rule, wanted and got") {
  const auto mapping = mapping_of(R"(mapping: t
from: csv
to: tree
each: rows
template:
  number: "{{ N.toInteger() }}"
  born: "{{ Born.parseDate('dd/MM/yyyy') }}"
  persons: {'{{ p }}': {name: '{{ Name }}'}}
tests:
  - {name: good, input: {N: 12, Born: 12/03/2014, p: [{Name: A}]}, output: {number: 12, born: 2014-03-12, persons: [{name: A}]}}
  - {name: nothing, input: {N: ''}, output: null}
  - {name: a fault that is wanted, input: {Born: 31/02/2014}, faults: [CH-PATH-040]}
  - {name: wrong, input: {N: 3, p: [{Name: A}]}, output: {number: 4, persons: [{name: B}, {name: C}]}}
  - {name: unexpected fault, input: {Born: x}, output: {}}
  - {name: fault that does not come, input: {N: 1}, faults: [CH-PATH-040]}
)");
  const auto results = run_tests(*mapping);
  REQUIRE(results.size() == 6);
  CHECK(results[0].passed());
  CHECK(results[1].passed());
  CHECK(results[2].passed());
  REQUIRE(results[3].differences.size() == 3);
  CHECK(results[3].differences[0].path == "number");
  CHECK(results[3].differences[0].rule == base::Place{"t.yaml", 6, 11, {}});
  CHECK(results[3].differences[0].expected == "4");
  CHECK(results[3].differences[0].got == "3");
  CHECK(results[3].differences[1].path == "persons[0].name");
  CHECK(results[3].differences[2].path == "persons[1]");
  CHECK(results[3].differences[2].got == "(absent)");
  CHECK(results[3].place.line == 13);
  CHECK(brief(results[4].faults) == "CH-PATH-040 14:44");
  CHECK(!results[5].passed());
}

TEST_CASE("one expression on one document gives an array") {
  Variables variables;
  variables.set_text("who", "B");
  const auto out =
      evaluate("names.where($this != %who)", json(R"({"names": ["A", "B", "C"]})"), variables, {});
  REQUIRE(out.has_value());
  CHECK(codec::write_json(out->root()) == R"(["A","C"])");
  CHECK(evaluate("a b", json("{}"), {}, {}).error().place.column == 3);
}

TEST_CASE("a result outlives the mapping and the batch that it came from") {
  std::vector<Item> items;
  {
    const auto mapping = mapping_of(
        "mapping: t\nfrom: csv\nto: tree\neach: rows\ntemplate: {a: '{{ A }}', fixed: text}\n");
    const tree::Document batch = rows("f", "A\nx\n");
    items = apply(*mapping, batch, nullptr, {});
  }
  CHECK(codec::write_json(items.at(0).document.root()) == R"({"a":"x","fixed":"text"})");
}

TEST_CASE("one mapping and one set of joins serve several threads") {
  const auto mapping = mapping_of(children);
  const auto joins = Joins::build(*mapping, lot());
  REQUIRE(joins.has_value());
  std::vector<std::thread> threads;
  std::vector<std::string> results(4);
  for (std::string& result : results)
    threads.emplace_back([&] {
      codec::Options options;
      auto stream = codec::open(options, base::Payload(std::string(main_file)), "Usagers.csv");
      auto batch = (*stream)->next(1000);
      for (int i = 0; i < 50; ++i)
        result =
            codec::write_json(apply(*mapping, batch->document, &*joins, {})[0].document.root());
    });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& result : results) CHECK(result == results[0]);
  CHECK(joins->orphans().size() == 3);
}

namespace {

/// Rows {Child, N} with a document each: its content is "<child><n>".
tree::Document documents_of(const std::vector<std::pair<std::string, std::string>>& all) {
  tree::Document d;
  std::vector<tree::Node> rows;
  for (const auto& [child, number] : all) {
    const auto at = d.add_attachment({base::Payload(child + number), "text/plain"});
    rows.push_back(d.object({{"Child", d.text(child)},
                             {"N", d.text(number)},
                             {"document", tree::Node::attachment(at)}}));
  }
  d.set_root(d.object({{"rows", d.array(rows)}}));
  return d;
}

constexpr std::string_view with_pieces = R"(mapping: eo/pieces
from: csv
to: tree
each: rows
nest:
  pieces: {file: Pieces, on: {main: Id, other: Child}}
template:
  id: "{{ Id }}"
  pieces:
    '{% for p in pieces %}': {n: '{{ %p.N }}', content: '{{ %p.document }}'}
)";

}  // namespace

TEST_CASE("joined rows bring their documents, in whatever batch they came, and no others") {
  const auto mapping = mapping_of(with_pieces);
  Joins::Files files;
  files.emplace("Pieces", documents_of({{"E1", "a"}, {"E2", "b"}}));
  files.emplace("Pieces", documents_of({{"E3", "c"}, {"E1", "d"}}));
  const auto joins = Joins::build(*mapping, std::move(files));
  REQUIRE(joins);
  const tree::Document main = rows("Main.csv", "Id;Name\nE1;x\nE2;y\nE4;z\n");
  const auto items = apply(*mapping, main, &*joins, {});
  REQUIRE(items.size() == 3);
  const auto content = [&](std::size_t item, std::size_t piece) {
    const tree::Document& document = items[item].document;
    const tree::Node& at = document.root().find("pieces")->items()[piece];
    return *document.attachments()[at.find("content")->attachment_index()].bytes.bytes(100);
  };
  CHECK(items[0].document.attachments().size() == 2);
  CHECK(content(0, 0) == "E1a");
  CHECK(content(0, 1) == "E1d");
  CHECK(items[1].document.attachments().size() == 1);
  CHECK(content(1, 0) == "E2b");
  CHECK(items[2].document.attachments().empty());
  CHECK(joins->orphans().size() == 1);
}
