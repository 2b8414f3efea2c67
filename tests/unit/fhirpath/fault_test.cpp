#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "gateway/base/catalogue.h"
#include "tests/unit/fhirpath/evaluation.h"

using charmille::Fault;
using charmille::fhirpath::testing::evaluate;
using charmille::fhirpath::testing::fault_of;

TEST_CASE("a mistake in an expression is found at its character") {
  // The expression stands at line 7, column 10.
  struct Case {
    std::string_view expression;
    std::string_view code;
    std::uint32_t line;
    std::uint32_t column;
  };
  const Case cases[] = {
      {"1 +", "CH-PATH-007", 7, 13},
      {"1 + )", "CH-PATH-008", 7, 14},
      {"(1 + 2", "CH-PATH-009", 7, 16},
      {"'été' + 'open", "CH-PATH-003", 7, 18},
      {"2 /* open", "CH-PATH-003", 7, 12},
      {"'a\\q'", "CH-PATH-004", 7, 12},
      {"@2014-02-30", "CH-PATH-005", 7, 10},
      {"Prénom", "CH-PATH-006", 7, 12},
      {"Nom de naissance", "CH-PATH-008", 7, 14},
      {"sex ==  1", "CH-PATH-008", 7, 15},
      {"1 # 2", "CH-PATH-002", 7, 12},
      {"sex\n .trimm()", "CH-PATH-014", 8, 3},
      {"%anwser", "CH-PATH-012", 7, 10},
      {"'a'.substring()", "CH-PATH-015", 7, 14},
      {"'a'.matches('[')", "CH-PATH-016", 7, 22},
      {"'a'.parseDate('jj/MM/aaaa')", "CH-PATH-017", 7, 24},
      {"'a'.parseDate('dd/yyyy')", "CH-PATH-017", 7, 24},
      {"sex.translate('sex')", "CH-PATH-019", 7, 24},
      {"sex.translate(sex)", "CH-PATH-018", 7, 24},
      {"refuse(sex)", "CH-PATH-029", 7, 17},
      {"1 is System.Whole", "CH-PATH-020", 7, 15},
      {"999999999999999999999", "CH-PATH-011", 7, 10},
  };
  for (const Case& c : cases) {
    CAPTURE(c.expression);
    const Fault fault = fault_of(c.expression);
    CHECK(fault.code == c.code);
    CHECK(fault.place.file == "rule.yaml");
    CHECK(fault.place.line == c.line);
    CHECK(fault.place.column == c.column);
  }
}

TEST_CASE("a wrong name comes with the nearest one") {
  CHECK(argument(fault_of("sex.trimm()"), "nearest") == "trim");
  CHECK(argument(fault_of("%anwser"), "nearest") == "%answer");
  CHECK(argument(fault_of("sex.translate('sex')"), "nearest") == "sexe");
}

TEST_CASE("a fault on an input names the cell and the rule, and never the value") {
  const Fault fault = fault_of("wrong.trim().parseDate('dd/MM/yyyy')");
  CHECK(fault.place.file == "child.csv");
  CHECK(fault.place.line == 2);
  CHECK(fault.place.column == 10);
  CHECK(argument(fault, "field") == "wrong");
  CHECK(argument(fault, "rule") == "rule.yaml:7:23");
  CHECK(charmille::base::describe(fault, charmille::base::Language::fr).find("31/02") ==
        std::string::npos);
}

TEST_CASE("computed values keep the origin of their source") {
  CHECK(fault_of("(`Nom de naissance`.trim().upper() & '!') + 1").place.column == 4);
  CHECK(fault_of("sex.translate('sexe') + 1").place.column == 5);
}

TEST_CASE("depth, size and work are bounded") {
  CHECK(evaluate(std::string(5000, '(') + "1" + std::string(5000, ')')) == "CH-PATH-010");
  CHECK(evaluate(std::string(5000, '-') + "1") == "CH-PATH-010");
  std::string sum = "1";
  for (int i = 0; i < 5000; ++i) sum += "+1";
  CHECK(evaluate(sum) == "CH-PATH-010");
  CHECK(evaluate(std::string(100'000, ' ') + "1") == "CH-PATH-001");
  CHECK(evaluate("1.repeat($this + 1)") == "CH-PATH-031");
  CHECK(evaluate("'aaaaaaaaaaaaaaaaaaaa'.select($this&$this).select($this&$this&$this&$this&$this)"
                 ".select($this.replace('a', $this)).select($this.replace('a', $this))"
                 ".select($this.replace('a', $this))") == "CH-PATH-034");
}

TEST_CASE("memory counts as work, so that an expression cannot take all of it") {
  const std::string hundred(100, 'a');
  const std::string grown =
      "'" + hundred + "'.replace('a', '" + hundred + "').replace('a', '" + hundred + "')";
  CHECK(evaluate(grown + ".length()") == "1000000");
  CHECK(evaluate(grown + ".toChars().select(" + grown + ").count()") == "CH-PATH-031");
  CHECK(evaluate(grown + ".replaceMatches('a', '" + hundred + "')") == "CH-PATH-034");
  CHECK(evaluate(grown + ".toChars().combine(" + grown + ".toChars()) ~ " + grown + ".toChars()") ==
        "CH-PATH-031");
}

TEST_CASE("every fault of this area has its text in both languages") {
  for (const char* code :
       {"CH-PATH-001", "CH-PATH-016", "CH-PATH-030", "CH-PATH-034", "CH-PATH-040", "CH-PATH-041"}) {
    const auto* entry = charmille::base::find_entry(code);
    REQUIRE(entry != nullptr);
    CHECK(!entry->text_fr.empty());
    CHECK(!entry->text_en.empty());
  }
}
