// Broken rows (b01 to b12): the outcome that data/ase/bad/expected.tsv asks for, and what becomes
// of each child.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>
#include <tuple>

#include <doctest/doctest.h>

#include "gateway/record/edit.h"
#include "tests/conformance/eo_lot.h"

using namespace charmille;
using namespace charmille::conformance;
using record::code_at;

namespace {

/// What is told of one row: where, which rule, which field.
using Told = std::tuple<std::uint32_t, std::string, std::string>;

std::set<Told> remarks_of(const LotResult& lot) {
  std::set<Told> all;
  for (const Child& child : lot.children)
    for (const Fault& f : child.remarks) all.emplace(child.line, f.code, f.place.path);
  return all;
}

/// The remarks that the good export has too (its own lost letters, its parent's number) do not
/// count.
std::string outcome(const LotResult& lot, const LotResult& good) {
  if (lot.refused) return "REJECT_FILE";
  if (std::ranges::any_of(lot.children, [](const Child& c) { return !c.refused.empty(); }))
    return "REJECT_RECORDS";
  const auto usual = remarks_of(good);
  const bool told =
      std::ranges::any_of(remarks_of(lot), [&](const Told& t) { return !usual.contains(t); });
  return told || lot.repeated != 0 ? "ACCEPT_WARN" : "ACCEPT";
}

std::map<std::string, std::string> expected(const std::filesystem::path& file) {
  std::map<std::string, std::string> all;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);)
    all[line.substr(0, line.find('\t'))] = line.substr(line.find('\t') + 1);
  return all;
}

LotResult read_bad(const std::filesystem::path& data, std::string_view prefix) {
  for (const auto& entry : std::filesystem::directory_iterator(data / "bad")) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix)) continue;
    const bool utf8 = prefix == "b09" || prefix == "b10";
    return read_lot(entry.path(), {}, utf8 ? codec::Encoding::utf8 : codec::Encoding::windows_1252);
  }
  FAIL("no such file");
  return {};
}

const Child& child_named(const LotResult& lot, std::string_view id) {
  const auto at = std::ranges::find(lot.children, id, &Child::local_id);
  REQUIRE(at != lot.children.end());
  return *at;
}

std::size_t refused(const LotResult& lot) {
  return static_cast<std::size_t>(
      std::ranges::count_if(lot.children, [](const Child& c) { return !c.refused.empty(); }));
}

bool has_matricule(const Child& child) {
  const tree::Node* ins = child.record.root().find("ins");
  return ins != nullptr && ins->find("matricule") != nullptr;
}

bool told(const Child& child, std::string_view code) {
  return std::ranges::any_of(child.remarks, [&](const Fault& f) { return f.code == code; });
}

}  // namespace

TEST_CASE("every broken list of children has the outcome that is asked for") {
  const auto data = ase_data();
  if (!data) return void(std::puts("skipped: no data"));
  const LotResult good =
      read_lot(*data / "small/eo/EO_Usagers_20260630.csv", {}, codec::Encoding::windows_1252);
  std::size_t compared = 0;
  for (const auto& [name, wanted] : expected(*data / "bad/expected.tsv")) {
    if (!name.starts_with('b')) continue;
    const std::string got = outcome(read_bad(*data, name.substr(0, 3)), good);
    std::printf("  %-40s expected %-15s obtained %s\n", name.c_str(), wanted.c_str(), got.c_str());
    CHECK_MESSAGE(got == wanted, name);
    ++compared;
  }
  CHECK(compared == 12);
}

TEST_CASE("broken rows hurt nobody else, and keep what can be kept") {
  const auto data = ase_data();
  if (!data) return void(std::puts("skipped: no data"));
  const LotResult conflict = read_bad(*data, "b01");
  CHECK(conflict.children.size() == 21);
  CHECK(refused(conflict) == 2);

  const LotResult repeated = read_bad(*data, "b02");
  CHECK(repeated.children.size() == 20);
  CHECK(repeated.repeated == 4);

  const LotResult dates = read_bad(*data, "b03");
  CHECK(refused(dates) == 10);
  for (const Child& child : dates.children)
    for (const Fault& f : child.refused) CHECK(f.place.line == child.line);

  const LotResult keys = read_bad(*data, "b04");
  CHECK(refused(keys) == 0);
  for (const char* id :
       {"E01002", "E01008", "E01020", "E01026", "E01034", "E01035", "E01047", "E01051"}) {
    const Child& child = child_named(keys, id);
    CHECK_FALSE(has_matricule(child));
    CHECK(code_at(*child.record.root().find("ins"), "status") == "PROVISOIRE");
    CHECK((told(child, "CH-INS-001") || told(child, "CH-INS-002")));
  }
  const LotResult traits = read_bad(*data, "b05");
  for (const char* id : {"E01002", "E01008", "E01020", "E01026"}) {
    CHECK_FALSE(has_matricule(child_named(traits, id)));
    CHECK(told(child_named(traits, id), "CH-INS-003"));
  }
  const LotResult shared = read_bad(*data, "b06");
  for (const char* id : {"E01002", "E01068"}) {
    CHECK_FALSE(has_matricule(child_named(shared, id)));
    CHECK(told(child_named(shared, id), "CH-INS-004"));
  }
}

TEST_CASE("unknown codes refuse the row, an unknown word in a secrecy box makes the place secret") {
  const auto data = ase_data();
  if (!data) return void(std::puts("skipped: no data"));
  const LotResult codes = read_bad(*data, "b11");
  CHECK(refused(codes) == 3);
  const Child& unsure = child_named(codes, "E01026");
  CHECK(told(unsure, "CH-REC-026"));
  CHECK(code_at(record::items_at(unsure.record.root(), "stays")[0], "secretPlace") != "no");
  CHECK(refused(read_bad(*data, "b12")) == 1);
}

TEST_CASE("what a reader cannot see in a name is taken out or told") {
  const auto data = ase_data();
  if (!data) return void(std::puts("skipped: no data"));
  const LotResult names = read_bad(*data, "b09");
  CHECK(refused(names) == 0);
  CHECK(record::text_at(*child_named(names, "E01002").record.root().find("identity"),
                        "birthName") == "TRAVERSE");
  CHECK(told(child_named(names, "E01002"), "CH-REC-021"));
  CHECK(told(child_named(names, "E01008"), "CH-REC-021"));
  CHECK(told(child_named(names, "E01020"), "CH-REC-022"));
  CHECK(told(child_named(names, "E01026"), "CH-REC-024"));
  CHECK(told(child_named(names, "E01034"), "CH-REC-023"));
  CHECK(told(child_named(names, "E01035"), "CH-REC-025"));
}
