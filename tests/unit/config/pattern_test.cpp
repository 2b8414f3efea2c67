#include "gateway/config/pattern.h"

#include <doctest/doctest.h>

using namespace charmille;
using config::NamePattern;
using Values = NamePattern::Values;

namespace {

NamePattern pattern(std::string_view text) {
  auto parsed = NamePattern::parse(text);
  REQUIRE_MESSAGE(parsed.has_value(), text);
  return *parsed;
}

}  // namespace

TEST_CASE("a pattern recognises names and gives their values in one shape") {
  CHECK(pattern("EO_{date:yyyyMMdd}.csv").match("EO_20260630.csv") ==
        Values{{"date", "2026-06-30"}});
  CHECK(pattern("EO_{date:dd-MM-yyyy}.csv").match("EO_30-06-2026.csv") ==
        Values{{"date", "2026-06-30"}});
  CHECK(pattern("P_{month}.csv").match("P_202606.csv") == Values{{"month", "2026-06"}});
  CHECK(pattern("{date}T{time}.x").match("20260630T061545.x") ==
        Values{{"date", "2026-06-30"}, {"time", "06:15:45"}});
  CHECK(pattern("{at:yyyyMMdd_HHmm}").match("20260630_0615") ==
        Values{{"at", "2026-06-30T06:15:00"}});
  CHECK(pattern("L{sequence}_{site}.csv").match("L007_MECS-1.csv") ==
        Values{{"sequence", "007"}, {"site", "MECS-1"}});
  CHECK(pattern("{site}_{date}.csv").match("a_b_20260630.csv") ==
        Values{{"site", "a_b"}, {"date", "2026-06-30"}});
  CHECK(pattern("EO_*.csv").match("EO_ été .csv").has_value());
}

TEST_CASE("names that do not fit, and days that no calendar has, are not recognised") {
  CHECK_FALSE(pattern("EO_{date}.csv").match("EO_20260631.csv").has_value());
  CHECK_FALSE(pattern("EO_{date}.csv").match("EO_2026063.csv").has_value());
  CHECK_FALSE(pattern("EO_{date}.csv").match("EO_20260630.csv.part").has_value());
  CHECK_FALSE(pattern("EO_{date}.csv").match("eo_20260630.csv").has_value());
  CHECK_FALSE(pattern("{time}").match("250000").has_value());
  CHECK_FALSE(pattern("{sequence}").match("").has_value());
  CHECK_FALSE(pattern("*").match(std::string(256, 'a')).has_value());
}

TEST_CASE("a name that almost fits many ways is refused quickly") {
  const auto many = pattern("{a}{b}{c}{d}{e}{f}{g}{h}.csv");
  CHECK_FALSE(many.match(std::string(250, 'a')).has_value());
}

TEST_CASE("a pattern names what leaves") {
  const auto out = pattern("ETAT_{month}_{lot}_{date:dd.MM.yyyy}.csv");
  CHECK(out.fill({{"month", "2026-06-30"}, {"lot", "L1"}, {"date", "2026-06-30"}}).value() ==
        "ETAT_202606_L1_30.06.2026.csv");
  CHECK(out.fill({{"month", "2026-06"}, {"lot", "../x"}, {"date", "2026-06-30"}}).error().code ==
        "CH-CFG-041");
  CHECK(out.fill({{"month", "2026-06"}, {"date", "2026-06-30"}}).error().code == "CH-CFG-041");
  CHECK(out.fill({{"month", "2026"}, {"lot", "a"}, {"date", "2026-06-30"}}).error().code ==
        "CH-CFG-041");
  CHECK(pattern("*").fill({}).error().code == "CH-CFG-041");
}

TEST_CASE("what is filled in is recognised again") {
  const auto both = pattern("{route}-{date}-{sequence}.csv");
  const Values values{{"route", "enfants"}, {"date", "2026-02-28"}, {"sequence", "12"}};
  CHECK(both.match(both.fill(values).value()) == values);
}

TEST_CASE("patterns that cannot work are refused") {
  for (const auto* text : {"", "a/b", "a\\b", "..", "{", "a}", "{}", "{date:}", "{date:yyyyXX}",
                           "{date}{date}", "*a*", "{a b}", "{x:--}"})
    CHECK_MESSAGE(NamePattern::parse(text).has_value() == false, text);
}
