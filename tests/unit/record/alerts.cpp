#include "gateway/record/alerts.h"

#include <string>

#include <doctest/doctest.h>

#include "gateway/codec/codec.h"

using namespace charmille;

namespace {

std::vector<std::string> alerts_of(std::string_view json) {
  auto record = codec::read_json(json, "test");
  REQUIRE(record);
  std::vector<std::string> out;
  for (const Fault& f : record::alerts(*record, "2026-06-30"))
    out.push_back(std::string(f.code) + ' ' + f.place.path);
  return out;
}
using Alerts = std::vector<std::string>;

}  // namespace

TEST_CASE("a stay under a running measure raises nothing") {
  CHECK(alerts_of(R"({"identity":{"birthDate":"2015-08-06"},
    "measures":[{"type":{"code":"JAE_ASE"},"nature":{"code":"JUD"},"start":"2025-10-30","due":"2027-10-30"}],
    "stays":[{"entry":"2023-10-30"}]})")
            .empty());
}

TEST_CASE("a running stay without a running measure is the first thing to tell") {
  CHECK(alerts_of(R"({"stays":[{"entry":"2023-10-30"}]})") == Alerts{"CH-REC-040 stays[0]"});
  CHECK(
      alerts_of(
          R"({"measures":[{"start":"2020-01-01","end":"2021-01-01"}],"stays":[{"entry":"2023-10-30"}]})") ==
      Alerts{"CH-REC-040 stays[0]"});
  CHECK(alerts_of(R"({"stays":[{"entry":"2023-10-30","exit":"2026-06-30"}]})").empty());
  CHECK(alerts_of(R"({"stays":[{"entry":"2026-07-01"}]})").empty());
}

TEST_CASE("a running measure past its term is told from the day after") {
  CHECK(alerts_of(R"({"measures":[{"start":"2024-06-30","due":"2026-06-29"}]})") ==
        Alerts{"CH-REC-041 measures[0].due"});
  CHECK(alerts_of(R"({"measures":[{"start":"2024-06-30","due":"2026-06-30"}]})").empty());
  CHECK(alerts_of(R"({"measures":[{"start":"2024-06-30","due":"2026-06-29","end":"2026-06-29"}]})")
            .empty());
}

TEST_CASE("a minor's measure after 18 is told, a young adult's is not") {
  CHECK(
      alerts_of(
          R"({"identity":{"birthDate":"2008-06-30"},"measures":[{"type":{"code":"AEMO"},"start":"2024-06-30"}]})") ==
      Alerts{"CH-REC-042 measures[0]"});
  CHECK(
      alerts_of(
          R"({"identity":{"birthDate":"2008-07-01"},"measures":[{"type":{"code":"AEMO"},"start":"2024-06-30"}]})")
          .empty());
  CHECK(
      alerts_of(
          R"({"identity":{"birthDate":"2007-06-30"},"measures":[{"type":{"code":"APJM"},"start":"2025-06-30"}]})")
          .empty());
}

TEST_CASE("a decision longer than the law allows is told, by its type or by its nature") {
  CHECK(
      alerts_of(
          R"({"measures":[{"type":{"code":"A72H"},"nature":{"code":"ADM"},"start":"2026-06-01","due":"2026-06-05","end":"2026-06-05"}]})") ==
      Alerts{"CH-REC-043 measures[0].due"});
  CHECK(
      alerts_of(
          R"({"measures":[{"nature":{"code":"ADM"},"start":"2025-09-01","due":"2026-09-03"}]})") ==
      Alerts{"CH-REC-043 measures[0].due"});
  CHECK(alerts_of(
            R"({"measures":[{"nature":{"code":"ADM"},"start":"2025-09-01","due":"2026-09-01"}]})")
            .empty());
  CHECK(alerts_of(
            R"({"measures":[{"nature":{"code":"JUD"},"start":"2025-09-01","due":"2027-09-01"}]})")
            .empty());
}

TEST_CASE(
    "two full-time placements at once are a conflict, a placement beside an educational measure is "
    "not") {
  CHECK(
      alerts_of(
          R"({"measures":[{"type":{"code":"JAE_ASE"},"start":"2025-01-01"},{"type":{"code":"OPP_JE"},"start":"2026-01-01"}]})") ==
      Alerts{"CH-REC-044 measures"});
  CHECK(
      alerts_of(
          R"({"measures":[{"type":{"code":"JAE_ASE"},"start":"2025-01-01"},{"type":{"code":"AEMO"},"start":"2026-01-01"}]})")
          .empty());
}
