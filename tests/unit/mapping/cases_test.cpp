#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

#include <doctest/doctest.h>

#include "gateway/mapping/cases/case_files.h"
#include "gateway/mapping/cases/test_run.h"
#include "tests/unit/mapping/mappings.h"

using namespace charmille;
using namespace charmille::mapping;
using namespace charmille::mapping::testing;

namespace {

constexpr std::string_view children = R"(mapping: eo/enfants
from: csv
to: tree
each: rows
vars: {town: ""}
nest:
  measures: {file: Mesures, on: Id}
tables:
  sexe: {csv: sexe.csv, key: from, value: to}
template:
  name: "{{ Name.upper() }}"
  sex: "{{ Sex.translate('sexe') }}"
  town: "{{ %town.where($this != '') }}"
  measures: "{[ measures.Kind ]}"
)";

/// A folder mappings/eo with enfants.yaml and its cases; it goes with the test.
class Beside {
 public:
  Beside() {
    std::string name = (std::filesystem::temp_directory_path() / "charmille-cases-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    write("eo/enfants.yaml", children);
    write("eo/sexe.csv", "from;to\nF;female\nM;male\n");
  }
  ~Beside() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;

  void write(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  void put(const std::string& name, std::string_view text) const {
    write("eo/cases/enfants/" + name, text);
  }
  bool has(const std::string& name) const {
    return std::filesystem::exists(folder_ / "eo/cases/enfants" / name);
  }
  std::string text(const std::string& name) const {
    std::ostringstream out;
    out << std::ifstream(folder_ / "eo/cases/enfants" / name).rdbuf();
    return out.str();
  }
  std::vector<TestResult> run(Wanted wanted = Wanted::check, Coverage* coverage = nullptr) {
    auto loaded = load({folder_ / "eo/enfants.yaml", "eo/enfants.yaml", {}});
    REQUIRE(loaded.has_value());
    mapping_ = *loaded;
    return run_cases(*mapping_, wanted, coverage);
  }
  const Mapping& mapping() const { return *mapping_; }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  std::shared_ptr<const Mapping> mapping_;
};

std::string codes(const std::vector<TestResult>& results) {
  std::string out;
  for (const TestResult& result : results)
    for (const Fault& fault : result.faults)
      out += (out.empty() ? "" : "; ") + std::string(fault.code) + " " + fault.place.file;
  return out;
}

}  // namespace

TEST_CASE("a mapping without a folder of cases has none") {
  Beside beside;
  CHECK(beside.run().empty());
}

TEST_CASE("a case of one item passes when its result is the one wanted") {
  Beside beside;
  beside.put("item.in.json", R"({"Name": "Inès", "measures": [{"Kind": "AEMO"}]})");
  beside.put("item.out.json", R"({"name": "INÈS", "measures": ["AEMO"]})");
  const auto good = beside.run();
  REQUIRE(good.size() == 1);
  CHECK(good[0].name == "item");
  CHECK(good[0].passed());
  beside.put("item.out.json", R"({"name": "INÈS", "measures": ["AED"]})");
  const auto bad = beside.run();
  REQUIRE(bad[0].differences.size() == 1);
  CHECK(bad[0].differences[0].path == "measures[0]");
  CHECK(bad[0].differences[0].rule.line == 14);
  CHECK(bad[0].differences[0].expected == "\"AED\"");
  CHECK(bad[0].differences[0].got == "\"AEMO\"");
}

TEST_CASE("a real file gives a list, and a difference names the row of the file") {
  Beside beside;
  beside.put("file.in.csv", "Id;Name;Sex\nE1;Inès;F\nE2;Léo;M\n");
  beside.put("file.out.json", R"([{"name": "INÈS", "sex": "female"},
                                  {"name": "LÉO", "sex": "female"}, {"name": "ZOÉ"}])");
  const auto results = beside.run();
  REQUIRE(results.size() == 1);
  REQUIRE(results[0].differences.size() == 2);
  const Difference& sex = results[0].differences[0];
  CHECK(sex.path == "[1].sex");
  CHECK(sex.rule.line == 12);
  CHECK(sex.source.file == "eo/cases/enfants/file.in.csv");
  CHECK(sex.source.line == 3);
  CHECK(results[0].differences[1].path == "[2]");
  CHECK(results[0].differences[1].got == "(absent)");
}

TEST_CASE("the options beside a case say how its file is written and what its variables are") {
  Beside beside;
  beside.put("latin.in.csv", "Id,Name\nE1,In\xE8s\n");
  beside.put("latin.out.json", R"([{"name": "INÈS", "town": "Aix"}])");
  CHECK(codes(beside.run()).starts_with("CH-TXT"));
  beside.put("latin.with.json", R"({"vars": {"town": "Aix"},
    "format": {"encoding": "windows-1252", "delimiter": ","}})");
  CHECK(beside.run()[0].passed());
  beside.put("latin.with.json", R"({"variables": {}})");
  CHECK_FALSE(beside.run()[0].passed());
}

TEST_CASE("the files of a lot stand in a folder; rows without their child are faults") {
  Beside beside;
  beside.put("lot.in/Usagers.csv", "Id;Name\nE1;Inès\n");
  beside.put("lot.in/Mesures.csv", "Id;Kind\nE1;AEMO\nE1;AED\nE9;TISF\n");
  beside.put("lot.out.json", R"([{"name": "INÈS", "measures": ["AEMO", "AED"]}])");
  CHECK(codes(beside.run()) == "CH-MAP-040 eo/cases/enfants/lot.in/Mesures.csv");
  beside.put("lot.out.faults", "CH-MAP-040\n");
  CHECK(beside.run()[0].passed());
  beside.put("lot.out.faults", "CH-MAP-040\nCH-PATH-041\n");
  CHECK(beside.run()[0].differences.size() == 1);
  beside.put("lot.in/Autre.csv", "Id\nE1\n");
  CHECK(codes(beside.run()) == "CH-MAP-063 eo/cases/enfants/lot.in");
}

TEST_CASE("a case that does not say what it wants, and a file of no case, are errors") {
  Beside beside;
  beside.put("a.in.json", "{}");
  CHECK(codes(beside.run()) == "CH-MAP-060 eo/cases/enfants/a.in.json");
  beside.put("a.out.json", "null");
  beside.put("b.out.json", "null");
  beside.put("a.in.csv", "Id\nE1\n");
  beside.put("c.txt", "");
  beside.put("README.md", "What these cases are about.");
  CHECK(codes(beside.run()) ==
        "CH-MAP-062 eo/cases/enfants/a.in.json; CH-MAP-061 eo/cases/enfants/c.txt; "
        "CH-MAP-061 eo/cases/enfants/b.out.json");
}

TEST_CASE("cases beside no mapping are told, with the mapping that was meant") {
  const Beside beside;
  beside.put("x.in.json", "{}");
  CHECK(stray_cases(beside.folder()).empty());
  beside.write("eo/cases/enfant/x.in.json", "{}");
  beside.write("un/cases/mesures/cases/x.in.json", "{}");
  const std::vector<Fault> stray = stray_cases(beside.folder());
  REQUIRE(stray.size() == 2);
  CHECK(stray[0].code == "CH-MAP-065");
  CHECK(stray[0].place.file == "eo/cases/enfant");
  CHECK(base::argument(stray[0], "nearest") == "enfants");
  CHECK(stray[1].place.file == "un/cases/mesures");
  CHECK(base::argument(stray[1], "names").empty());
}

TEST_CASE("an update writes what came, rewrites what differs, and leaves what was right") {
  Beside beside;
  beside.put("a.in.csv", "Id;Name;Sex\nE1;Inès;F\nE2;Léo;X\n");
  const auto first = beside.run(Wanted::update);
  REQUIRE(first.size() == 1);
  CHECK(first[0].passed());
  CHECK(first[0].written ==
        std::vector<std::string>{"eo/cases/enfants/a.out.json", "eo/cases/enfants/a.out.faults"});
  CHECK(beside.text("a.out.json") == "[\n  {\"name\":\"INÈS\",\"sex\":\"female\"}\n]\n");
  CHECK(beside.text("a.out.faults") == "CH-PATH-041\n");
  CHECK(beside.run()[0].passed());

  beside.put("a.out.json", R"([{"sex": "female", "name": "INÈS"}])");
  CHECK(beside.run(Wanted::update)[0].written.empty());  // the same in other words

  beside.put("a.in.csv", "Id;Name;Sex\nE1;Zoé;F\n");
  CHECK_FALSE(beside.run()[0].passed());
  beside.run(Wanted::update);
  CHECK(beside.text("a.out.json") == "[\n  {\"name\":\"ZOÉ\",\"sex\":\"female\"}\n]\n");
  CHECK_FALSE(beside.has("a.out.faults"));
}

TEST_CASE("an update keeps what fits on a line together and breaks what does not") {
  Beside beside;
  std::string many;
  for (int i = 0; i < 40; ++i) many += (i == 0 ? "" : ",") + std::string("{\"Kind\":\"AEMO\"}");
  beside.put("a.in.json", "{\"Name\":\"Inès\",\"measures\":[" + many + "]}");
  beside.run(Wanted::update);
  const std::string text = beside.text("a.out.json");
  CHECK(text.starts_with("{\n  \"name\": \"INÈS\",\n  \"measures\": [\n    \"AEMO\",\n"));
  CHECK(text.ends_with("    \"AEMO\"\n  ]\n}\n"));
  CHECK(beside.run()[0].passed());
}

TEST_CASE("an input that cannot be read is a fault, and an update writes nothing of it") {
  Beside beside;
  beside.put("a.in.json", "{");
  CHECK(codes(beside.run(Wanted::update)).starts_with("CH-JSON"));
  CHECK_FALSE(beside.has("a.out.json"));
}

TEST_CASE("cases count for the coverage, codes of a table in CSV by their line") {
  Beside beside;
  beside.put("a.in.csv", "Id;Name;Sex\nE1;Inès;F\n");
  beside.put("a.out.json", R"([{"name": "INÈS", "sex": "female"}])");
  Coverage coverage;
  CHECK(beside.run(Wanted::check, &coverage)[0].passed());
  const CoverageReport got = report(beside.mapping(), coverage);
  REQUIRE(got.codes.size() == 1);
  CHECK(got.codes[0].what == "sexe/M");
  CHECK(got.codes[0].place.file == "sexe.csv");
  CHECK(got.codes[0].place.line == 3);
  REQUIRE(got.rules.size() == 2);
  CHECK(got.rules[0].what == "town");
  CHECK(got.rules[1].what == "measures");
}

TEST_CASE("codes of a ConceptMap count as rows, at their line") {
  Beside beside;
  beside.write("eo/enfants.yaml",
               "mapping: eo/enfants\nfrom: json\nto: tree\ntables:\n  t: {conceptmap: t.json}\n"
               "template: {a: \"{{ x.translate('t') }}\"}\n");
  beside.write("eo/t.json", R"({"group": [{"element": [
    {"code": "F", "target": [{"code": "female"}]},
    {"code": "M", "target": [{"code": "male"}]}]}]})");
  beside.put("a.in.json", R"({"x": "F"})");
  beside.put("a.out.json", R"({"a": "female"})");
  Coverage coverage;
  CHECK(beside.run(Wanted::check, &coverage)[0].passed());
  const CoverageReport got = report(beside.mapping(), coverage);
  REQUIRE(got.codes.size() == 1);
  CHECK(got.codes[0].what == "t/M");
  CHECK(got.codes[0].place.file == "t.json");
  CHECK(got.codes[0].place.line == 3);
}
