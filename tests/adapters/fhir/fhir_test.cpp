#include <doctest/doctest.h>

#include "adapters/fhir/answer.h"
#include "adapters/fhir/config.h"
#include "tests/adapters/harness.h"

using namespace charmille;
using namespace charmille::adapters;
using namespace charmille::adapters::fhir;
using namespace charmille::adapters::testing_harness;
using namespace charmille::net;

namespace {

constexpr std::string_view bundle =
    R"({"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:11111111-1111-4111-8111-111111111111","resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient","ifNoneExist":"identifier=a|1"}}]})";
constexpr std::string_view taken =
    R"({"resourceType":"Bundle","type":"transaction-response","entry":[{"response":{"status":"201 Created","location":"Patient/7/_history/1"}}]})";

constexpr std::string_view taken_in_xml =
    R"(<?xml version="1.0" encoding="UTF-8"?><Bundle xmlns="http://hl7.org/fhir"><type value="transaction-response"/><entry><response><status value="201 Created"/><location value="Patient/7/_history/1"/></response></entry></Bundle>)";

/// The server's side: answers with what the test says and keeps what it saw.
struct Scripted {
  std::mutex mutex;
  std::vector<HttpResponse> script;
  std::vector<std::string> seen;
  std::vector<std::string> bodies;
  std::size_t next = 0;
};

asio::awaitable<HttpResponse> server_answer(Scripted* server, const HttpRequest* request) {
  const std::lock_guard lock(server->mutex);
  std::string line = std::string(request->method) + " " + std::string(request->target);
  for (const char* name : {"X-Request-Id", "Content-Type", "Accept"})
    line += " " + std::string(request->header(name));
  server->seen.push_back(line);
  server->bodies.push_back(request->body.bytes(1 << 20).value_or("?"));
  co_return server->script[std::min(server->next++, server->script.size() - 1)];
}

HttpResponse answer(int status, std::string_view body = {}, Headers headers = {}) {
  return {status, std::move(headers), base::Payload(std::string(body))};
}

struct Sending {
  Loop loop;
  Scripted peer;
  std::unique_ptr<net::Server> server;
  std::unique_ptr<Destination> destination;

  explicit Sending(std::vector<HttpResponse> script,
                   const std::vector<std::pair<const char*, const char*>>& more = {}) {
    peer.script = std::move(script);
    server = testing_harness::start(
        loop, {}, [this](const HttpRequest& r) { return server_answer(&peer, &r); });
    Settings settings(loop);
    settings.text("url", url_of(*server, "/fhir/")).text("timeout", "500ms");
    for (const auto& [name, value] : more) settings.text(name, value);
    auto made = adapter().make_destination(settings.get());
    REQUIRE(made);
    destination = std::move(*made);
  }
  Envelope envelope(std::string_view resource) {
    Outbound outbound;
    outbound.delivery.bytes[0] = 9;
    outbound.payload = base::Payload(std::string(resource));
    Envelope out;
    out.delivery = outbound.delivery;
    auto prepared = destination->prepare(std::move(outbound));
    REQUIRE(prepared);
    out.prepared = std::move(*prepared);
    return out;
  }
  Result<Delivered> send(std::string_view resource) {
    return loop.run(destination->send(envelope(resource), std::chrono::steady_clock::now() + 5s));
  }
  Probe probe(std::string_view resource) {
    return *loop.run(destination->probe(envelope(resource), std::chrono::steady_clock::now() + 5s));
  }
};

}  // namespace

TEST_CASE("a transaction goes to the base address, another resource to that of its type") {
  Sending s({answer(503), answer(200, taken), answer(201, "", {{"Location", "Patient/8"}})});
  CHECK_FALSE(s.send(bundle));
  const auto sent = s.send(bundle);
  REQUIRE(sent);
  CHECK(sent->correlation == Pairs{{"entry[0]", "Patient/7/_history/1"}});
  const auto created = s.send(R"({"resourceType":"Patient"})");
  REQUIRE(created);
  CHECK(created->correlation == Pairs{{"Location", "Patient/8"}});
  const std::string about =
      " 09000000-0000-0000-0000-000000000000 application/fhir+json application/fhir+json";
  CHECK(s.peer.seen == std::vector<std::string>{"POST /fhir" + about, "POST /fhir" + about,
                                                "POST /fhir/Patient" + about});
}

TEST_CASE("what is refused tells the issue and the element, and no word of the server's") {
  Sending s({answer(
      422,
      R"({"resourceType":"OperationOutcome","issue":[{"severity":"warning","code":"informational"},{"severity":"error","code":"required","diagnostics":"MODÈLE Camille","expression":["Bundle.entry[0].resource.birthDate = 'x'"]}]})")});
  const auto sent = s.send(bundle);
  REQUIRE_FALSE(sent);
  CHECK(sent.error().code == "CH-FHIR-047");
  CHECK(sent.error().args == base::Args{{"issue", "required"},
                                        {"element", "Bundle.entry[0].resource.birthDate"},
                                        {"status", "422"}});
}

TEST_CASE("each class of status has its action") {
  const std::tuple<int, base::Action, const char*> cases[] = {
      {408, base::Action::retry, "CH-FHIR-046"},  {429, base::Action::retry, "CH-FHIR-046"},
      {503, base::Action::retry, "CH-FHIR-046"},  {400, base::Action::reject, "CH-FHIR-047"},
      {404, base::Action::reject, "CH-FHIR-047"}, {412, base::Action::reject, "CH-FHIR-047"},
      {409, base::Action::reject, "CH-FHIR-047"}, {401, base::Action::hold, "CH-FHIR-031"},
      {403, base::Action::hold, "CH-FHIR-031"},   {302, base::Action::reject, "CH-FHIR-047"}};
  std::vector<HttpResponse> script;
  for (const auto& [number, action, code] : cases)
    script.push_back(answer(number, "", {{"Retry-After", "120"}}));
  Sending s(std::move(script));
  for (const auto& [number, action, code] : cases) {
    CAPTURE(number);
    const auto sent = s.send(bundle);
    REQUIRE_FALSE(sent);
    CHECK(std::string(sent.error().code) == code);
    CHECK(sent.error().action == action);
  }
}

TEST_CASE("an answer that is none of a transaction is no success") {
  const auto locations = [](std::string_view body, const char* type = "application/fhir+json") {
    return locations_of(HttpAnswer{200, {{"Content-Type", type}}, std::string(body)}, 1);
  };
  CHECK(locations("<html>").error().code == "CH-FHIR-049");
  CHECK(locations("<html/>", "text/html").error().code == "CH-FHIR-049");
  CHECK(locations("<html/>", "application/fhir+xml").error().code == "CH-FHIR-049");
  CHECK(locations(taken, "text/xml").error().code == "CH-FHIR-049");
  CHECK(locations(R"({"resourceType":"Bundle","entry":[]})").error().code == "CH-FHIR-049");
  CHECK(locations(R"({"resourceType":"Bundle","entry":[{"response":{"status":"400"}}]})")
            .error()
            .code == "CH-FHIR-048");
  CHECK(locations(taken) == Pairs{{"entry[0]", "Patient/7/_history/1"}});
}

TEST_CASE("resources leave as XML where the server wants it, and its answers are read in XML") {
  const Headers xml{{"Content-Type", "application/fhir+xml; charset=utf-8"}};
  Sending s(
      {answer(200, taken_in_xml, xml),
       answer(
           422,
           R"(<OperationOutcome xmlns="http://hl7.org/fhir"><issue><severity value="error"/><code value="required"/><diagnostics value="Camille"/><expression value="Patient.birthDate"/></issue></OperationOutcome>)",
           xml),
       answer(200, taken, {{"Content-Type", "application/fhir+json"}})},
      {{"content", "xml"}});
  const auto sent = s.send(bundle);
  REQUIRE(sent);
  CHECK(sent->correlation == Pairs{{"entry[0]", "Patient/7/_history/1"}});
  const auto refused = s.send(bundle);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().args ==
        base::Args{{"issue", "required"}, {"element", "Patient.birthDate"}, {"status", "422"}});
  CHECK(s.send(bundle));
  CHECK(s.peer.seen[0] ==
        "POST /fhir 09000000-0000-0000-0000-000000000000 application/fhir+xml "
        "application/fhir+xml");
  CHECK(
      s.peer.bodies[0].find(R"(<resource><Patient/></resource><request><method value="POST"/>)") !=
      std::string::npos);
}

TEST_CASE("what XML cannot say is refused before anything is sent") {
  Sending s({answer(200, taken)}, {{"content", "xml"}});
  Outbound outbound;
  outbound.payload = base::Payload(std::string(R"({"resourceType":"Patient","nom":"x"})"));
  CHECK_FALSE(s.destination->prepare(std::move(outbound)));
}

TEST_CASE("only what cannot be made twice is sent again after a lost answer") {
  Sending s({answer(200, taken)});
  CHECK(s.probe(bundle) == Probe::absent);
  std::string bare(bundle);
  bare.replace(bare.find(R"(,"ifNoneExist":"identifier=a|1")"), 31, "");
  CHECK(s.probe(bare) == Probe::unknown);
  CHECK(s.probe(R"({"resourceType":"Patient"})") == Probe::unknown);
}
