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
  for (const char* name : {"If-None-Exist", "If-Match"})
    if (!request->header(name).empty())
      line += " " + std::string(name) + ": " + std::string(request->header(name));
  server->seen.push_back(line);
  server->bodies.push_back(request->body.bytes(1 << 20).value_or("?"));
  co_return server->script[std::min(server->next++, server->script.size() - 1)];
}

HttpResponse answer(int status, std::string_view body = {}, Headers headers = {}) {
  return {status, std::move(headers), base::Payload(std::string(body))};
}

/// A transaction whose only entry asks for this.
std::string asking(std::string_view request, std::string_view type = "Patient") {
  return R"({"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:11111111-1111-4111-8111-111111111111","resource":{"resourceType":")" +
         std::string(type) + R"(","id":"a-1","active":true},"request":)" + std::string(request) +
         "}]}";
}

const std::string about =
    " 09000000-0000-0000-0000-000000000000 application/fhir+json application/fhir+json";

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
  Result<Prepared> prepare(std::string_view resource) {
    Outbound outbound;
    outbound.delivery.bytes[0] = 9;
    outbound.payload = base::Payload(std::string(resource));
    return destination->prepare(std::move(outbound));
  }
  Envelope envelope(std::string_view resource) {
    Envelope out;
    out.delivery.bytes[0] = 9;
    auto prepared = prepare(resource);
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
  CHECK_FALSE(s.prepare(R"({"resourceType":"Patient","nom":"x"})"));
}

TEST_CASE("only what cannot be made twice is sent again after a lost answer") {
  Sending s({answer(200, taken)});
  CHECK(s.probe(bundle) == Probe::absent);
  std::string bare(bundle);
  bare.replace(bare.find(R"(,"ifNoneExist":"identifier=a|1")"), 31, "");
  CHECK(s.probe(bare) == Probe::unsafe);
  CHECK(s.probe(R"({"resourceType":"Patient"})") == Probe::unsafe);
}

TEST_CASE("a transaction of one entry goes as its request says, where the server wants it so") {
  Sending s({answer(201, "", {{"Location", "Patient/8/_history/1"}})}, {{"interaction", "single"}});
  const auto sent = s.send(asking(
      R"({"method":"POST","url":"Patient","ifNoneExist":"identifier=urn:oid:1.2|a b%7C&active=é"})"));
  REQUIRE(sent);
  CHECK(sent->correlation == Pairs{{"Location", "Patient/8/_history/1"}});
  CHECK_FALSE(sent->duplicate);
  CHECK(s.send(asking(R"({"method":"POST","url":"Patient"})")));
  CHECK(s.send(asking(R"({"method":"PUT","url":"Patient/a-1","ifMatch":"W/\"3\""})")));
  CHECK(s.send(asking(R"({"method":"PUT","url":"Patient?identifier=urn:oid:1.2|a"})")));
  CHECK(s.peer.seen == std::vector<std::string>{
                           "POST /fhir/Patient" + about +
                               " If-None-Exist: identifier=urn:oid:1.2%7Ca%20b%7C&active=%C3%A9",
                           "POST /fhir/Patient" + about,
                           "PUT /fhir/Patient/a-1" + about + " If-Match: W/\"3\"",
                           "PUT /fhir/Patient?identifier=urn:oid:1.2%7Ca" + about});
  CHECK(s.peer.bodies[0] == R"({"resourceType":"Patient","id":"a-1","active":true})");
}

TEST_CASE("transactions of several entries, and others where nothing is said, go whole") {
  const std::string one = asking(R"({"method":"POST","url":"Patient"})");
  Sending plain({answer(200, taken)});
  CHECK(plain.send(one));
  CHECK(plain.peer.seen[0] == "POST /fhir" + about);
  std::string two = one;
  two.insert(two.size() - 2,
             "," + two.substr(two.find("[") + 1, two.rfind("]") - two.find("[") - 1));
  Sending single({answer(503)}, {{"interaction", "single"}});
  CHECK_FALSE(single.send(two));
  CHECK(single.peer.seen[0] == "POST /fhir" + about);
}

TEST_CASE("what the server has already is a duplicate, and an unmet condition a refusal") {
  Sending s({answer(200), answer(200), answer(412), answer(409)}, {{"interaction", "single"}});
  const std::string conditional =
      asking(R"({"method":"POST","url":"Patient","ifNoneExist":"identifier=a|1"})");
  CHECK(s.send(conditional)->duplicate);
  CHECK_FALSE(s.send(asking(R"({"method":"PUT","url":"Patient/a-1"})"))->duplicate);
  const auto several = s.send(conditional);
  REQUIRE_FALSE(several);
  CHECK(several.error().code == "CH-FHIR-102");
  CHECK(several.error().action == base::Action::reject);
  CHECK(s.send(conditional).error().code == "CH-FHIR-047");
}

TEST_CASE("an entry goes alone only to the address of its type, and only to be made or replaced") {
  Sending s({answer(201)}, {{"interaction", "single"}});
  const auto code_of = [&](const std::string& resource) {
    const auto prepared = s.prepare(resource);
    return prepared ? std::string("-") : std::string(prepared.error().code);
  };
  for (const char* url :
       {"", "/Patient", "//elsewhere.example/Patient", "https://elsewhere.example/Patient",
        "../Patient", "Observation", "Patient/a-1", "Patient?active=true", "Patient/"}) {
    CAPTURE(url);
    CHECK(code_of(asking(R"({"method":"POST","url":")" + std::string(url) + "\"}")) ==
          "CH-FHIR-100");
  }
  for (const char* url :
       {"", "Patient", "Patient/", "Patient?", "/Patient/1", "Patient/..", "Patient/../Group/1",
        "Patient/1/_history/2", "Patients/1", "Patient/a b", "Patient?name=%zz",
        "Patient?name=\\u000a", "https://elsewhere.example/Patient/1"}) {
    CAPTURE(url);
    CHECK(code_of(asking(R"({"method":"PUT","url":")" + std::string(url) + "\"}")) ==
          "CH-FHIR-100");
  }
  CHECK(code_of(asking(R"({"method":"DELETE","url":"Patient/1"})")) == "CH-FHIR-101");
  CHECK(code_of(R"({"resourceType":"Bundle","type":"transaction","entry":[{}]})") == "CH-FHIR-101");
  CHECK(code_of(asking(R"({"method":"POST","url":"Patient","ifNoneExist":"a=%"})")) ==
        "CH-FHIR-103");
  CHECK(code_of(R"({"resourceType":"../Patient"})") == "CH-FHIR-001");
}

TEST_CASE("alone, a resource with an id or a condition may be sent again after a lost answer") {
  Sending s({answer(201)}, {{"interaction", "single"}});
  CHECK(s.probe(asking(R"({"method":"PUT","url":"Patient/a-1"})")) == Probe::absent);
  CHECK(s.probe(asking(R"({"method":"POST","url":"Patient","ifNoneExist":"identifier=a|1"})")) ==
        Probe::absent);
  CHECK(s.probe(asking(R"({"method":"POST","url":"Patient"})")) == Probe::unsafe);
  CHECK(s.probe(asking(R"({"method":"PUT","url":"Patient?identifier=a"})")) == Probe::unsafe);
  CHECK(s.probe(asking(R"({"method":"PUT","url":"Patient/a-1","ifMatch":"W/\"3\""})")) ==
        Probe::unsafe);
}

TEST_CASE("alone and in XML go together") {
  Sending s({answer(201)}, {{"interaction", "single"}, {"content", "xml"}});
  CHECK(s.send(asking(R"({"method":"PUT","url":"Patient/a-1"})")));
  CHECK(
      s.peer.bodies[0].find(
          R"(<Patient xmlns="http://hl7.org/fhir"><id value="a-1"/><active value="true"/></Patient>)") !=
      std::string::npos);
}

TEST_CASE("a document is published as MHD says: with its list and its bytes at once, or alone") {
  const std::string published =
      R"({"resourceType":"Bundle","type":"transaction","entry":[)"
      R"({"fullUrl":"urn:uuid:11111111-1111-4111-8111-111111111111","resource":{"resourceType":"List","status":"current","mode":"working"},"request":{"method":"POST","url":"List"}},)"
      R"({"fullUrl":"urn:uuid:22222222-2222-4222-8222-222222222222","resource":{"resourceType":"DocumentReference","status":"current","content":[{"attachment":{"url":"urn:uuid:33333333-3333-4333-8333-333333333333"}}]},"request":{"method":"POST","url":"DocumentReference"}},)"
      R"({"fullUrl":"urn:uuid:33333333-3333-4333-8333-333333333333","resource":{"resourceType":"Binary","contentType":"text/plain","data":"YQ=="},"request":{"method":"POST","url":"Binary"}}]})";
  Sending s(
      {answer(200, R"({"resourceType":"Bundle","type":"transaction-response","entry":[)"
                   R"({"response":{"status":"201 Created","location":"List/1"}},)"
                   R"({"response":{"status":"201 Created","location":"DocumentReference/2"}},)"
                   R"({"response":{"status":"201 Created","location":"Binary/3"}}]})"),
       answer(201, "", {{"Location", "DocumentReference/4"}})},
      {{"interaction", "single"}});
  const auto whole = s.send(published);
  REQUIRE(whole);
  CHECK(whole->correlation == Pairs{{"entry[0]", "List/1"},
                                    {"entry[1]", "DocumentReference/2"},
                                    {"entry[2]", "Binary/3"}});
  const std::string document =
      R"({"resourceType":"DocumentReference","status":"current","content":[{"attachment":{"contentType":"text/plain","data":"YQ=="}}]})";
  const auto alone = s.send(document);
  REQUIRE(alone);
  CHECK(alone->correlation == Pairs{{"Location", "DocumentReference/4"}});
  CHECK(s.peer.seen ==
        std::vector<std::string>{"POST /fhir" + about, "POST /fhir/DocumentReference" + about});
  // What is inside goes with its size and its hash.
  std::string completed = document;
  completed.replace(completed.find("}}]}"), 0,
                    R"(,"size":1,"hash":"hvfkN/qlp/zhXR3cuerq6jd2Z7g=")");
  CHECK(s.peer.bodies == std::vector<std::string>{published, completed});
}

TEST_CASE(
    "a delivery with two contents says of each its size and hash, and of what it says already "
    "nothing else") {
  const std::string told =
      R"({"resourceType":"DocumentReference","content":[{"attachment":{"contentType":"text/plain","data":"YQ==","size":1,"hash":"hvfkN/qlp/zhXR3cuerq6jd2Z7g="}}]})";
  Sending s({answer(201), answer(201)});
  CHECK(s.send(told));
  CHECK(s.peer.bodies[0] == told);
  (void)s.send(
      R"({"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:x","resource":{"resourceType":"Binary","contentType":"a/b","data":"YWI="}},{"resource":{"resourceType":"DocumentReference","content":[{"attachment":{"contentType":"a/b","url":"urn:x"}}]}}]})");
  CHECK(s.peer.bodies[1].find(R"("url":"urn:x","size":2,"hash":"2iNhTgJGmg18e9G9q1ycR0sZBNw=")") !=
        std::string::npos);
}
