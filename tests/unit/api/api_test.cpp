#include <unistd.h>

#include <doctest/doctest.h>

#include "tests/unit/api/running_gateway.h"

using namespace charmille;
using namespace charmille::api::testing;

namespace {

const Asking push{.method = "POST",
                  .target = "/v1/endpoints/chez-un",
                  .body = "{\"id\": \"1\", \"nom\": \"Été\"}",
                  .headers = {}};

net::Certificate shown(std::string issuer, std::vector<std::string> names) {
  net::Certificate certificate;
  certificate.issuer = std::move(issuer);
  certificate.subject = "CN=deux";
  certificate.names = std::move(names);
  return certificate;
}

}  // namespace

TEST_CASE("a partner with its token pushes to its endpoint") {
  Gateway gateway;
  const Answered answered = gateway.partner(push, Gateway::token_a);
  CHECK_MESSAGE(answered.status == 202, answered.body);
  CHECK(gateway.leaves(merkle::Event::exchange_received) == 1);
  CHECK(gateway.leaves(merkle::Event::auth_fail) == 0);
}

TEST_CASE("an unknown caller gets 401 and leaves a trace, whatever it got wrong") {
  Gateway gateway;
  const Answered none = gateway.partner(push);
  const Answered wrong = gateway.partner(push, "jeton-qui-n-existe-pas-du-tout-1");
  const Answered nearly = gateway.partner(push, std::string(Gateway::token_a) + "x");
  CHECK(none.status == 401);
  CHECK(wrong.body == none.body);
  CHECK(nearly.body == none.body);
  CHECK(gateway.leaves(merkle::Event::auth_fail) == 3);
  CHECK(gateway.leaves(merkle::Event::exchange_received) == 0);
}

TEST_CASE("another's endpoint and one that does not exist are refused alike") {
  Gateway gateway;
  const Answered others = gateway.partner(push, Gateway::token_b);
  Asking nowhere = push;
  nowhere.target = "/v1/endpoints/nulle-part";
  const Answered missing = gateway.partner(nowhere, Gateway::token_b);
  CHECK(others.status == 403);
  CHECK(missing.status == 403);
  CHECK(others.body == missing.body);
  CHECK(gateway.leaves(merkle::Event::auth_fail) == 2);
}

TEST_CASE("a client certificate is a partner's when every part that is written fits") {
  Gateway gateway;
  Asking to_two = push;
  to_two.target = "/v1/endpoints/chez-deux";
  CHECK(gateway.certificate(to_two, shown("CN=Autorité", {"DNS:deux.invalid"})).status == 202);
  CHECK(gateway.certificate(to_two, shown("CN=Autre", {"DNS:deux.invalid"})).status == 401);
  CHECK(gateway.certificate(to_two, shown("CN=Autorité", {"DNS:trois.invalid"})).status == 401);
}

TEST_CASE("a partner sees its own exchanges and no others") {
  Gateway gateway;
  const std::string id = gateway.push(push.body);
  const Answered own = gateway.partner({.target = "/v1/exchanges/" + id}, Gateway::token_a);
  CHECK(own.status == 200);
  CHECK(own.text("id") == id);
  const Answered others = gateway.partner({.target = "/v1/exchanges/" + id}, Gateway::token_b);
  const Answered unknown = gateway.partner(
      {.target = "/v1/exchanges/01890000-0000-7000-8000-000000000000"}, Gateway::token_b);
  CHECK(others.status == 404);
  CHECK(others.body == unknown.body);
  CHECK(gateway.partner({.target = "/v1/exchanges/" + id + "/report"}, Gateway::token_b).status ==
        404);
  CHECK(gateway.partner({.target = "/v1/exchanges/" + id + "/report"}, Gateway::token_a).status ==
        200);
}

TEST_CASE("what persons do does not exist on TCP") {
  Gateway gateway;
  const std::string id = gateway.push(push.body);
  for (const char* target : {"/v1/exchanges", "/v1/records", "/v1/quarantine", "/v1/audit"})
    CHECK(gateway.partner({.target = target}, Gateway::token_a).status == 404);
  for (const char* verb : {"payload", "replay", "release", "cancel"})
    CHECK(gateway
              .partner({.method = "POST", .target = "/v1/exchanges/" + id + "/" + verb},
                       Gateway::token_a)
              .status == 404);
}

TEST_CASE("nothing is allowed to a person that is not written, and no right holds another") {
  Gateway gateway;
  const std::string id = gateway.push(push.body);
  CHECK(gateway.person({.target = "/v1/exchanges"}, "anne").status == 200);
  CHECK(gateway.person({.target = "/v1/exchanges"}, "bruno").status == 403);
  CHECK(gateway.person({.target = "/v1/exchanges"}, "root", 0).status == 403);
  CHECK(gateway.person({.target = "/v1/audit"}, "anne").status == 403);
  CHECK(gateway.person({.target = "/v1/audit"}, "chloe").status == 200);
  const Asking read{.method = "POST",
                    .target = "/v1/exchanges/" + id + "/payload",
                    .body = R"({"reason": "essai"})"};
  CHECK(gateway.person(read, "anne").status == 403);
  CHECK(gateway.leaves(merkle::Event::authz_deny) == 4);
  CHECK(gateway.person(read, "bruno").body == push.body);
}

TEST_CASE("without people, root and the gateway's own account may run it and see no content") {
  Gateway gateway("");
  const std::string id = gateway.push(push.body);
  const Asking read{.method = "POST",
                    .target = "/v1/exchanges/" + id + "/payload",
                    .body = R"({"reason": "essai"})"};
  CHECK(gateway.person({.target = "/v1/exchanges"}, "root", 0).status == 200);
  CHECK(gateway.person({.target = "/v1/audit"}, "self", ::geteuid()).status == 200);
  CHECK(gateway.person({.target = "/v1/exchanges"}, "passant", 4242).status ==
        (::geteuid() == 4242 ? 200 : 403));
  CHECK(gateway.person(read, "root", 0).status == 403);
}

TEST_CASE("content asks for a reason and is audited before it is shown") {
  Gateway gateway;
  const std::string target = "/v1/exchanges/" + gateway.push(push.body) + "/payload";
  CHECK(gateway.person({.method = "POST", .target = target}, "bruno").status == 400);
  CHECK(gateway.person({.method = "POST", .target = target, .body = R"({"reason": "  "})"}, "bruno")
            .status == 400);
  CHECK(gateway.leaves(merkle::Event::admin_content) == 0);
  CHECK(gateway
            .person({.method = "POST", .target = target, .body = R"({"reason": "essai"})"}, "bruno")
            .status == 200);
  CHECK(gateway.leaves(merkle::Event::admin_content) == 1);
}

TEST_CASE("that a child is unknown is an answer that is audited too") {
  Gateway gateway;
  const Asking search{.method = "POST",
                      .target = "/v1/records/_search",
                      .body = R"({"system": "urn:essai", "value": "inconnu", "reason": "essai"})"};
  CHECK(gateway.person(search, "bruno").status == 404);
  CHECK(gateway.leaves(merkle::Event::admin_content) == 1);
}

TEST_CASE(
    "a question about a child needs the auditor's right, and is in the log before its answer") {
  Gateway gateway;
  const Asking about{.method = "POST",
                     .target = "/v1/audit/_about",
                     .body = R"({"system": "urn:essai", "value": "inconnu"})"};
  CHECK(gateway.person(about, "bruno").status == 403);
  CHECK(gateway.leaves(merkle::Event::audit_query) == 0);
  CHECK(gateway.person(about, "chloe").status == 404);
  CHECK(gateway.leaves(merkle::Event::audit_query) == 1);
  CHECK(gateway
            .person({.method = "POST", .target = "/v1/audit/_about?since=hier", .body = about.body},
                    "chloe")
            .text("remedy")
            .find("2026-06-30T00:00:00Z") != std::string::npos);
}

TEST_CASE("a state that does not exist is refused with those that do") {
  Gateway gateway;
  const Answered answer = gateway.person({.target = "/v1/exchanges?state=quarantined"}, "anne");
  CHECK(answer.text("code") == "CH-API-012");
  CHECK(answer.text("remedy").find("parked") != std::string::npos);
}

TEST_CASE("paths, methods, parameters and bodies that are wrong have each their status") {
  Gateway gateway;
  CHECK(gateway.partner({.target = "/nulle/part"}).status == 404);
  const Answered method = gateway.person({.method = "DELETE", .target = "/v1/exchanges"}, "anne");
  CHECK(method.status == 405);
  bool allow = false;
  for (const auto& [name, value] : method.headers)
    allow = allow || (name == "Allow" && value == "GET");
  CHECK(allow);
  CHECK(gateway.person({.target = "/v1/exchanges/pas-un-numero"}, "anne").status == 400);
  CHECK(gateway.person({.target = "/v1/exchanges?state=nouveau"}, "anne").status == 400);
  CHECK(gateway.person({.target = "/v1/exchanges?limit=beaucoup"}, "anne").status == 400);
  CHECK(gateway.person({.target = "/v1/exchanges/01890000-0000-7000-8000-000000000000"}, "anne")
            .status == 404);
  CHECK(
      gateway.person({.method = "POST", .target = "/v1/extractions", .body = "pas du json"}, "anne")
          .status == 400);
  CHECK(gateway.person({.method = "POST", .target = "/v1/extractions", .body = "{}"}, "anne")
            .status == 400);
}

TEST_CASE("a refusal speaks the caller's language and names its code") {
  Gateway gateway;
  const Answered french = gateway.person({.target = "/v1/audit"}, "anne");
  const Answered english =
      gateway.person({.target = "/v1/audit", .headers = {{"Accept-Language", "en"}}}, "anne");
  CHECK(french.text("code") == "CH-API-005");
  CHECK(french.text("text").find("audit.read") != std::string::npos);
  CHECK(english.text("text") != french.text("text"));
}

TEST_CASE("health and metrics are for the machine itself, the description for everybody") {
  Gateway gateway;
  for (const char* target : {"/health/live", "/health/ready", "/metrics"}) {
    CHECK(gateway.partner({.target = target}, "", "127.0.0.1").status == 200);
    CHECK(gateway.partner({.target = target}, "", "::1").status == 200);
    CHECK(gateway.person({.target = target}, "passant").status == 200);
    CHECK(gateway.partner({.target = target}, Gateway::token_a, "192.0.2.7").status == 404);
  }
  const Answered description = gateway.partner({.target = "/openapi.json"});
  CHECK(description.status == 200);
  const tree::Node* paths = description.json.root().find("paths");
  REQUIRE(paths != nullptr);
  for (const api::Route& route : api::routes()) CHECK(paths->find(route.path) != nullptr);
}

TEST_CASE("metrics count exchanges, events and leaves") {
  Gateway gateway;
  gateway.push(push.body);
  const std::string text = gateway.person({.target = "/metrics"}, "passant").body;
  CHECK(text.find("charmille_audit_leaves ") != std::string::npos);
  CHECK(text.find("charmille_events_total{event=\"exchange.received\",outcome=\"0\"}") !=
        std::string::npos);
  CHECK(text.find("process_resident_memory_bytes ") != std::string::npos);
}

TEST_CASE("the audit log answers and is verified whole") {
  Gateway gateway;
  const std::string id = gateway.push(push.body);
  const Answered list = gateway.person({.target = "/v1/audit?exchange=" + id}, "chloe");
  REQUIRE(list.status == 200);
  REQUIRE(list.json.root().find("leaves") != nullptr);
  CHECK(list.json.root().find("leaves")->items().size() >= 1);
  CHECK(gateway.leaves(merkle::Event::audit_query) == 1);
  const Answered verdict =
      gateway.person({.method = "POST", .target = "/v1/audit/verify"}, "chloe");
  CHECK_MESSAGE(verdict.status == 200, verdict.body);
  REQUIRE(verdict.json.root().find("whole") != nullptr);
  CHECK(verdict.json.root().find("whole")->boolean_value());
  CHECK(gateway.person({.target = "/v1/audit?event=n.importe"}, "chloe").status == 400);
}

TEST_CASE("a flood of strangers does not fill the audit log") {
  Gateway gateway;
  for (int i = 0; i < 200; ++i) gateway.partner(push, "jeton-qui-n-existe-pas-du-tout-1");
  CHECK(gateway.leaves(merkle::Event::auth_fail) <= 40);
  CHECK(gateway.leaves(merkle::Event::auth_fail) >= 20);
}
