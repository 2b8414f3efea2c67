#include "gateway/mapping/coverage.h"

#include <doctest/doctest.h>

#include "gateway/mapping/cases/test_run.h"
#include "tests/unit/mapping/mappings.h"

using namespace charmille;
using namespace charmille::mapping;
using namespace charmille::mapping::testing;

namespace {

// Line 1 is `mapping:`; the template begins at line 7. A table that is not used would be a fault.
constexpr std::string_view head = "mapping: t\nfrom: json\nto: tree\n";
constexpr std::string_view tables = "tables:\n  sexe: {F: female, M: male}\n";
constexpr std::string_view no_tables = "\n\n";

CoverageReport of(std::string_view body, std::string_view tests) {
  const bool translates = body.find("translate") != body.npos;
  const auto mapping =
      mapping_of(std::string(head) + std::string(translates ? tables : no_tables) + "template:\n" +
                 std::string(body) + "tests:\n" + std::string(tests));
  Coverage coverage;
  for (const TestResult& test : run_tests(*mapping, &coverage)) CHECK(test.passed());
  return report(*mapping, coverage);
}

/// "7:3 name; 9:3 {% else %}"
std::string brief(const std::vector<Untouched>& all) {
  std::string out;
  for (const Untouched& one : all)
    out += (out.empty() ? "" : "; ") + std::to_string(one.place.line) + " " + one.what;
  return out;
}

}  // namespace

TEST_CASE("a line whose rule gave nothing in any test is not touched, however often it ran") {
  const auto got = of(R"(  name: "{{ Name }}"
  town: "{{ Town }}"
)",
                      R"(  - {name: a, input: {Name: Inès}, output: {name: Inès}}
  - {name: b, input: {Name: Léo}, output: {name: Léo}}
)");
  CHECK(got.lines.touched == 1);
  CHECK(got.lines.total == 2);
  CHECK(brief(got.rules) == "8 town");
  CHECK(got.rules.front().place.column != 0);
}

TEST_CASE("an else that no test takes is listed with its line, and so is what stands in it") {
  constexpr std::string_view body = R"(  "{% if Secret %}":
    town: hidden
  "{% else %}":
    town: "{{ Town }}"
)";
  const auto got = of(body, "  - {name: a, input: {Secret: true}, output: {town: hidden}}\n");
  CHECK(brief(got.rules) == "9 {% else %}; 10 town");
  CHECK(got.lines.touched == 2);
  CHECK(got.lines.total == 4);
  const auto other = of(body, "  - {name: a, input: {Town: Aix}, output: {town: Aix}}\n");
  CHECK(brief(other.rules) == "7 {% if %}; 8 town");
  const auto both = of(body, R"(  - {name: a, input: {Secret: true}, output: {town: hidden}}
  - {name: b, input: {Secret: false, Town: Aix}, output: {town: Aix}}
)");
  CHECK(both.rules.empty());
  CHECK(both.lines.percent() == doctest::Approx(100));
}

TEST_CASE("a branch that gives nothing on purpose is touched when it is taken") {
  const auto got = of(R"(  "{% if Name.exists() %}": {name: "{{ Name }}"}
  "{% else %}": null
)",
                      "  - {name: a, input: {Name: Inès}, output: {name: Inès}}\n"
                      "  - {name: b, input: {}, output: null}\n");
  CHECK(brief(got.rules).empty());
}

TEST_CASE("a line with two rules is touched when both are") {
  const auto got = of("  sex: {code: \"{{ Sex.translate('sexe', {}) }}\", raw: \"{{ Sex }}\"}\n",
                      "  - {name: a, input: {Sex: Z}, output: {sex: {raw: Z}}}\n");
  CHECK(got.lines.touched == 0);
  CHECK(got.lines.total == 1);
  CHECK(brief(got.rules) == "7 sex.code");
}

TEST_CASE("a loop without an item, and an assign without a value, are not touched") {
  constexpr std::string_view body = R"(  "{% assign %}":
    - m: "{{ Mother }}"
  parents:
    "{% for p in Parents %}":
      name: "{{ %p }}"
)";
  const auto none = of(body, "  - {name: a, input: {}, output: null}\n");
  CHECK(brief(none.rules) == "8 %m; 10 parents {% for %}; 11 parents[].name");
  const auto all = of(body,
                      "  - {name: a, input: {Mother: Anne, Parents: [Anne]}, output: {parents: "
                      "[{name: Anne}]}}\n");
  CHECK(all.rules.empty());
}

TEST_CASE("a null that the template keeps is no value") {
  const auto got =
      of("  name: \"{{+ Name +}}\"\n", "  - {name: a, input: {}, output: {name: null}}\n");
  CHECK(brief(got.rules) == "7 name");
}

TEST_CASE("codes that no test translates are listed") {
  const auto got = of("  sex: \"{{ Sex.translate('sexe') }}\"\n",
                      "  - {name: a, input: {Sex: F}, output: {sex: female}}\n");
  CHECK(got.rows.touched == 1);
  CHECK(got.rows.total == 2);
  CHECK(brief(got.codes) == "5 sexe/M");
  CHECK(got.reaches(50));
  CHECK_FALSE(got.reaches(50.1));
}

TEST_CASE("a mapping without tables has all its codes touched") {
  const auto mapping = mapping_of("mapping: t\nfrom: json\nto: tree\ntemplate: {a: b}\n");
  const CoverageReport got = report(*mapping, Coverage{});
  CHECK(got.rows.percent() == doctest::Approx(100));
  CHECK(got.lines.percent() == doctest::Approx(0));
}
