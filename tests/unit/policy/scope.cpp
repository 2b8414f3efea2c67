// A recipient's own time: what a child who changes department leaves behind, and what it brings.
#include "gateway/policy/scope.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "gateway/codec/codec.h"
#include "gateway/record/edit.h"

using namespace charmille;
using namespace charmille::policy;
using config::Recipient;
using record::items_at;
using record::text_at;

namespace {

tree::Document read(std::string_view json) {
  auto document = codec::read_json(json, "test");
  REQUIRE(document);
  return std::move(*document);
}

config::Policy everything_to(Recipient kind) {
  config::Policy policy;
  policy.name = "test";
  policy.recipient = kind;
  policy.lines.push_back(
      {{config::section_names().begin(), config::section_names().end()}, {}, "g", "p", {}, {}});
  return policy;
}

Projection to_department(const std::string& json, const std::string& department) {
  static const config::Policy policy = everything_to(Recipient::departement);
  return project(read(json), {Recipient::departement, department, {}}, &policy);
}

std::string text_of(const Projection& projection) {
  return projection.document ? codec::write_canonical_json(projection.document->root())
                             : std::string(projection.denial);
}

bool has(const Projection& projection, std::string_view section) {
  return projection.document && projection.document->root().find(section) != nullptr;
}

/// From 62 to 59 on 15 January 2026; `more` are further sections.
std::string transferred(const std::string& more = {}) {
  return R"({"identity":{"birthName":"ÎLOT"},
    "persons":[{"name":"MERE"}],"parentalAuthority":[{"exercise":"joint"}],
    "measures":[{"id":"M1","number":"62-D1","department":"62","start":"2024-02-01","end":"2026-01-15","endReason":{"code":"TRD"}},
                {"id":"M2","number":"59-D2","department":"59","start":"2026-01-15"}],
    "stays":[{"id":"S1","finess":"990001018","entry":"2024-02-01","exit":"2026-01-15","exitReason":{"code":"TRD"},"unit":"A"},
             {"id":"S2","finess":"990001018","entry":"2026-01-15","unit":"B"}],
    "school":[{"year":"2024-2025","establishment":"Avant"},{"year":"2025-2026","establishment":"Pendant"}],
    "ppe":[{"number":"P1","made":"2024-05-01"},{"number":"P2","made":"2026-02-01"}],
    "events":[{"date":"2025-06-01","category":{"code":"9"}},{"date":"2026-03-01","category":{"code":"1"}},{"category":{"code":"2"}}],
    "presence":[{"month":"2025-12","days":["PRES"]},{"month":"2026-01","days":["PRES","PRES","PRES","PRES","PRES","PRES","PRES","PRES","PRES","PRES","PRES","PRES","PRES","PRES","PRES","ABS_FUG","PRES"]}])" +
         more + "}";
}

std::vector<std::string> ids_in(const Projection& projection, std::string_view section,
                                std::string_view field) {
  std::vector<std::string> ids;
  for (const tree::Node& item : items_at(projection.document->root(), section))
    ids.emplace_back(text_at(item, field));
  return ids;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("the former department is told of the end of what it held, and of nothing after") {
  const Projection old = to_department(transferred(), "62");
  REQUIRE(old.document);
  CHECK(old.ended == "2026-01-15");
  CHECK(ids_in(old, "measures", "number") == Names{"62-D1"});
  CHECK(text_of(old).find("\"TRD\"") != std::string::npos);
  CHECK(ids_in(old, "stays", "id") == Names{"S1"});
  CHECK(ids_in(old, "events", "date") == Names{"2025-06-01"});
  for (const char* section : {"persons", "parentalAuthority", "school", "ppe"})
    CHECK_FALSE(has(old, section));
  const auto days = items_at(items_at(old.document->root(), "presence")[1], "days");
  REQUIRE(days.size() == 17);
  CHECK(days[14].chars() == "PRES");
  CHECK(days[15].chars() == "HORS_MESURE");
  CHECK(days[16].chars() == "HORS_MESURE");
  CHECK(std::ranges::find(old.withheld, "presence.days") != old.withheld.end());
}

TEST_CASE("what comes to be known after the end changes nothing of what the former one held") {
  const std::string before = held_then(to_department(transferred(), "62").document->root());
  std::string later = transferred(
      R"(,"deadlines":[{"measure":"M2","due":"2027-01-15"}],"documents":[{"date":"2026-04-01","title":"t"}])");
  for (const auto& [from, to] :
       {std::pair{"ÎLOT", "ISLE"}, std::pair{"\"MERE\"", "\"BELLE-MERE\""},
        std::pair{"\"unit\":\"B\"", "\"unit\":\"C\""}, std::pair{"Pendant", "Ailleurs"},
        std::pair{"ABS_FUG", "ABS_HOSP"}}) {
    REQUIRE(later.find(from) != std::string::npos);
    later.replace(later.find(from), std::string_view(from).size(), to);
  }
  CHECK(held_then(to_department(later, "62").document->root()) == before);
  std::string corrected = transferred();
  corrected.replace(corrected.find("\"end\":\"2026-01-15\""), 18, "\"end\":\"2026-01-14\"");
  CHECK(held_then(to_department(corrected, "62").document->root()) != before);
}

TEST_CASE("the new department gets no former file") {
  const Projection fresh = to_department(transferred(), "59");
  REQUIRE(fresh.document);
  CHECK(fresh.ended.empty());
  CHECK(ids_in(fresh, "measures", "number") == Names{"59-D2"});
  CHECK(ids_in(fresh, "stays", "id") == Names{"S2"});
  CHECK(ids_in(fresh, "events", "date") == Names{"2026-03-01"});
  CHECK(ids_in(fresh, "school", "year") == Names{"2025-2026"});
  CHECK(ids_in(fresh, "ppe", "number") == Names{"P2"});
  CHECK(has(fresh, "persons"));
  const auto months = items_at(fresh.document->root(), "presence");
  REQUIRE(months.size() == 1);
  CHECK(items_at(months[0], "days")[13].chars() == "HORS_MESURE");
  CHECK(items_at(months[0], "days")[14].chars() == "PRES");
}

TEST_CASE(
    "a written decision opens the former file from its day, to that department, and no more") {
  const auto with = [](const std::string& given) {
    return transferred(R"(,"transmissions":[)" + given + "]");
  };
  const std::string since = with(R"({"department":"59","from":"2025-09-01","reference":"r"})");
  const Projection opened = to_department(since, "59");
  CHECK(ids_in(opened, "stays", "id") == Names{"S1", "S2"});
  CHECK(ids_in(opened, "presence", "month") == Names{"2025-12", "2026-01"});
  CHECK(ids_in(opened, "events", "date") == Names{"2026-03-01"});
  CHECK(ids_in(opened, "measures", "number") == Names{"59-D2"});
  // The stay began before that day, in the other's time.
  CHECK(items_at(opened.document->root(), "stays")[0].find("entry") == nullptr);
  CHECK(text_of(opened).find("transmissions") == std::string::npos);

  const Projection whole = to_department(with(R"({"department":"59","reference":"r"})"), "59");
  CHECK(ids_in(whole, "events", "date") == Names{"2025-06-01", "2026-03-01"});
  CHECK(ids_in(whole, "ppe", "number") == Names{"P1", "P2"});
  CHECK(text_at(items_at(whole.document->root(), "stays")[0], "entry") == "2024-02-01");

  CHECK(text_of(to_department(since, "62")) == text_of(to_department(transferred(), "62")));
  CHECK(to_department(with(R"({"department":"80","reference":"r"})"), "80").denial == "CH-POL-003");
}

TEST_CASE("a department that has a child back may be given the time of the one between") {
  const auto months = [](const std::string& given) {
    const std::string record =
        R"({"identity":{"birthName":"A"},"measures":[{"department":"62","start":"2024-01-01","end":"2024-12-31"},{"department":"59","start":"2024-12-31","end":"2025-12-31"},{"department":"62","start":"2025-12-31"}],"presence":[{"month":"2024-02","days":["PRES"]},{"month":"2025-02","days":["PRES"]},{"month":"2025-08","days":["PRES"]},{"month":"2026-02","days":["PRES"]}],"transmissions":[)" +
        given + "]}";
    return ids_in(to_department(record, "62"), "presence", "month");
  };
  CHECK(months("") == Names{"2024-02", "2026-02"});
  const std::string since = R"({"department":"62","from":"2025-06-01","reference":"r")";
  CHECK(months(since + R"(,"decidedOn":"2026-01-10"})") == Names{"2024-02", "2025-08", "2026-02"});
  CHECK(months(since + R"(,"decidedOn":"2025-12-20"})") == Names{"2024-02", "2025-08", "2026-02"});
  CHECK(months(R"({"department":"62","reference":"r","decidedOn":"2026-01-10"})") ==
        Names{"2024-02", "2025-02", "2025-08", "2026-02"});
  // A decision of the first time opens nothing of what came after it.
  CHECK(months(R"({"department":"62","reference":"r","decidedOn":"2024-06-01"})") ==
        Names{"2024-02", "2026-02"});
  CHECK(months(R"({"department":"62","reference":"r"})") == Names{"2024-02", "2026-02"});
}

TEST_CASE("what has no day is theirs who have the child now; a stay without any is nobody's") {
  const std::string record =
      R"({"identity":{"birthName":"A"},"measures":[{"department":"62","start":"2024-01-01","end":"2024-12-31"},{"department":"59","start":"2024-12-31"}],"stays":[{"id":"S"}],"visitRights":[{"person":"P"}],"parentalAuthority":[{"person":"P"}]})";
  const Projection now = to_department(record, "59");
  CHECK(has(now, "visitRights"));
  CHECK(has(now, "parentalAuthority"));
  CHECK_FALSE(has(now, "stays"));
  const Projection former = to_department(record, "62");
  for (const char* section : {"visitRights", "parentalAuthority", "stays"})
    CHECK_FALSE(has(former, section));
}

TEST_CASE("of a stay that goes on under another department, neither is told the other's part") {
  const std::string record =
      R"({"identity":{"birthName":"A"},"measures":[{"department":"62","start":"2024-02-01","end":"2026-01-15"},{"department":"59","start":"2026-01-15"}],
      "stays":[{"id":"S","finess":"990001018","unit":"A","referent":"R","dailyPrice":1,"entry":"2024-02-01"}]})";
  CHECK(text_of(to_department(record, "62"))
            .find(R"("stays":[{"entry":"2024-02-01","finess":"990001018","id":"S"}])") !=
        std::string::npos);
  CHECK(
      text_of(to_department(record, "59"))
          .find(
              R"("stays":[{"dailyPrice":1,"finess":"990001018","id":"S","referent":"R","unit":"A"}])") !=
      std::string::npos);
}

TEST_CASE(
    "a renewal that is late leaves no gap, unless another department held the child meanwhile") {
  const auto presence_in = [](const std::string& others) {
    return to_department(
        R"({"identity":{"birthName":"A"},"measures":[{"department":"62","start":"2024-01-01","end":"2024-12-31"},{"department":"62","start":"2025-03-01"})" +
            others + R"(],"presence":[{"month":"2025-02","days":["PRES"]}]})",
        "62");
  };
  CHECK(has(presence_in(""), "presence"));
  CHECK_FALSE(has(presence_in(R"(,{"department":"59","start":"2025-01-15","end":"2025-03-01"})"),
                  "presence"));
}

TEST_CASE("a decision that is over without a day of its end ended at its term") {
  const Projection over = to_department(
      R"({"identity":{"birthName":"A"},"persons":[{"name":"MERE"}],"measures":[{"department":"62","start":"2024-01-01","due":"2025-01-01","state":"ended"}]})",
      "62");
  CHECK(over.ended == "2025-01-01");
  CHECK_FALSE(has(over, "persons"));
}

TEST_CASE(
    "after the end, the days of a child whom nobody else has are out of care, or asked about") {
  const auto record = [](const std::string& days, const std::string& others) {
    return R"({"identity":{"birthName":"A"},"measures":[{"department":"62","start":"2024-01-01","end":"2025-06-02"})" +
           others + R"(],"presence":[{"month":"2025-06","days":)" + days + "}]}";
  };
  const auto text = [&](const std::string& days, const std::string& others = {}) {
    return text_of(to_department(record(days, others), "62"));
  };
  CHECK(text(R"(["PRES","PRES","PRES","UNKNOWN"])")
            .find(R"(["PRES","PRES","HORS_MESURE","UNKNOWN"])") != std::string::npos);
  const std::string after = R"(,{"department":"59","start":"2025-06-02"})";
  CHECK(text(R"(["PRES","PRES","PRES","UNKNOWN"])", after)
            .find(R"(["PRES","PRES","HORS_MESURE","HORS_MESURE"])") != std::string::npos);
  const auto held = [&](const std::string& days) {
    return held_then(to_department(record(days, {}), "62").document->root());
  };
  CHECK(held(R"(["PRES","PRES","PRES","UNKNOWN"])") == held(R"(["PRES","PRES","ABS_FUG","PRES"])"));
  CHECK(held(R"(["PRES","PRES","PRES","UNKNOWN"])") != held(R"(["PRES","ABS_FUG"])"));
}

TEST_CASE("a DUI is told what falls in the stays of its establishments") {
  static const config::Policy policy = everything_to(Recipient::dui);
  const std::string record =
      R"({"identity":{"birthName":"A"},"school":[{"year":"2025-2026"}],
      "measures":[{"number":"99-D1","department":"99","start":"2022-01-01","end":"2023-01-01"},{"number":"99-D2","department":"99","start":"2023-06-01","end":"2025-06-01"},{"number":"99-D3","department":"99","start":"2025-06-01"}],
      "stays":[{"finess":"990001018","entry":"2023-06-01","exit":"2025-01-01"},{"finess":"990001026","entry":"2025-01-01"}]})";
  const auto to = [&](const std::string& finess) {
    return project(read(record), {Recipient::dui, {}, {finess}}, &policy);
  };
  const Projection former = to("990001018");
  CHECK(former.ended == "2025-01-01");
  CHECK(ids_in(former, "measures", "number") == Names{"99-D2"});
  CHECK_FALSE(has(former, "school"));
  const Projection present = to("990001026");
  CHECK(present.ended.empty());
  CHECK(ids_in(present, "measures", "number") == Names{"99-D2", "99-D3"});
  CHECK(has(present, "school"));
  CHECK(to("990009999").denial == "CH-POL-004");
}

TEST_CASE("a school gets its own pupils, of a school year that is not over, and nobody else") {
  config::Policy policy = everything_to(Recipient::school);
  policy.lines.push_back({{"identity"}, {"birthName"}, "g", "p", {}, {}});
  const auto denial = [&](std::string_view school, std::string_view today) {
    const tree::Document record =
        read(R"({"identity":{"birthName":"A"},"school":[)" + std::string(school) + "]}");
    const Addressee to{Recipient::school, {}, {}, {"0999911W", "0999912X"}};
    return project(record, to, &policy, true, false, {}, today).denial;
  };
  const std::string_view year = R"({"year":"2025-2026","uai":"0999912X"})";
  CHECK(denial(year, "2025-07-01").empty());  // who comes in September is enrolled before
  CHECK(denial(year, "2026-08-31").empty());
  CHECK(denial(year, "2026-09-01") == "CH-POL-007");
  CHECK(denial(year, "").empty());
  CHECK(denial(R"({"uai":"0999912X"})", "2026-09-01").empty());
  CHECK(denial(R"({"year":"2025-2026","uai":"0999913Y"})", "2026-01-01") == "CH-POL-007");
  CHECK(denial(R"({"year":"2025-2026"})", "2026-01-01") == "CH-POL-007");
  CHECK(denial("", "2026-01-01") == "CH-POL-007");
}

TEST_CASE("parents are told of minors only") {
  const auto policy = everything_to(Recipient::parents);
  const tree::Document record = read(R"({"identity":{"birthName":"A","birthDate":"2008-03-02"}})");
  const auto denial = [&](std::string_view today) {
    return project(record, {Recipient::parents, {}, {}}, &policy, true, false, {}, today).denial;
  };
  CHECK(denial("2026-03-01").empty());
  CHECK(denial("2026-03-02") == "CH-POL-008");
}
