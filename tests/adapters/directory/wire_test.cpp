#include "adapters/directory/wire.h"

#include <doctest/doctest.h>

#include "adapters/directory/answer.h"
#include "gateway/codec/codec.h"
#include "gateway/fhir/members.h"
#include "tests/adapters/directory/fixtures.h"

using namespace charmille;
using namespace charmille::adapters;
using namespace charmille::adapters::directory;
using namespace charmille::adapters::directory::testing;
using fhir::items_at;
using fhir::text_at;

namespace {

Question asked(std::string operation, Pairs parameters) {
  const auto question = question_of({std::move(operation), std::move(parameters), {}});
  REQUIRE(question);
  return *question;
}

std::string refused(std::string operation, Pairs parameters) {
  const auto question = question_of({std::move(operation), std::move(parameters), {}});
  return question ? std::string() : std::string(question.error().code);
}

std::string first_url(const Question& question) {
  return url_of("https://a.invalid/fhir/v2", searches_of(question).front(), 50, {});
}

std::vector<Entry> entries(std::initializer_list<std::pair<std::string, std::string>> resources) {
  std::vector<Entry> all;
  for (const auto& [type, resource] : resources) {
    auto page = page_of(bundle(entry(resource)), type);
    REQUIRE(page);
    REQUIRE(page->entries.size() == 1);
    all.push_back(std::move(page->entries.front()));
  }
  return all;
}

tree::Document told(const Question& question, std::vector<Entry> found) {
  auto answer = codec::read_json(answer_of(question, {std::move(found), {}, false, {}, true}), "");
  REQUIRE(answer);
  return std::move(*answer);
}

}  // namespace

TEST_CASE("a question is asked by identifiers with their system, or by names") {
  CHECK(first_url(asked("professional", {{"rpps", "10000000017"}})) ==
        "https://a.invalid/fhir/v2/Practitioner?identifier=https%3A%2F%2Frpps.esante.gouv.fr%7C"
        "10000000017&_count=50");
  CHECK(first_url(asked("structure", {{"finess", "990 001 018"}}))
            .find("finess.esante.gouv.fr%7C990001018&") != std::string::npos);
  CHECK(first_url(asked("structure", {{"name", "maison  d'enfants"}, {"postal-code", "59"}})) ==
        "https://a.invalid/fhir/v2/Organization?name:contains=maison%20d%27enfants&"
        "address-postalcode=59&_count=50");
  CHECK(searches_of(asked("mailbox", {{"address", "A@essai.mssante.fr"}})).size() == 3);
}

TEST_CASE("what separates in a search is escaped: a name stays one name") {
  CHECK(first_url(asked("professional", {{"family", "A,B|C$\\ &x=1#"}}))
            .find("family=A%5C%2CB%5C%7CC%5C%24%5C%5C%20%26x%3D1%23&_count") != std::string::npos);
}

TEST_CASE(
    "two ways to write the same question are one question, and no value can be read from it") {
  const std::string one =
      asked("professional", {{"given", "Alix "}, {"family", " Le  Goff"}}).digest();
  CHECK(one == asked("professional", {{"family", "Le Goff"}, {"given", "Alix"}}).digest());
  CHECK(one != asked("professional", {{"family", "Le Goff"}}).digest());
  CHECK(one.size() == 32);
  CHECK(asked("mailbox", {{"finess", "990001018"}}).digest() !=
        asked("structure", {{"finess", "990001018"}}).digest());
}

TEST_CASE("a question that cannot be asked is refused before anything is asked") {
  CHECK(refused("weather", {}) == "CH-DIR-001");
  CHECK(refused("professional", {}) == "CH-DIR-002");
  CHECK(refused("professional", {{"given", "Alix"}}) == "CH-DIR-002");
  CHECK(refused("professional", {{"rpps", "10000000017"}, {"family", "X"}}) == "CH-DIR-003");
  CHECK(refused("structure", {{"name", "X"}, {"", "Y"}}) == "CH-DIR-003");
  for (const char* rpps : {"", "1000000001", "1000000001A", "100000000177"})
    CHECK(refused("professional", {{"rpps", rpps}}) == "CH-DIR-004");
  CHECK(refused("mailbox", {{"address", "nobody"}}) == "CH-DIR-004");
  CHECK(refused("mailbox", {{"address", "a@b@c"}}) == "CH-DIR-004");
  CHECK(refused("professional", {{"family", "a\nb"}}) == "CH-DIR-004");
  CHECK(refused("structure", {{"finess", "2A0001018"}}).empty());
}

TEST_CASE("changes are asked for since a second") {
  const auto since = base::parse_rfc3339("2026-06-30T09:12:03.5Z");
  CHECK(url_of("http://a", {"Organization", "_id=1"}, 10, *since) ==
        "http://a/Organization?_id=1&_count=10&_lastUpdated=ge2026-06-30T09%3A12%3A03Z");
}

TEST_CASE("an origin is scheme, host and port, and nothing that only looks like it") {
  CHECK(origin_of("https://Gateway.invalid/fhir") == "https://gateway.invalid:443");
  CHECK(origin_of("https://gateway.invalid:443?x") == "https://gateway.invalid:443");
  CHECK(origin_of("http://[::1]:8080/a") == "http://[::1]:8080");
  CHECK(origin_of("http://[::1]/a") == "http://[::1]:80");
  for (const char* other :
       {"https://gateway.invalid@evil.invalid/", "//gateway.invalid/", "ftp://gateway.invalid/",
        "https://", "https:///x", "https://gateway.invalid\\@evil.invalid/", "/fhir?page=2",
        "https://gateway.invalid /", "https://gate%77ay.invalid/", "https://a:b:c/"})
    CHECK_MESSAGE(!origin_of(other), other);
  CHECK(origin_of("https://gateway.invalid.evil.invalid/") !=
        origin_of("https://gateway.invalid/"));
}

TEST_CASE("a page gives resources of the type asked for, and where it goes on") {
  const auto page = page_of(
      bundle(entry(practitioner("1", "ESSAI")) +
                 R"(,{"resource":{"resourceType":"OperationOutcome"},"search":{"mode":"outcome"}})",
             "https://annuaire.invalid/fhir/next?x=1"),
      "Practitioner");
  REQUIRE(page);
  CHECK(page->entries.size() == 1);
  CHECK(page->entries[0].id == "1");
  CHECK(page->entries[0].updated == "2026-06-01T01:00:00.000+02:00");
  CHECK(page->next == "https://annuaire.invalid/fhir/next?x=1");
  CHECK(page_of(R"({"resourceType":"Bundle","type":"searchset","total":0})", "Practitioner")
            ->entries.empty());
}

TEST_CASE("what is no answer to the search is refused whole") {
  for (const std::string& bytes :
       {std::string("<html>"), std::string("[]"), std::string("{}"),
        std::string(R"({"resourceType":"Bundle","type":"collection"})"),
        bundle(entry(organization("1", "X"))), bundle(R"({"search":{"mode":"match"}})"),
        bundle(entry(R"({"resourceType":"Practitioner","id":"../1"})")),
        bundle(entry(R"({"resourceType":"Practitioner"})"))}) {
    const auto page = page_of(bytes, "Practitioner");
    REQUIRE_FALSE(page);
    CHECK(page.error().code == "CH-DIR-008");
  }
}

TEST_CASE("an outcome gives its code and no word") {
  CHECK(issue_of(R"({"resourceType":"OperationOutcome","issue":[{"severity":"warning","code":"a"},)"
                 R"({"severity":"error","code":"not-supported","diagnostics":"Camille"}]})") ==
        "not-supported");
  CHECK(issue_of("<html>") == "-");
  CHECK(issue_of(
            R"({"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"a b"}]})") ==
        "-");
}

TEST_CASE("a reference is read in its three forms") {
  CHECK(id_in("Practitioner/334081", "Practitioner") == "334081");
  CHECK(id_in("https://a.invalid/fhir/Practitioner/3/_history/2", "Practitioner") == "3");
  CHECK(id_in("Organization/3", "Practitioner").empty());
  CHECK(id_in("NoPractitioner/3", "Practitioner").empty());
  CHECK(id_in("Practitioner/a b", "Practitioner").empty());
}

TEST_CASE("a professional is told with what it does, where, and its mailboxes") {
  auto found =
      entries({{"Practitioner", practitioner("1", "ESSAI", mailbox("a@essai.mssante.fr"))},
               {"PractitionerRole", role("2", "1", "3", mailbox("b@essai.mssante.fr"))},
               {"Organization", organization("3", "MAISON", mailbox("c@essai.mssante.fr"))}});
  found[2].beside = true;
  CHECK(named_by_roles(found, "Organization") == std::vector<std::string>{"3"});
  CHECK(named_by_roles(found, "Practitioner").empty());
  const auto answer = told(asked("professional", {{"rpps", "10000000017"}}), found);
  const auto people = items_at(answer.root(), "professionals");
  REQUIRE(people.size() == 1);
  CHECK(text_at(people[0], "rpps") == "10000000017");
  CHECK(text_at(people[0], "family") == "ESSAI");
  CHECK(text_at(items_at(people[0], "codes")[0], "code") == "60");
  CHECK(text_at(items_at(people[0], "mailboxes")[0], "address") == "a@essai.mssante.fr");
  const auto roles = items_at(people[0], "roles");
  REQUIRE(roles.size() == 1);
  CHECK(text_at(items_at(roles[0], "mailboxes")[0], "address") == "b@essai.mssante.fr");
  const tree::Node& where = *roles[0].find("structure");
  CHECK(text_at(where, "finess") == "990001018");
  CHECK(text_at(where, "siret") == "99999999900010");
  CHECK(items_at(items_at(where, "addresses")[0], "lines")[0].chars() == "3 RUE DES CHARMES");
  CHECK(where.find("mailboxes") == nullptr);
}

TEST_CASE("a mailbox on the red list is counted and stands nowhere") {
  const std::string hidden = "cachee@essai.mssante.fr";
  const std::string twice =
      R"({"extension":[{"url":"https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-contact-point-email-type","valueCoding":{"code":"MSSANTE"}}],"system":"email","value":"Cachee@essai.mssante.fr"})";
  for (const char* red : {"true", "\"false\"", "null"}) {
    CAPTURE(red);
    const auto found =
        entries({{"Practitioner", practitioner("1", "ESSAI",
                                               mailbox(hidden, red) + "," + twice + "," +
                                                   mailbox("a@essai.mssante.fr"))}});
    CHECK(found[0].body.find("achee") == std::string::npos);
    const auto by_number = told(asked("mailbox", {{"rpps", "10000000017"}}), found);
    CHECK(items_at(by_number.root(), "mailboxes").size() == 1);
    CHECK(text_at(by_number.root(), "withheld") == "1");
    // Asked by its address, whose it is stays untold as well.
    const auto by_address = told(asked("mailbox", {{"address", hidden}}), found);
    CHECK(items_at(by_address.root(), "mailboxes").empty());
    CHECK(text_at(by_address.root(), "withheld") == "1");
    const auto other = told(asked("mailbox", {{"address", "A@essai.mssante.fr"}}), found);
    CHECK(items_at(other.root(), "mailboxes").size() == 1);
    CHECK(text_at(other.root(), "withheld") == "0");
  }
}

TEST_CASE("only MSSanté mailboxes count, with or without what the directory says of them") {
  const std::string plain = R"({"system":"email","value":"perso@essai.invalid"})";
  const std::string typed =
      R"({"extension":[{"url":"https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-contact-point-email-type","valueCoding":{"code":"MSSANTE"}}],"system":"email","value":"d@essai.mssante.fr"})";
  const auto found =
      entries({{"Organization", organization("3", "MAISON",
                                             plain + "," + typed + "," +
                                                 mailbox("e@essai.mssante.fr", "", "ORG"))}});
  CHECK(found[0].body.find("perso@") == std::string::npos);
  const auto answer = told(asked("mailbox", {{"finess", "990001018"}}), found);
  const auto boxes = items_at(answer.root(), "mailboxes");
  REQUIRE(boxes.size() == 2);
  CHECK(text_at(boxes[0], "address") == "d@essai.mssante.fr");
  CHECK(text_at(boxes[1], "type") == "ORG");
  CHECK(text_at(*boxes[1].find("structure"), "name") == "MAISON");
}
