#include "adapters/names/names.h"

#include <tuple>

#include <doctest/doctest.h>

#include "adapters/names/stability.h"

using namespace charmille;
using namespace charmille::adapters;
using namespace charmille::adapters::names;
using namespace std::chrono_literals;

namespace {

struct Version {
  std::string name;
  int modified = 0;
  int size = 0;
  bool operator==(const Version&) const = default;
  auto order() const { return std::tie(modified, name); }
};

}  // namespace

TEST_CASE("patterns match whole names, in linear time") {
  CHECK(matches("EO_*.csv", "EO_Usagers_20260630.csv"));
  CHECK(matches("*", "x"));
  CHECK(matches("?.csv", "a.csv"));
  CHECK_FALSE(matches("EO_*.csv", "eo_x.csv"));
  CHECK_FALSE(matches("EO_*.csv", "EO_x.csv.part"));
  CHECK_FALSE(matches("", "x"));
  CHECK_FALSE(matches("*a*a*a*a*a*a*a*a*a*a*b", std::string(200, 'a')));
}

TEST_CASE("names that are still being written are known") {
  for (const char* name : {".x", "x.part", "x.tmp", "x.filepart", "x.crdownload", "x~"})
    CHECK(is_unfinished_name(name));
  CHECK_FALSE(is_unfinished_name("part.csv"));
}

TEST_CASE("a name template is refused for what would fail later") {
  const std::pair<const char*, const char*> cases[] = {{"{route}_{date}.csv", "CH-FILE-012"},
                                                       {"{rote}_{lot}.csv", "CH-FILE-011"},
                                                       {"{sequence", "CH-FILE-010"},
                                                       {"../{sequence}", "CH-FILE-010"},
                                                       {"a b {sequence}", "CH-FILE-010"}};
  for (const auto& [text, code] : cases) {
    const auto made = NameTemplate::parse(text);
    REQUIRE_FALSE(made);
    CHECK(std::string(made.error().code) == code);
  }
  const auto near = NameTemplate::parse("{rote}_{lot}.csv");
  CHECK(near.error().args.at(1).second == "route");
}

TEST_CASE("whatever the variables hold, a name stays one visible file of the folder") {
  const auto name = NameTemplate::parse("{route}_{sequence}.csv");
  REQUIRE(name);
  CHECK(*name->fill({{"route", "eo"}, {"sequence", "7"}}) == "eo_7.csv");
  CHECK(*name->fill({{"route", "../../etc"}, {"sequence", "; $(id)"}}) == "_._.._etc_____id_.csv");
  CHECK_FALSE(name->fill({{"route", "eo"}}));
  CHECK_FALSE(name->fill({{"route", std::string(300, 'a')}, {"sequence", "1"}}));
}

TEST_CASE("a file is complete only once it has been the same for the whole wait") {
  Stability<Version> stability(2s);
  const Stability<Version>::Time start{};
  Version token{"a", 1, 1};
  CHECK(stability.observe({token}, start).empty());
  CHECK(stability.next_due() == start + 2s);
  token.size = 2;
  CHECK(stability.observe({token}, start + 1s).empty());
  CHECK(stability.observe({token}, start + 2s).empty());
  CHECK(stability.observe({token}, start + 3s).size() == 1);
  CHECK_FALSE(stability.next_due());
  CHECK(stability.observe({}, start + 4s).empty());
  CHECK(stability.observe({token}, start + 5s).empty());  // it went and came back: counted anew
}

TEST_CASE("complete files come oldest first") {
  Stability<Version> stability(0s);
  const auto ready = stability.observe({{"b", 20, 1}, {"c", 10, 1}, {"a", 20, 1}}, {});
  REQUIRE(ready.size() == 3);
  CHECK(ready[0].name == "c");
  CHECK(ready[1].name == "a");
  CHECK(ready[2].name == "b");
}
