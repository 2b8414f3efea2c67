// The tests inside the mapping files, and the state of presence that a department expects of the
// same data.
#include <cstdio>
#include <fstream>
#include <set>

#include <doctest/doctest.h>

#include "gateway/base/catalogue.h"
#include "gateway/mapping/cases/test_run.h"
#include "gateway/policy/projection.h"
#include "gateway/record/edit.h"
#include "tests/conformance/eo_lot.h"

using namespace charmille;
using namespace charmille::conformance;
using record::text_at;

TEST_CASE("the tests inside the mapping files pass") {
  for (const char* name :
       {"eo/enfants", "eo/enfant-json", "departement/placements", "departement/etat-presence"}) {
    const auto results = mapping::run_tests(*load_mapping(name));
    CHECK(results.size() >= 2);
    for (const mapping::TestResult& result : results) {
      CHECK_MESSAGE(result.passed(), result.name);
      for (const mapping::Difference& d : result.differences)
        MESSAGE(d.path << ": expected " << d.expected << ", got " << d.got);
      for (const Fault& f : result.faults) MESSAGE(base::describe(f, base::Language::en));
    }
  }
}

namespace {

std::vector<std::string> expected_lines(const std::filesystem::path& file) {
  std::vector<std::string> lines;
  std::ifstream in(file, std::ios::binary);
  for (std::string line; std::getline(in, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.starts_with("10;")) lines.push_back(line);
  }
  return lines;
}

std::string joined(const tree::Node& row) {
  std::string line;
  for (const tree::Node& cell : row.items())
    line += (line.empty() ? "" : ";") + std::string(cell.chars());
  return line;
}

/// The lines that the export alone gives, through the department's policy.
std::vector<std::string> presence_lines(const LotResult& lot) {
  const auto mapping = load_mapping("departement/etat-presence");
  mapping::Variables variables;
  variables.set_text("period", "2026-06");
  variables.set_text("departement", "99");
  config::Policy policy;
  policy.recipient = config::Recipient::departement;
  policy.lines.push_back({{"ids", "identity", "measures", "stays", "presence"},
                          {},
                          "CASF L228-3",
                          "état de présence",
                          {},
                          {}});
  std::vector<std::string> lines;
  for (const Child& child : lot.children) {
    const policy::Projection projection =
        policy::project(child.record, {config::Recipient::departement, "99", {}}, &policy);
    REQUIRE(projection.document);
    for (const mapping::Item& item :
         mapping::apply(*mapping, *projection.document, nullptr, variables)) {
      REQUIRE(item.good());
      if (item.document.root().is(tree::Kind::object))
        lines.push_back(joined(item.document.root()));
    }
  }
  return lines;
}

/// Children whose number and decision stand in the export: `10;number;decision`.
std::set<std::string> known_heads(const LotResult& lot) {
  std::set<std::string> heads;
  for (const Child& child : lot.children)
    for (const tree::Node& id : record::items_at(child.record.root(), "ids"))
      for (const tree::Node& measure : record::items_at(child.record.root(), "measures"))
        if (text_at(id, "system") == "urn:charmille:cd:99" && measure.find("number") != nullptr)
          heads.insert("10;" + std::string(text_at(id, "value")) + ';' +
                       std::string(text_at(measure, "number")));
  return heads;
}

}  // namespace

TEST_CASE(
    "the state of presence is the expected one, line by line, for each child whose numbers the "
    "export has") {
  const auto data = ase_data();
  if (!data) return void(std::puts("skipped: no data"));
  for (const auto& [size, least] :
       {std::pair{"small", std::size_t{11}}, std::pair{"medium", std::size_t{1170}}}) {
    const auto folder = *data / size / "eo";
    const LotResult lot =
        read_lot(folder / "EO_Usagers_20260630.csv", folder, codec::Encoding::windows_1252);
    const std::set<std::string> heads = known_heads(lot);
    std::vector<std::string> wanted;
    for (const std::string& line :
         expected_lines(*data / size / "expected/ETAT_PRESENCE_202606.csv"))
      if (heads.contains(line.substr(0, line.find(';', line.find(';', 3) + 1))))
        wanted.push_back(line);
    const std::vector<std::string> lines = presence_lines(lot);
    std::printf("%s: %zu lines of presence, %zu expected from the export alone\n", size,
                lines.size(), wanted.size());
    CHECK(wanted.size() == least);
    CHECK(lines == wanted);
  }
}
