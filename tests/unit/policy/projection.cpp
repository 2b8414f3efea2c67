#include "gateway/policy/projection.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "gateway/codec/codec.h"
#include "gateway/record/edit.h"

using namespace charmille;
using namespace charmille::policy;
using config::Recipient;
using record::items_at;

namespace {

tree::Document read(std::string_view json) {
  auto document = codec::read_json(json, "test");
  REQUIRE(document);
  return std::move(*document);
}

/// A policy of that kind whose lines grant whole sections.
config::Policy policy_of(Recipient kind, std::vector<std::string> sections) {
  config::Policy policy;
  policy.name = "test";
  policy.recipient = kind;
  policy.lines.push_back({std::move(sections),
                          {},
                          "CASF L226-2-2",
                          "suivi",
                          {},
                          {},
                          {"administrative", "judicial", "health", "social", "school", "unknown"}});
  return policy;
}

std::vector<std::string> everything() {
  return {config::section_names().begin(), config::section_names().end()};
}

config::PolicyLine line(std::string section, std::vector<std::string> fields) {
  return {{std::move(section)}, std::move(fields), "ground", "purpose", {}, {}};
}

std::string sent(const Projection& projection) {
  return projection.document ? codec::write_canonical_json(projection.document->root())
                             : std::string(projection.denial);
}

const char* two_departments = R"({
  "ids":[{"system":"urn:charmille:dui:990001018:eo","value":"E1"},{"system":"urn:charmille:cd:98","value":"V98"},{"system":"urn:charmille:cd:99","value":"V99"},{"system":"urn:charmille:dui:990001018:eo:ase","value":"V"}],
  "identity":{"birthName":"ÎLOT","birthDate":"2014-05-01"},
  "ins":{"matricule":"115086296925563","oid":"1.2","status":{"code":"QUALIFIEE"}},
  "measures":[{"id":"M1","number":"98-D1","department":"98","start":"2020-01-01","end":"2022-01-01","judge":"A"},{"id":"M2","number":"99-D2","department":"99","start":"2024-01-01","judge":"B"}],
  "stays":[{"id":"S1","finess":"990001018","entry":"2020-01-05","exit":"2021-12-01","secretPlace":{"code":"no"}},{"id":"S2","finess":"990001026","entry":"2024-01-02","secretPlace":{"code":"no"}}],
  "deadlines":[{"measure":"M1","due":"2021-12-01"},{"measure":"M2","due":"2025-12-01"},{"due":"2026-01-01"}],
  "presence":[{"month":"2021-06","days":["PRES"]},{"month":"2026-06","days":["PRES"]}],
  "health":{"treatments":"x","carePlan":"yes","handicapNotice":"no"},
  "coverage":[{"body":"CPAM","holderNir":"n"}],
  "events":[{"date":"2021-02-03","category":{"code":"9"},"text":"free"}],
  "notes":[{"text":"secret"}]})";

const Addressee department_98{Recipient::departement, "98", {}};
const Addressee department_99{Recipient::departement, "99", {}};

}  // namespace

namespace {

const std::string first_digest(64, 'a');
const std::string second_digest(64, 'b');

/// A child with a document of each section, the place open or not.
tree::Document with_documents(std::string_view secret_place) {
  std::string documents;
  for (const char* const section : {"administrative", "judicial", "health", "social", "unknown"})
    documents += std::string(documents.empty() ? "" : ",") + R"({"section":")" + section +
                 R"(","title":"MECS Les Tilleuls","kind":"K","sha256":")" +
                 (std::string_view(section) == "health" ? first_digest : second_digest) + "\"}";
  return read(R"({"identity":{"birthName":"ÎLOT"},"measures":[{"department":"99"}],
    "stays":[{"finess":"990001018","entry":"2024-01-02","secretPlace":{"code":")" +
              std::string(secret_place) + R"("}}],"documents":[)" + documents + "]}");
}

/// The sections of the documents that go.
std::string sections_sent(const Projection& projection) {
  std::string all;
  if (!projection.document) return all;
  for (const tree::Node& item : items_at(projection.document->root(), "documents"))
    all += std::string(record::text_at(item, "section")) + ' ';
  return all;
}

}  // namespace

TEST_CASE("no kind of recipient gets more documents than the program allows to it") {
  const tree::Document record = with_documents("no");
  const auto sent_to = [&](const Addressee& to) {
    const auto policy = policy_of(to.kind, everything());
    return sections_sent(project(record, to, &policy));
  };
  for (const Recipient kind : {Recipient::dmp, Recipient::care_team, Recipient::citizen})
    CHECK(sent_to({kind, {}, {}}) == "health ");
  CHECK(sent_to(department_99) == "administrative judicial social ");
  CHECK(sent_to({Recipient::justice, {}, {}}) == "administrative judicial social ");
  CHECK(sent_to({Recipient::other_establishment, {}, {}}) ==
        "administrative judicial health social ");
  CHECK(sent_to({Recipient::archives, {}, {}}) == "administrative judicial health social unknown ");
  for (const Recipient kind :
       {Recipient::parents, Recipient::school, Recipient::child, Recipient::statistics})
    CHECK(sent_to({kind, {}, {}, {"0999911W"}}) == "");
}

TEST_CASE(
    "a line lets through the documents whose sections it names, with the fields that it names") {
  const tree::Document record = with_documents("no");
  config::Policy policy = policy_of(Recipient::departement, {"identity"});
  policy.lines.push_back(line("documents", {"section", "kind"}));
  CHECK(sections_sent(project(record, department_99, &policy)) == "");
  policy.lines.back().documents = {"judicial"};
  const Projection narrow = project(record, department_99, &policy);
  CHECK(sections_sent(narrow) == "judicial ");
  CHECK(sent(narrow).find("Tilleuls") == std::string::npos);
  // What one line grants of one section widens no other.
  policy.lines.push_back(line("documents", {}));
  policy.lines.back().documents = {"social"};
  const Projection both = project(record, department_99, &policy);
  CHECK(sections_sent(both) == "judicial social ");
  CHECK(items_at(both.document->root(), "documents")[0].find("title") == nullptr);
  CHECK(items_at(both.document->root(), "documents")[1].find("title") != nullptr);
}

TEST_CASE("a document goes with its labels where the policy names them, and nowhere else") {
  const auto labelled = [](std::string_view labels) {
    return read(R"({"identity":{"birthName":"ÎLOT"},"measures":[{"department":"99"}],
      "stays":[{"finess":"990001018","entry":"2024-01-02","secretPlace":{"code":"no"}}],
      "documents":[{"section":"judicial","kind":"K","securityLabels":)" +
                std::string(labels) + "}]}");
  };
  config::Policy policy = policy_of(Recipient::departement, {"identity"});
  policy.lines.push_back(line("documents", {"section", "kind"}));
  policy.lines.back().documents = {"judicial"};
  const auto sent_of = [&](std::string_view labels, bool keeps) {
    return project(labelled(labels), department_99, &policy, true, false, {}, {}, keeps);
  };
  const char* const confidentiality = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
  const auto coded = [&](std::string_view code) {
    return R"([{"system":")" + std::string(confidentiality) + R"(","code":")" + std::string(code) +
           R"("}])";
  };
  for (const char* const open : {"U", "L", "M", "N"})
    CHECK(sections_sent(sent_of(coded(open), false)) == "judicial ");
  for (const char* const labels :
       {R"([{"code":"INVISIBLE_PATIENT"}])", R"([{"text":"À ne pas montrer"}])",
        R"([{"code":"N"},{"code":"R"}])", R"([{"system":"urn:other","code":"N"}])"}) {
    CAPTURE(labels);
    const Projection held = sent_of(labels, true);
    CHECK(sections_sent(held) == "");
    CHECK(std::ranges::find(held.withheld, "documents[]") != held.withheld.end());
  }
  policy.lines.back().labels = {"R"};
  CHECK(sections_sent(sent_of(coded("R"), true)) == "judicial ");
  // The label goes with the document, although the line does not name the field.
  CHECK(sent(sent_of(coded("R"), true)).find("securityLabels") != std::string::npos);
  CHECK(sections_sent(sent_of(coded("R"), false)) == "");  // a mapping that would drop it
  CHECK(sections_sent(sent_of(coded("V"), true)) == "");
  CHECK(sections_sent(sent_of(R"([{"system":"urn:other","code":"R"}])", true)) == "");
  policy.lines.back().labels = {"urn:other|R"};
  CHECK(sections_sent(sent_of(R"([{"system":"urn:other","code":"R"}])", true)) == "judicial ");
  CHECK(sections_sent(sent_of(coded("R"), true)) == "");
  policy.lines.back().labels = {"R", ""};
  CHECK(sections_sent(sent_of(R"([{"text":"À ne pas montrer"}])", true)) == "");
  // Another line of the same rubric, which does not name the label, grants nothing of it.
  policy.lines.push_back(line("documents", {"section", "title"}));
  policy.lines.back().documents = {"judicial"};
  const tree::Document titled = read(
      R"({"identity":{"birthName":"ÎLOT"},"measures":[{"department":"99"}],
      "stays":[{"finess":"990001018","entry":"2024-01-02","secretPlace":{"code":"no"}}],
      "documents":[{"section":"judicial","kind":"K","title":"T","securityLabels":[{"code":"R"}]},
                   {"section":"judicial","kind":"K","title":"T"}]})");
  const Projection both = project(titled, department_99, &policy, true, false, {}, {}, true);
  const auto documents = items_at(both.document->root(), "documents");
  REQUIRE(documents.size() == 2);
  CHECK(documents[0].find("title") == nullptr);
  CHECK(documents[1].find("title") != nullptr);
  CHECK(restricts_a_document(titled.root()));
  CHECK_FALSE(restricts_a_document(with_documents("no").root()));
  policy.lines.pop_back();
  policy.lines.back().labels = {"R"};
  CHECK(sections_sent(sent_of(R"([{"code":"R"},{"code":"INVISIBLE_PATIENT"}])", true)) == "");
}

TEST_CASE("what a recipient held includes who may not see it") {
  const auto held = [](std::string_view labels) {
    return held_then(
        read(R"({"identity":{"birthName":"A"},"documents":[{"sha256":"x","title":"t")" +
             std::string(labels) + "}]}")
            .root());
  };
  CHECK(held("") != held(R"(,"securityLabels":[{"code":"R"}])"));
  CHECK(held("") == held(R"(,"kind":"k")"));
}

TEST_CASE("a department that is not the only one gets no document: whose it is cannot be told") {
  tree::Document record = read(two_departments);
  record.set_root(record::with(record, record.root(), "documents",
                               record.copy(*with_documents("no").root().find("documents"))));
  const auto policy = policy_of(Recipient::departement, everything());
  CHECK(sections_sent(project(record, department_99, &policy)) == "");
}

TEST_CASE(
    "a secret place, shared or of an unknown flag, holds every document that nobody cleared") {
  const auto policy = policy_of(Recipient::care_team, everything());
  const Addressee team{Recipient::care_team, {}, {}};
  for (const char* const flag : {"yes", "unknown"}) {
    const Projection held = project(with_documents(flag), team, &policy);
    CHECK(sections_sent(held) == "");
    CHECK(std::ranges::find(held.withheld, "documents") != held.withheld.end());
  }
  CHECK(sections_sent(project(with_documents("no"), team, &policy, true, true)) == "");
  CHECK(sections_sent(
            project(with_documents("yes"), team, &policy, true, false, {second_digest})) == "");
  const Projection cleared =
      project(with_documents("yes"), team, &policy, true, true, {first_digest});
  CHECK(sections_sent(cleared) == "health ");
  CHECK(sent(cleared).find("Tilleuls") == std::string::npos);
  // Who may know the place waits for nobody.
  const auto to_department = policy_of(Recipient::departement, everything());
  CHECK(sections_sent(project(with_documents("yes"), department_99, &to_department)) ==
        "administrative judicial social ");
}

TEST_CASE("without a policy, or with one for another kind, nothing leaves") {
  const tree::Document record = read(two_departments);
  CHECK(project(record, department_99, nullptr).denial == "CH-POL-001");
  const auto other = policy_of(Recipient::justice, everything());
  CHECK(project(record, department_99, &other).denial == "CH-POL-001");
  const auto empty = policy_of(Recipient::departement, {});
  CHECK(project(record, department_99, &empty).denial == "CH-POL-006");
  const auto all = policy_of(Recipient::departement, everything());
  CHECK(project(record, department_99, &all, false).denial == "CH-POL-002");
}

TEST_CASE(
    "a department gets a child only while or because it holds a decision, and sees only its own") {
  const tree::Document record = read(two_departments);
  const auto policy = policy_of(Recipient::departement, everything());
  CHECK(project(record, {Recipient::departement, "97", {}}, &policy).denial == "CH-POL-003");
  CHECK(project(record, {Recipient::departement, "", {}}, &policy).denial == "CH-POL-003");

  const Projection ended = project(record, department_98, &policy);
  REQUIRE(ended.document);
  const tree::Node& root = ended.document->root();
  REQUIRE(items_at(root, "measures").size() == 1);
  CHECK(record::text_at(items_at(root, "measures")[0], "number") == "98-D1");
  REQUIRE(items_at(root, "stays").size() == 1);
  CHECK(record::text_at(items_at(root, "stays")[0], "id") == "S1");
  REQUIRE(items_at(root, "deadlines").size() == 1);
  REQUIRE(items_at(root, "presence").size() == 1);
  CHECK(items_at(root, "events").size() == 1);
  CHECK(sent(ended).find("99-D2") == std::string::npos);
  CHECK(sent(ended).find("V99") == std::string::npos);
  CHECK(sent(ended).find("990001026") == std::string::npos);
}

TEST_CASE("the number of an untold department goes only when nobody else holds a decision") {
  const auto policy = policy_of(Recipient::departement, everything());
  CHECK(sent(project(read(two_departments), department_99, &policy)).find(":ase") ==
        std::string::npos);
  const tree::Document sole = read(
      R"({"ids":[{"system":"urn:charmille:dui:9:eo:ase","value":"V"}],"measures":[{"department":"99"}]})");
  CHECK(sent(project(sole, department_99, &policy)).find(":ase") != std::string::npos);
}

TEST_CASE("no policy lifts what the program forbids") {
  const tree::Document record = read(two_departments);
  const auto to_dmp = policy_of(Recipient::dmp, everything());
  const auto to_team = policy_of(Recipient::care_team, everything());
  const auto to_department = policy_of(Recipient::departement, everything());
  const auto to_dui = policy_of(Recipient::dui, everything());
  for (const std::string& text :
       {sent(project(record, {Recipient::dmp, "", {}}, &to_dmp)),
        sent(project(record, {Recipient::care_team, "", {}}, &to_team))}) {
    CHECK(text.find("measures") == std::string::npos);
    CHECK(text.find("98-D1") == std::string::npos);
  }
  const Projection department = project(record, department_99, &to_department);
  for (const char* never : {"health", "coverage", "ins", "notes"}) {
    CHECK(std::ranges::find(department.sections, never) == department.sections.end());
    CHECK(std::ranges::find(department.withheld, never) != department.withheld.end());
  }
  CHECK(sent(department).find("free") == std::string::npos);
  CHECK(sent(project(record, {Recipient::dui, "", {"990001018"}}, &to_dui)).find("notes") ==
        std::string::npos);
  const auto to_statistics = policy_of(Recipient::statistics, everything());
  CHECK(project(record, {Recipient::statistics, "", {}}, &to_statistics).denial == "CH-POL-006");
}

TEST_CASE("what a department may be told only by name goes only when it is named") {
  const tree::Document record = read(two_departments);
  config::Policy policy = policy_of(Recipient::departement, {"identity"});
  policy.lines.push_back(line("health", {"carePlan", "treatments"}));
  policy.lines.push_back(line("ins", {"matricule", "oid", "status"}));
  const Projection projection = project(record, department_99, &policy);
  REQUIRE(projection.document);
  CHECK(codec::write_canonical_json(*projection.document->root().find("health")) ==
        R"({"carePlan":"yes"})");
  CHECK(codec::write_canonical_json(*projection.document->root().find("ins")) ==
        R"({"matricule":"115086296925563","oid":"1.2"})");
}

TEST_CASE("the matricule never leaves unless the identity is qualified") {
  const tree::Document record = read(
      R"({"identity":{"birthName":"A"},"ins":{"matricule":"115086296925563","oid":"1.2","status":{"code":"VALIDEE"}}})");
  const auto policy = policy_of(Recipient::dmp, everything());
  const Projection projection = project(record, {Recipient::dmp, "", {}}, &policy);
  CHECK(sent(projection) ==
        R"({"identity":{"birthName":"A"},"ins":{"status":{"code":"VALIDEE"}}})");
  CHECK(std::ranges::find(projection.withheld, "ins.matricule") != projection.withheld.end());
}

TEST_CASE("a DUI gets only the children and stays of its establishments") {
  const tree::Document record = read(two_departments);
  const auto policy = policy_of(Recipient::dui, everything());
  CHECK(project(record, {Recipient::dui, "", {"990009999"}}, &policy).denial == "CH-POL-004");
  CHECK(project(record, {Recipient::dui, "", {}}, &policy).denial == "CH-POL-004");
  const Projection projection = project(record, {Recipient::dui, "", {"990001026"}}, &policy);
  REQUIRE(projection.document);
  CHECK(items_at(projection.document->root(), "stays").size() == 1);
  CHECK(items_at(projection.document->root(), "presence").size() == 1);
  CHECK(sent(projection).find("990001018") == std::string::npos);
}

TEST_CASE("lines name the fields that go, and are told with their ground") {
  const tree::Document record = read(two_departments);
  config::Policy policy = policy_of(Recipient::departement, {"identity"});
  policy.lines.push_back(line("measures", {"number", "start"}));
  const Projection projection = project(record, department_99, &policy);
  CHECK(
      sent(projection) ==
      R"({"identity":{"birthDate":"2014-05-01","birthName":"ÎLOT"},"measures":[{"number":"99-D2","start":"2024-01-01"}]})");
  REQUIRE(projection.lines.size() == 2);
  CHECK(projection.lines[1].line == "test#2");
  CHECK(projection.lines[1].ground == "ground");
  CHECK(projection.lines[1].sections == std::vector<std::string>{"measures"});
  CHECK(std::ranges::find(projection.withheld, "measures.judge") != projection.withheld.end());
}

TEST_CASE("a secret place is told to nobody who could tell the family; an unknown flag is secret") {
  for (const char* flag :
       {R"({"code":"yes"})", R"({"code":"unknown"})", R"({"raw":"peut-être"})"}) {
    const tree::Document record = read(
        std::string(
            R"({"ids":[{"system":"urn:charmille:dui:990001018:eo","value":"E1"}],"identity":{"birthName":"A"},
      "school":[{"uai":"0999911W","establishment":"École Jules-Verne","level":{"code":"350"}}],
      "health":{"doctor":{"name":"Dr Rœder"},"carePlan":"no"},"persons":[{"link":{"code":"MERE"},"addresses":[{"town":"Hauteclaire","secret":{"code":"no"}},{"town":"Vermand","secret":{"code":"yes"}}]}],
      "visitRights":[{"mode":{"code":"LIBRE"},"place":"Espace rencontre"}],
      "stays":[{"finess":"990001018","establishment":"MECS","unit":"Le Phare","entry":"2024-01-01","secretPlace":)") +
        flag + "}]}");
    CHECK(place_is_secret(record.root()));
    for (const Recipient kind : {Recipient::dmp, Recipient::care_team, Recipient::parents,
                                 Recipient::school, Recipient::citizen}) {
      auto policy = policy_of(kind, everything());
      policy.lines.push_back(line("school", {"uai", "establishment", "level"}));
      policy.lines.push_back(line("identity", {"birthName"}));
      const std::string text = sent(project(record, {kind, "", {}, {"0999911W"}}, &policy));
      for (const char* token : {"990001018", "MECS", "Le Phare", "0999911W", "Jules-Verne", "Rœder",
                                "Espace rencontre", "Vermand"})
        CHECK(text.find(token) == std::string::npos);
    }
  }
}

TEST_CASE("who hides an address hides the phones too, and a foster family is part of the place") {
  const auto to_team = [](std::string_view flag) {
    const tree::Document record = read(
        R"({"identity":{"birthName":"A"},"stays":[{"entry":"2024-01-01","secretPlace":{"code":")" +
        std::string(flag) + R"("}}],"persons":[
      {"link":{"code":"MERE"},"name":"FERRIERE","phones":["+33767977068"],"addresses":[{"town":"Vermand","secret":{"code":"yes"}}]},
      {"link":{"code":"PERE"},"name":"BEHAGUE","phones":["+33731898981"],"addresses":[{"town":"Hauteclaire","secret":{"code":"no"}}]},
      {"link":{"code":"TUTEUR"},"name":"LANNOY","phones":["+33355555555"],"addresses":[{"town":"Lysville","secret":{"code":"no"},"secretFrom":["MERE"]}]},
      {"link":{"code":"AF"},"name":"VANDAMME","phones":["+33399123456"]}]})");
    const auto policy = policy_of(Recipient::care_team, everything());
    return sent(project(record, {Recipient::care_team, "", {}}, &policy));
  };
  for (const char* told : {"FERRIERE", "BEHAGUE", "LANNOY", "+33731898981", "Hauteclaire"})
    CHECK(to_team("yes").find(told) != std::string::npos);
  for (const char* kept :
       {"+33767977068", "Vermand", "Lysville", "+33355555555", "VANDAMME", "+33399123456"})
    CHECK(to_team("yes").find(kept) == std::string::npos);
  CHECK(to_team("no").find("VANDAMME") != std::string::npos);
}

TEST_CASE("an exit that is planned ends nothing before its day") {
  const tree::Document planned =
      read(R"({"stays":[{"exit":"2026-08-31","secretPlace":{"code":"yes"}}]})");
  CHECK(place_is_secret(planned.root(), "2026-07-15"));
  CHECK_FALSE(place_is_secret(planned.root(), "2026-08-31"));
  CHECK_FALSE(place_is_secret(planned.root()));
  const tree::Document held = read(
      R"({"identity":{"birthName":"A"},"school":[{"level":{"code":"CM2"}}],"measures":[{"department":"99","start":"2024-01-01","end":"2026-08-31"}]})");
  const auto policy = policy_of(Recipient::departement, everything());
  const auto has_school = [&](std::string_view today) {
    const Projection sent = project(held, department_99, &policy, true, false, {}, today);
    REQUIRE(sent.document);
    return sent.document->root().find("school") != nullptr;
  };
  CHECK(has_school("2026-07-15"));
  CHECK_FALSE(has_school("2026-09-01"));
}

TEST_CASE("a place that is no longer running, or that is told not to be secret, is not") {
  CHECK_FALSE(place_is_secret(
      read(
          R"({"stays":[{"exit":"2024-01-01","secretPlace":{"code":"yes"}},{"secretPlace":{"code":"no"}}]})")
          .root()));
  CHECK_FALSE(place_is_secret(read(R"({"identity":{}})").root()));
  CHECK(place_is_secret(
      read(
          R"({"stays":[{"secretPlace":{"code":"no"}}],"measures":[{"secretPlace":{"code":"yes"}}]})")
          .root()));
  CHECK(place_is_secret(read(R"({"stays":[{"entry":"2024-01-01"}]})").root()));
}

TEST_CASE(
    "a change that the destination may not see leaves the projection as it was, to the byte") {
  const auto policy = policy_of(Recipient::departement, {"identity", "measures", "stays"});
  std::string text = two_departments;
  const std::string before = sent(project(read(text), department_99, &policy));
  for (const auto& [from, to] :
       {std::pair{"\"treatments\":\"x\"", "\"treatments\":\"y\""},
        std::pair{"\"text\":\"secret\"", "\"text\":\"else\""},
        std::pair{"\"judge\":\"A\"", "\"judge\":\"C\""}, std::pair{"V98", "W98"}}) {
    std::string changed = text;
    changed.replace(changed.find(from), std::string_view(from).size(), to);
    CHECK(sent(project(read(changed), department_99, &policy)) == before);
  }
  std::string own = text;
  own.replace(own.find("\"judge\":\"B\""), 11, "\"judge\":\"C\"");
  CHECK(sent(project(read(own), department_99, &policy)) != before);
}
