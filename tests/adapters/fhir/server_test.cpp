// What the server understands of a request, and what it makes of what is submitted; no wire.
#include <doctest/doctest.h>

#include "adapters/fhir/answer_bundle.h"
#include "adapters/fhir/document_search.h"
#include "adapters/fhir/receiving.h"
#include "gateway/codec/codec.h"

using namespace charmille;
using namespace charmille::adapters;
using namespace charmille::adapters::fhir;

namespace {

tree::Document json(std::string_view text) {
  auto document = codec::read_json(text, "test");
  REQUIRE(document);
  return std::move(*document);
}

Request asking(std::string method, std::string target, Pairs headers = {}) {
  Request request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.headers = std::move(headers);
  return request;
}

/// The code of the first issue, with the status.
template <class T>
std::string refusal(const Judged<T>& judged) {
  return judged ? "taken"
                : std::to_string(judged.error().status) + ' ' +
                      std::string(judged.error().issues.front().fault.code);
}

std::string entry(std::string_view resource, std::string_view request) {
  return std::string(R"({"resourceType":"Bundle","type":"transaction","entry":[{"resource":)")
      .append(resource)
      .append(R"(,"request":)")
      .append(request)
      .append("}]}");
}

constexpr std::string_view patient =
    R"({"resourceType":"Patient","identifier":[{"system":"urn:s","value":"1"},{"value":"2"}]})";

base::Uuid exchange() {
  return *base::Uuid::parse("019f1b7a-2c40-7000-8000-0123456789ab");
}

}  // namespace

TEST_CASE("a request says where it goes and in which form it is answered") {
  Asked asked;
  CHECK(read_request(asking("HEAD", "/fhir/x/Patient/1?_format=xml&a=b+c"), asked));
  CHECK(asked.method == "GET");
  CHECK(asked.base == "/fhir/x");
  CHECK(asked.path == std::vector<std::string>{"Patient", "1"});
  CHECK(asked.answer == Form::xml);
  CHECK(asked.parameters.back() == std::pair<std::string, std::string>{"a", "b c"});
  const std::pair<const char*, const char*> accepts[] = {
      {"application/fhir+xml", "application/fhir+xml"},
      {"text/html, text/xml;q=0.5", "application/fhir+xml"},
      {"*/*", "application/fhir+json"},
      {"", "application/fhir+json"},
      {"application/json", "application/fhir+json"}};
  for (const auto& [accept, form] : accepts) {
    Asked one;
    CHECK(read_request(asking("GET", "/fhir/x/metadata", {{"Accept", accept}}), one));
    CHECK(media_type(one.answer) == form);
  }
  Asked none;
  CHECK(refusal(read_request(asking("GET", "/fhir/x", {{"Accept", "text/html"}}), none)) ==
        "406 CH-FHIR-067");
  // A "+" in the name of a form is no space.
  Asked plus;
  CHECK(read_request(asking("GET", "/fhir/x?_format=application/fhir+xml"), plus));
  CHECK(plus.answer == Form::xml);
  CHECK(refusal(form_of_body(asking("POST", "/fhir/x", {{"Content-Type", "text/csv"}}))) ==
        "415 CH-FHIR-066");
}

TEST_CASE("an entry of a transaction is a creation, by its type and its condition") {
  const auto bundle = json(
      entry(patient, R"({"method":"POST","url":"Patient","ifNoneExist":"identifier=urn:s%7C1"})"));
  const auto entries = entries_of(bundle.root());
  REQUIRE(entries);
  CHECK((*entries)[0].condition == "Patient?identifier=urn:s|1");
  CHECK((*entries)[0].part == "entry[0]");
  CHECK(names_of((*entries)[0]) == std::vector<std::string>{"Patient?identifier=urn:s|1"});
  // The name of a profile stands there in official examples: the type is the resource's own.
  const auto profiled = json(entry(patient, R"({"method":"POST","url":"TDDUIPatient"})"));
  CHECK(entries_of(profiled.root())->front().type == "Patient");
  const std::pair<const char*, const char*> wrong[] = {
      {R"({"method":"DELETE","url":"Patient/1"})", "400 CH-FHIR-070"},
      {R"({"method":"POST","url":"https://x/Patient"})", "400 CH-FHIR-071"},
      {R"({"method":"POST","url":"../Patient"})", "400 CH-FHIR-071"},
      {R"({"method":"POST","url":""})", "400 CH-FHIR-071"},
      {R"({"method":"POST","url":"Patient","ifNoneExist":"name=x"})", "400 CH-FHIR-072"},
      {R"({"method":"POST","url":"Patient","ifNoneExist":"identifier=1"})", "400 CH-FHIR-072"},
      {R"({"method":"POST","url":"Patient","ifNoneExist":"identifier=a|1&name=x"})",
       "400 CH-FHIR-072"},
      {R"({"method":"POST","url":"Patient","ifNoneExist":""})", "400 CH-FHIR-072"}};
  for (const auto& [request, code] : wrong)
    CHECK(refusal(entries_of(json(entry(patient, request)).root())) == code);
}

TEST_CASE("a document is found by its master identifier too") {
  const auto document = json(
      R"({"resourceType":"DocumentReference","masterIdentifier":{"system":"urn:m","value":"9"},"identifier":[{"system":"urn:s","value":"1"}]})");
  const auto found = entry_of(document.root(), "DocumentReference", "identifier=urn:m|9");
  REQUIRE(found);
  CHECK(names_of(*found) == std::vector<std::string>{"DocumentReference?identifier=urn:m|9",
                                                     "DocumentReference?identifier=urn:s|1"});
  CHECK(refusal(entry_of(document.root(), "Patient", "")) == "400 CH-FHIR-078");
}

TEST_CASE("an id here says which exchange brought it, and where it is in it") {
  const std::string id = resource_id(exchange(), "entry[12]");
  CHECK(id == "019f1b7a2c40700080000123456789ab-12");
  const auto place = place_of(id);
  REQUIRE(place);
  CHECK(place->exchange == exchange());
  CHECK(place->part == "entry[12]");
  CHECK(place_of(resource_id(exchange(), ""))->part.empty());
  for (const char* wrong :
       {"", "1", "019f1b7a2c40700080000123456789ab-", "019f1b7a2c40700080000123456789ab-x",
        "019f1b7a2c40700080000123456789ab_1", "019f1b7a2c40700080000123456789ag"})
    CHECK_FALSE(place_of(wrong));
  CHECK(base::to_rfc3339(moment_of(exchange())).starts_with("20"));
}

TEST_CASE("what is shown has its id here, and its references lead to what is here") {
  auto bundle = json(
      R"({"resourceType":"Bundle","type":"transaction","entry":[
       {"fullUrl":"urn:uuid:a","resource":{"resourceType":"Patient","id":"p"},"request":{"method":"POST","url":"Patient"}},
       {"fullUrl":"urn:uuid:b","resource":{"resourceType":"Encounter","id":"9","meta":{"versionId":"7","profile":["x"]},
         "text":{"div":"<div><a href=\"urn:uuid:a\">urn:uuid:a</a></div>"},
         "extension":[{"url":"urn:uuid:none","valueReference":{"reference":"urn:uuid:a"}}],
         "subject":{"reference":"Patient/p","display":"Patient/p"},"partOf":{"reference":"Encounter/77"}},
        "request":{"method":"POST","url":"Encounter"}}]})");
  const auto entries = entries_of(bundle.root());
  REQUIRE(entries);
  const Moves moves = moves_of(*entries, exchange(), {{"entry[0]", "Patient/known"}});
  const auto shown = as_stored(bundle, *(*entries)[1].resource, moves, "here", base::Time{});
  const std::string text = codec::write_json(shown);
  CHECK(text.find(R"("id":"here","meta":{"versionId":"1","lastUpdated":"1970-01-01T00:00:00)") !=
        std::string::npos);
  CHECK(text.find(R"("profile":["x"])") != std::string::npos);
  CHECK(text.find(R"(<a href=\"Patient/known\">urn:uuid:a</a>)") != std::string::npos);
  CHECK(text.find(R"("valueReference":{"reference":"Patient/known"})") != std::string::npos);
  CHECK(text.find(R"("subject":{"reference":"Patient/known","display":"Patient/p"})") !=
        std::string::npos);
  CHECK(text.find(R"("partOf":{"reference":"Encounter/77"})") != std::string::npos);
}

TEST_CASE("what is held was not judged here: a meta that is no object is passed over") {
  auto odd = json(R"({"resourceType":"Patient","meta":[{"use":"x"}],"active":true})");
  const auto shown = as_stored(odd, odd.root(), {}, "here", base::Time{});
  const std::string text = codec::write_json(shown);
  CHECK(text.find(R"("meta":{"versionId":"1")") != std::string::npos);
  CHECK(text.find(R"("active":true)") != std::string::npos);
}

TEST_CASE("a search for documents says patient and status, and nothing that is not understood") {
  const auto document = json(
      R"({"status":"current","type":{"coding":[{"system":"s","code":"CR"}]},"category":[{"coding":[{"code":"10"}]}],
          "date":"2026-05-04T10:00:00Z","masterIdentifier":{"system":"m","value":"1"},
          "content":[{"attachment":{"creation":"2025-12"}}]})");
  const auto fits = [&](Pairs more) {
    Pairs all{{"patient.identifier", "a|1"}, {"status", "current"}};
    all.insert(all.end(), more.begin(), more.end());
    const auto search = DocumentSearch::read(all);
    REQUIRE(search);
    CHECK(search->patient() == "a|1");
    return search->fits(document.root());
  };
  CHECK(fits({}));
  CHECK(fits({{"type", "s|CR"}, {"category", "9,10"}, {"identifier", "m|1"}, {"_count", "5"}}));
  CHECK_FALSE(fits({{"type", "t|CR"}}));
  CHECK_FALSE(fits({{"category", "11"}}));
  CHECK(fits({{"date", "ge2026-05-04"}, {"date", "lt2026-06"}}));
  CHECK(fits({{"creation", "2025"}}));
  CHECK(fits({{"creation", "lt2026-01-01"}}));
  CHECK_FALSE(fits({{"creation", "2026"}}));
  // It may have been the first of December, or not.
  CHECK_FALSE(fits({{"creation", "ge2025-12-02"}}));
  CHECK_FALSE(fits({{"date", "ge2026-05-04T18:00:00Z"}}));
  CHECK(fits({{"date", "ge2026-05-04T12:00:00+02:00"}}));
  CHECK(fits({{"date", "le2026-05-04"}}));
  CHECK_FALSE(fits({{"date", "lt2026-05-04"}}));
  CHECK_FALSE(fits({{"date", "gt2026-05-04"}}));
  CHECK_FALSE(fits({{"status", "superseded"}}));
  const std::pair<Pairs, const char*> wrong[] = {
      {{{"status", "current"}}, "400 CH-FHIR-082"},
      {{{"patient.identifier", "a|1"}}, "400 CH-FHIR-082"},
      {{{"patient.identifier", "a"}, {"status", "current"}}, "400 CH-FHIR-081"},
      {{{"patient.identifier", "a|1"}, {"status", "current"}, {"author.given", "x"}},
       "400 CH-FHIR-081"},
      {{{"patient.identifier", "a|1"}, {"status", "current"}, {"type", ""}}, "400 CH-FHIR-081"},
      {{{"patient.identifier", "a|1"}, {"status", "current"}, {"date", "demain"}},
       "400 CH-FHIR-081"}};
  for (const auto& [parameters, code] : wrong)
    CHECK(refusal(DocumentSearch::read(parameters)) == code);
}
