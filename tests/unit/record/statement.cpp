#include "gateway/record/statement.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "gateway/codec/codec.h"
#include "gateway/record/assemble.h"

using namespace charmille;
using namespace charmille::record;

namespace {

tree::Document read(std::string_view json) {
  auto document = codec::read_json(json, "push.json");
  REQUIRE(document);
  return std::move(*document);
}

base::Time day(int n) {
  return base::Time(std::chrono::hours(24) * n);
}

std::vector<Statement> said(std::string_view json, std::string source, int when,
                            std::string lot = "L") {
  return split(read(json),
               {std::move(source), day(when), std::move(lot), base::Uuid{}, "eo/enfants"});
}

std::string assembled(const std::vector<Statement>& statements, const Ownership& ownership = {}) {
  const auto record = assemble(statements, ownership);
  REQUIRE(record);
  return codec::write_canonical_json(record->root());
}

std::vector<Statement> operator+(std::vector<Statement> a, const std::vector<Statement>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

TEST_CASE("each section that is there becomes a statement, and no other") {
  const auto statements = said(
      R"({"ids":[{"system":"s","value":"1"}],"stays":[],"identity":{"sex":{"raw":"G","code":"M"}}})",
      "eo", 1);
  REQUIRE(statements.size() == 3);
  CHECK(statements[0].section == "identity");
  CHECK(statements[0].body == R"({"sex":{"code":"M","raw":"G"}})");
  CHECK(std::ranges::count(statements, "stays", &Statement::section) == 1);
  CHECK(statements[0].provenance.file == "push.json");
  CHECK(statements[0].provenance.line == 1);
}

TEST_CASE("the body does not depend on the order in which the source wrote its keys") {
  CHECK(said(R"({"identity":{"a":"1","b":"2"}})", "eo", 1)[0].body ==
        said(R"({"identity":{"b":"2","a":"1"}})", "eo", 2)[0].body);
}

TEST_CASE("what is packed is unpacked, provenance and body") {
  Statement statement = said(R"({"identity":{"birthName":"D'HAËNE \n \" fin"}})", "eo", 1)[0];
  statement.provenance = {*base::Uuid::parse("0197b5b0-0000-7000-8000-000000000001"),
                          "EO \"Usagers\".csv", 42, "eo/enfants"};
  Statement back;
  REQUIRE(unpack(pack(statement), back));
  CHECK(back.body == statement.body);
  CHECK(back.provenance == statement.provenance);
  CHECK(unpack("no line", back).error().code == "CH-REC-050");
  CHECK(unpack("{}\n{}", back).error().code == "CH-REC-050");
}

TEST_CASE("newer extractions win, whatever the order of arrival") {
  const auto older = said(R"({"identity":{"birthName":"A"}})", "eo", 1);
  const auto newer = said(R"({"identity":{"birthName":"B"}})", "eo", 2);
  CHECK(assembled(older + newer) == R"({"identity":{"birthName":"B"}})");
  CHECK(assembled(newer + older) == R"({"identity":{"birthName":"B"}})");
}

TEST_CASE(
    "the owner of a section wins over a newer word of another source; others fill what it does not "
    "say") {
  const auto dui =
      said(R"({"identity":{"birthName":"DUI"},"school":[{"year":"2025-2026"}]})", "eo", 1);
  const auto department =
      said(R"({"identity":{"birthName":"CD"},"measures":[{"number":"99-D1"}]})", "cd", 5);
  const Ownership ownership{{{"identity", {{"eo"}, {"cd"}}}}};
  CHECK(
      assembled(dui + department, ownership) ==
      R"({"identity":{"birthName":"DUI"},"measures":[{"number":"99-D1"}],"school":[{"year":"2025-2026"}]})");
  CHECK(assembled(department + dui, ownership) == assembled(dui + department, ownership));
}

TEST_CASE(
    "two departments' measures stand side by side; a DUI adds those that no department tells") {
  const auto dui = said(
      R"({"measures":[{"number":"99-D1","department":"99","rg":"dui"},{"number":"98-D7","department":"98"},{"number":"75-D3","department":"75"},{"number":"?"}]})",
      "eo", 9);
  const auto here =
      said(R"({"measures":[{"number":"99-D1","department":"99","rg":"cd"}]})", "cd99", 1);
  const auto there = said(R"({"measures":[{"number":"98-D7","department":"98"}]})", "cd98", 2);
  const Ownership ownership{{{"measures", {{"cd98", "cd99"}, {"eo"}}}}};
  const std::string all =
      R"({"measures":[{"department":"98","number":"98-D7"},{"department":"99","number":"99-D1","rg":"cd"},{"department":"75","number":"75-D3"}]})";
  CHECK(assembled(dui + here + there, ownership) == all);
  CHECK(assembled(there + dui + here, ownership) == all);
  CHECK(assembled(dui, ownership).find(R"({"number":"?"})") != std::string::npos);
}

TEST_CASE("documents that add up: what is here again, replaced or taken back is not there twice") {
  const std::string a(64, 'a'), b(64, 'b');
  const auto after = [](const std::string& former, const std::string& fresh) {
    const auto body = with_former_documents(former, fresh);
    REQUIRE(body);
    return *body;
  };
  CHECK(after("[]", R"([{"id":"1"}])") == R"([{"id":"1"}])");
  CHECK(after(R"([{"id":"1"}])", R"([{"id":"2"}])") == R"([{"id":"1"},{"id":"2"}])");
  CHECK(after(R"([{"id":"1","title":"a"}])", R"([{"id":"1","title":"b"}])") ==
        R"([{"id":"1","title":"b"}])");
  // Two parts of one document are both there.
  CHECK(after(R"([{"id":"1","sha256":")" + a + R"("},{"id":"1","sha256":")" + b + R"("}])",
              R"([{"id":"2"}])") ==
        R"([{"id":"1","sha256":")" + a + R"("},{"id":"1","sha256":")" + b + R"("},{"id":"2"}])");
  CHECK(after(R"([{"sha256":")" + a + R"("}])", R"([{"id":"2","sha256":")" + a + R"("}])") ==
        R"([{"id":"2","sha256":")" + a + R"("}])");
  CHECK(
      after(R"([{"id":"1","sha256":")" + a + R"("}])", R"([{"id":"2","sha256":")" + a + R"("}])") ==
      R"([{"id":"1","sha256":")" + a + R"("},{"id":"2","sha256":")" + a + R"("}])");
  CHECK(after(R"([{"id":"1"},{"id":"3"}])", R"([{"id":"2","replaces":["1"]}])") ==
        R"([{"id":"3"},{"id":"2","replaces":["1"]}])");
  for (const char* const state : {"superseded", "entered-in-error"})
    CHECK(after(R"([{"id":"1"},{"id":"3"}])",
                R"([{"id":"1","state":")" + std::string(state) + R"("}])") == R"([{"id":"3"}])");
  CHECK(with_former_documents("?", "[]").error().code == "CH-REC-050");
}

TEST_CASE(
    "one content that several sources have is as confidential as the one that says the most") {
  const std::string digest(64, 'a');
  const auto open =
      said(R"({"documents":[{"id":"1","sha256":")" + digest + R"("},{"id":"2"}]})", "eo", 1);
  const auto closed = said(
      R"({"documents":[{"id":"9","sha256":")" + digest + R"(","securityLabels":[{"code":"R"}]}]})",
      "csapa", 2);
  const auto twice = said(R"({"documents":[{"id":"8","sha256":")" + digest +
                              R"(","securityLabels":[{"code":"R"},{"text":"x"}]}]})",
                          "hospital", 3);
  const std::string both = assembled(open + closed);
  CHECK(both.find(R"({"id":"1","securityLabels":[{"code":"R"}],"sha256")") != std::string::npos);
  CHECK(both.find(R"({"id":"2"})") != std::string::npos);
  const std::string all = assembled(open + closed + twice);
  for (const char* const id : {"1", "8", "9"})
    CHECK(all.find(R"({"id":")" + std::string(id) +
                   R"(","securityLabels":[{"code":"R"},{"text":"x"}],"sha256")") !=
          std::string::npos);
  // The source that is not heard is heard in this, and one source that has it twice.
  const Ownership ranked{{{"documents", {{"eo"}, {"csapa"}}}}};
  const std::string first = assembled(open + closed, ranked);
  CHECK(first.find(R"("id":"9")") == std::string::npos);
  CHECK(first.find(R"({"id":"1","securityLabels":[{"code":"R"}],"sha256")") != std::string::npos);
  const auto both_times =
      said(R"({"documents":[{"id":"1","sha256":")" + digest + R"("},{"id":"2","sha256":")" +
               digest + R"(","securityLabels":[{"code":"R"}]}]})",
           "eo", 1);
  CHECK(assembled(both_times).find(R"({"id":"1","securityLabels":[{"code":"R"}],"sha256")") !=
        std::string::npos);
}

TEST_CASE("a measure that both know has what the department leaves unsaid from the DUI") {
  const auto dui = said(
      R"({"measures":[{"id":"M1","number":"99-D1","department":"99","judge":"J","secretPlace":{"code":"yes"}},{"id":"M2","type":{"code":"AED"},"start":"2024-01-02","court":"dui"}]})",
      "eo", 9);
  const auto cd = said(
      R"({"measures":[{"number":"99-D1","department":"99","secretPlace":{"code":"no"}},{"number":"99-D2","department":"99","type":{"code":"AED"},"start":"2024-01-02","court":"cd"}]})",
      "cd", 1);
  const Ownership ownership{{{"measures", {{"cd"}, {"eo"}}}}};
  const std::string all =
      R"({"measures":[{"department":"99","id":"M1","judge":"J","number":"99-D1","secretPlace":{"code":"yes"}},{"court":"cd","department":"99","id":"M2","number":"99-D2","start":"2024-01-02","type":{"code":"AED"}}]})";
  CHECK(assembled(dui + cd, ownership) == all);
  CHECK(assembled(cd + dui, ownership) == all);
}

TEST_CASE("a measure that runs for the department has not the end that the DUI gives it") {
  const auto dui = said(
      R"({"measures":[{"number":"99-D1","department":"99","state":"ended","end":"2026-06-30","endReason":{"code":"TRD"},"judge":"J"}]})",
      "eo", 9);
  const auto cd =
      said(R"({"measures":[{"number":"99-D1","department":"99","state":"running"}]})", "cd", 1);
  const Ownership ownership{{{"measures", {{"cd"}, {"eo"}}}}};
  CHECK(assembled(dui + cd, ownership) ==
        R"({"measures":[{"department":"99","judge":"J","number":"99-D1","state":"running"}]})");
}

TEST_CASE("stays of two establishments are put together, the same one once") {
  const auto one = said(R"({"stays":[{"finess":"990000001","entry":"2020-01-01"}]})", "eo-1", 1);
  const auto other = said(
      R"({"stays":[{"finess":"990000001","entry":"2020-01-01"},{"finess":"990000002","entry":"2024-01-01"}]})",
      "eo-2", 2);
  const Ownership ownership{{{"stays", {{"eo-1", "eo-2"}}}}};
  CHECK(
      assembled(one + other, ownership) ==
      R"({"stays":[{"entry":"2020-01-01","finess":"990000001"},{"entry":"2024-01-01","finess":"990000002"}]})");
}

TEST_CASE("a withdrawn statement says nothing") {
  auto withdrawn = said(R"({"school":[{"year":"2025-2026"}]})", "eo", 5);
  withdrawn[0].body.clear();
  CHECK(assembled(withdrawn + said(R"({"school":[{"year":"2024-2025"}]})", "cd", 1)) ==
        R"({"school":[{"year":"2024-2025"}]})");
  CHECK(assembled(withdrawn) == "{}");
}

TEST_CASE("identifiers of every source are together, each once") {
  const auto a =
      said(R"({"ids":[{"system":"s","value":"2"},{"system":"s","value":"1"}]})", "eo", 1);
  const auto b =
      said(R"({"ids":[{"system":"cd","value":"V1"},{"system":"s","value":"2"}]})", "cd", 2);
  const std::string all =
      R"({"ids":[{"system":"cd","value":"V1"},{"system":"s","value":"1"},{"system":"s","value":"2"}]})";
  CHECK(assembled(a + b) == all);
  CHECK(assembled(b + a) == all);
}

TEST_CASE("the strictest word about a secret place holds for every running stay") {
  const auto dui = said(
      R"({"stays":[{"id":"1","exit":"2020-01-01","secretPlace":{"code":"no"}},{"id":"2","secretPlace":{"code":"no"}}]})",
      "eo", 9);
  const auto judge =
      said(R"({"measures":[{"number":"99-D1","secretPlace":{"raw":"?"}}]})", "cd", 1);
  const std::string together = assembled(dui + judge, Ownership{{{"stays", {{"eo"}}}}});
  CHECK(together.find(R"({"exit":"2020-01-01","id":"1","secretPlace":{"code":"no"}})") !=
        together.npos);
  CHECK(together.find(R"({"id":"2","secretPlace":{"code":"yes"}})") != together.npos);
  const auto over =
      said(R"({"measures":[{"end":"2020-01-01","secretPlace":{"code":"yes"}}]})", "cd", 1);
  CHECK(assembled(dui + over).find(R"({"id":"2","secretPlace":{"code":"no"}})") !=
        std::string::npos);
}

TEST_CASE("a matricule that a later identity contradicts is withdrawn, and comes back with it") {
  const auto ins = said(
      R"({"identity":{"sex":{"code":"F"},"birthDate":"2014-02-02"},
          "ins":{"matricule":"214029900100134","kind":"NIR","oid":"1.2.250.1.213.1.4.8","status":{"code":"QUALIFIEE"}}})",
      "eo", 1);
  CHECK(assembled(ins).find("214029900100134") != std::string::npos);
  const auto boy = said(R"({"identity":{"sex":{"code":"M"},"birthDate":"2014-02-02"}})", "cd", 2);
  const std::string record = assembled(ins + boy);
  CHECK(record.find("214029900100134") == std::string::npos);
  CHECK(record.find("PROVISOIRE") != std::string::npos);
  CHECK(record.find("1.2.250.1.213.1.4.8") == std::string::npos);
  const auto girl = said(R"({"identity":{"sex":{"code":"F"},"birthDate":"2014-02-02"}})", "cd", 3);
  CHECK(assembled(ins + girl).find("214029900100134") != std::string::npos);
}

TEST_CASE("a body that is no JSON is told, not guessed") {
  auto broken = said(R"({"school":[]})", "eo", 1);
  broken[0].body = "{";
  const auto record = assemble(broken, {});
  REQUIRE_FALSE(record);
  CHECK(record.error().code == "CH-REC-050");
}

TEST_CASE("a change that names one identifier keeps those of other systems") {
  const std::string former =
      R"([{"system":"cd","value":"V1"},{"system":"eo","value":"E1"},{"system":"eo","value":"E0"}])";
  CHECK(*with_former_ids(former, R"([{"system":"eo","value":"E1"}])") ==
        R"([{"system":"eo","value":"E1"},{"system":"cd","value":"V1"}])");
  CHECK(*with_former_ids("[]", R"([{"system":"eo","value":"E1"}])") ==
        R"([{"system":"eo","value":"E1"}])");
  CHECK(with_former_ids("no", "[]").error().code == "CH-REC-050");
}

TEST_CASE("two sources of the same moment give one record, whichever came first") {
  const auto a = said(R"({"identity":{"birthName":"A"}})", "a", 1);
  const auto b = said(R"({"identity":{"birthName":"B"}})", "b", 1);
  CHECK(assembled(a + b) == assembled(b + a));
}
