#include "gateway/record/reconcile.h"

#include <doctest/doctest.h>

#include "gateway/codec/codec.h"

using namespace charmille;
using namespace charmille::record;

namespace {

std::vector<Statement> said(std::string_view json, std::string source) {
  const auto child = codec::read_json(json, "test");
  REQUIRE(child);
  return split(*child, {std::move(source), base::from_micros(1), {}, {}, "m"});
}

std::vector<std::string> codes(std::string_view dui, std::string_view department) {
  const auto a = said(dui, "eo");
  const auto b = said(department, "cd");
  std::vector<Told> told;
  for (const Statement& one : a) told.push_back({Voice::dui, &one});
  for (const Statement& one : b) told.push_back({Voice::department, &one});
  const auto found = disagreements(told, "2026-06-30");
  REQUIRE(found);
  std::vector<std::string> all;
  for (const Fault& one : *found) all.push_back(std::string(one.code) + " " + one.place.path);
  return all;
}

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("names are compared without accents and case; a lost letter is no difference") {
  CHECK(codes(R"({"identity":{"birthName":"BEHAGUE","birthDate":"2014-02-02"}})",
              R"({"identity":{"birthName":"Béhague","birthDate":"2014-02-02"}})")
            .empty());
  CHECK(codes(R"({"identity":{"birthName":"B?HAGUE"}})", R"({"identity":{"birthName":"BOHAGUE"}})")
            .empty());
  CHECK(codes(R"({"identity":{"birthName":"A","birthDate":"2014-02-02"}})",
              R"({"identity":{"birthName":"B","birthDate":"2014-02-03"}})") ==
        Codes{"CH-REC-045 identity.birthName", "CH-REC-045 identity.birthDate"});
}

TEST_CASE("a decision that runs for the department alone, and one that runs for the DUI alone") {
  CHECK(codes(R"({"measures":[{"number":"99-D1","start":"2024-01-01"}]})",
              R"({"measures":[{"number":"99-D1","start":"2024-01-01","end":"2026-01-01"},
                              {"number":"99-D2","start":"2026-01-01"}]})") ==
        Codes{"CH-REC-046 measures[1]", "CH-REC-047 measures[0]"});
  CHECK(codes(R"({"measures":[{"type":{"code":"AED"},"start":"2024-01-01"}]})",
              R"({"measures":[{"number":"99-D1","type":{"code":"AED"},"start":"2024-01-01"}]})")
            .empty());
  // what ended long ago is nobody's quarrel
  CHECK(codes(R"({"measures":[{"number":"99-D3","start":"2024-01-01"}]})",
              R"({"measures":[{"number":"99-D3","start":"2024-01-01"},
                              {"number":"99-D2","start":"2020-01-01","end":"2021-01-01"}]})")
            .empty());
}

TEST_CASE("another establishment") {
  CHECK(codes(R"({"stays":[{"finess":"990000001","entry":"2024-01-01"}]})",
              R"({"stays":[{"finess":"990000002","entry":"2024-01-01"}]})") ==
        Codes{"CH-REC-048 stays[0].finess"});
  CHECK(codes(R"({"stays":[{"finess":"990000001","entry":"2024-01-01"}]})",
              R"({"stays":[{"finess":"990000002","entry":"2023-01-01","exit":"2024-01-01"},
                           {"finess":"990000001","entry":"2024-01-01"}]})")
            .empty());
}

TEST_CASE("of a child of whom one side alone speaks nothing is said") {
  CHECK(codes(R"({"measures":[{"number":"99-D1","start":"2024-01-01"}]})", R"({})").empty());
}
