#include "gateway/record/conflicts.h"

#include <doctest/doctest.h>

#include "gateway/codec/codec.h"

using namespace charmille;
using namespace charmille::record;

namespace {

using Told = std::vector<std::string>;

void say(std::vector<Statement>& all, std::string source, std::int64_t at, std::string_view json) {
  const auto child = codec::read_json(json, "test");
  REQUIRE(child);
  for (Statement& one : split(*child, {std::move(source), base::from_micros(at), {}, {}, "m"}))
    all.push_back(std::move(one));
}

/// "field: source=value | source=value" for each conflict.
Told told(const std::vector<Statement>& all, const Ownership& ownership = {}) {
  tree::Document document;
  const auto found = conflicts(document, all, ownership);
  REQUIRE(found);
  Told lines;
  for (const Conflict& one : *found) {
    std::string line = one.field + ":";
    for (const Version& version : one.told)
      line += " " + version.source + "=" + codec::write_canonical_json(version.value);
    lines.push_back(std::move(line));
  }
  return lines;
}

Told told(std::string_view eo, std::string_view cd) {
  std::vector<Statement> all;
  say(all, "eo", 1, eo);
  say(all, "cd", 2, cd);
  return told(all);
}

}  // namespace

TEST_CASE("two birth dates are shown, the one that counts first") {
  std::vector<Statement> all;
  say(all, "eo", 1, R"({"identity":{"birthName":"A","birthDate":"2014-02-02"}})");
  say(all, "cd", 2, R"({"identity":{"birthName":"A","birthDate":"2014-03-02"}})");
  CHECK(told(all) == Told{R"(identity.birthDate: cd="2014-03-02" eo="2014-02-02")"});
  Ownership ownership;
  ownership.ranks["identity"] = {{"eo"}};
  CHECK(told(all, ownership) == Told{R"(identity.birthDate: eo="2014-02-02" cd="2014-03-02")"});
}

TEST_CASE("case, accents, a lost letter, and silence contradict nobody") {
  CHECK(told(R"({"identity":{"birthName":"BEHAGUE","usedName":"B?"},"health":{"bloodGroup":"A+"}})",
             R"({"identity":{"birthName":"Béhague","usedName":"Bo","sex":{"code":"F"}}})")
            .empty());
}

TEST_CASE("of a coded value the code is compared, the foreign word where a code is missing") {
  CHECK(told(R"({"identity":{"sex":{"code":"F","raw":"Fille"}}})",
             R"({"identity":{"sex":{"code":"F","raw":"2"}}})")
            .empty());
  CHECK(
      told(R"({"identity":{"sex":{"code":"F"}}})", R"({"identity":{"sex":{"code":"M"}}})").size() ==
      1);
  CHECK(told(R"({"identity":{"sex":{"raw":"x"}}})", R"({"identity":{"sex":{"raw":"y"}}})").size() ==
        1);
}

TEST_CASE("a measure is compared with the same measure, another one is no contradiction") {
  CHECK(told(R"({"measures":[{"number":"D1","start":"2024-01-01","end":"2026-01-01"},
                             {"number":"D9","start":"2020-01-01"}]})",
             R"({"measures":[{"number":"D1","start":"2024-01-01","end":"2026-02-01"}]})") ==
        Told{R"(measures[D1].end: cd="2026-02-01" eo="2026-01-01")"});
}

TEST_CASE("a month of presence told twice otherwise") {
  CHECK(told(R"({"presence":[{"month":"2026-06","days":["PRES","PRES"]}]})",
             R"({"presence":[{"month":"2026-06","days":["PRES","ABS_FUG"]}]})")
            .size() == 1);
  CHECK(told(R"({"presence":[{"month":"2026-06","days":["PRES"]}]})",
             R"({"presence":[{"month":"2026-05","days":["ABS_FUG"]}]})")
            .empty());
}

TEST_CASE("identifiers, notes and documents of several sources add up") {
  CHECK(told(R"({"ids":[{"system":"a","value":"1"}],"notes":[{"text":"x"}]})",
             R"({"ids":[{"system":"a","value":"2"}],"notes":[{"text":"y"}]})")
            .empty());
}

TEST_CASE("three sources, one of them alone") {
  std::vector<Statement> all;
  say(all, "a", 1, R"({"identity":{"birthDate":"2014-02-02"}})");
  say(all, "b", 2, R"({"identity":{"birthDate":"2014-02-02"}})");
  say(all, "c", 3, R"({"identity":{"birthDate":"2014-02-03"}})");
  CHECK(told(all) == Told{R"(identity.birthDate: c="2014-02-03" b="2014-02-02" a="2014-02-02")"});
}
