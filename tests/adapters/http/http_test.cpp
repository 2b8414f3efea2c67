#include <algorithm>
#include <fstream>

#include <doctest/doctest.h>

#include "adapters/http/config.h"
#include "adapters/http/wire.h"
#include "adapters/web/message.h"
#include "adapters/web/status.h"
#include "tests/adapters/harness.h"

using namespace charmille;
using namespace charmille::adapters;
using namespace charmille::adapters::http;
using namespace charmille::adapters::testing_harness;
using namespace charmille::net;

namespace {

Deadline later() {
  return std::chrono::steady_clock::now() + 5s;
}

std::string body_of(const Response& response) {
  return response.body.bytes(1 << 20).value_or("?");
}

struct Pushed {
  Loop loop;
  std::shared_ptr<MemoryIntake> intake = std::make_shared<MemoryIntake>();
  std::unique_ptr<Source> source;

  Pushed() {
    Settings settings(loop);
    settings.list("content-types", {"application/json"}).text("max-size", "1KiB");
    auto made = adapter().make_source(settings.get());
    REQUIRE(made);
    source = std::move(*made);
  }
  static Request request(std::string body = "{}", std::string target = "") {
    Request out;
    out.method = "POST";
    out.target = std::move(target);
    out.headers = {{"content-type", "application/json; charset=utf-8"}, {"Idempotency-Key", "k1"}};
    out.body = base::Payload(std::move(body));
    out.partner = "eo";
    out.deadline = later();
    return out;
  }
  Response handle(Request r) {
    auto out = loop.run(source->handle(intake, std::move(r)));
    REQUIRE(out);
    return std::move(*out);
  }
};

/// The partner's side: answers with what the test says and keeps what it saw.
struct Partner {
  std::mutex mutex;
  std::vector<HttpResponse> script;
  std::vector<std::string> seen;
  std::size_t next = 0;
};

asio::awaitable<HttpResponse> partner_answer(Partner* partner, const HttpRequest* request) {
  const std::lock_guard lock(partner->mutex);
  std::string line = std::string(request->method) + " " + std::string(request->target);
  for (const char* name : {"Idempotency-Key", "Content-Type", "Authorization", "X-Fixed"})
    line += " " + std::string(request->header(name));
  partner->seen.push_back(line + " " + request->body.bytes(1 << 20).value_or("?"));
  co_return partner->script[std::min(partner->next++, partner->script.size() - 1)];
}

struct Sending {
  Loop loop;
  Partner partner;
  std::unique_ptr<Server> server;
  std::unique_ptr<Destination> destination;
  TemporaryFolder folder;

  explicit Sending(std::vector<HttpResponse> script, bool duplicate_is_success = false,
                   bool oauth2 = false) {
    partner.script = std::move(script);
    server = testing_harness::start(
        loop, {}, [this](const HttpRequest& r) { return partner_answer(&partner, &r); });
    const auto token = folder.path() / "token";
    std::ofstream(token) << "a-token-long-enough-to-be-one\n";
    std::filesystem::permissions(token, std::filesystem::perms(0600));
    Settings settings(loop);
    settings.text("url", url_of(*server, "/lots"))
        .text("probe", url_of(*server, "/lots/{key}"))
        .text("timeout", "500ms");
    if (oauth2)
      settings.json("oauth2", R"({"client":"c","token-url":")" + url_of(*server, "/token") +
                                  R"(","secret":{"file":")" + token.string() + "\"}}");
    else
      settings.object("token", "file", token.string());
    settings.object("headers", "X-Fixed", "750000001");
    if (duplicate_is_success) settings.text("duplicate", "success");
    auto made = adapter().make_destination(settings.get());
    REQUIRE(made);
    destination = std::move(*made);
  }
  Envelope envelope() {
    Outbound outbound;
    outbound.delivery.bytes[0] = 9;
    outbound.payload = base::Payload(std::string("{\"a\":1}"));
    outbound.content_type = "application/json";
    Envelope out;
    out.delivery = outbound.delivery;
    out.prepared = *destination->prepare(std::move(outbound));
    return out;
  }
  Result<Delivered> send() { return loop.run(destination->send(envelope(), later())); }
};

HttpResponse status(int number, Headers headers = {}) {
  return {number, std::move(headers), base::Payload{}};
}

}  // namespace

TEST_CASE("a push is 202 with its exchange once it is accepted") {
  Pushed p;
  const Response answer = p.handle(Pushed::request());
  CHECK(answer.status == 202);
  const std::string id = "00000000-0000-0000-0000-000000000001";
  CHECK(web::header_of(answer.headers, "Location") == "/v1/exchanges/" + id);
  CHECK(body_of(answer) == "{\"exchange\": \"" + id + "\", \"state\": \"received\"}\n");
  CHECK(p.intake->taken()[0].first.idempotency_key == "k1");
  CHECK(p.intake->taken()[0].first.partner == "eo");
}

TEST_CASE("a sender that waits gets 200, or 422 with the report as JSON or as text") {
  Pushed p;
  Settlement settlement;
  p.intake->settle_with(settlement);
  CHECK(p.handle(Pushed::request("{}", "?wait=5")).status == 200);
  settlement.outcome = Settlement::Outcome::rejected;
  settlement.report_text = "ligne 2 : \"Sexe\" absent\n";
  settlement.report_json = "{\"faults\": []}";
  p.intake->settle_with(settlement);
  const Response json = p.handle(Pushed::request("{}", "?wait=5"));
  CHECK(json.status == 422);
  CHECK(body_of(json).find(
            "\"report\": \"ligne 2 : \\\"Sexe\\\" absent\\n\", \"details\": {\"faults\": []}") !=
        std::string::npos);
  Request as_text = Pushed::request("{}", "?wait=5");
  as_text.headers.emplace_back("Accept", "text/plain");
  const Response text = p.handle(std::move(as_text));
  CHECK(text.status == 422);
  CHECK(body_of(text) == settlement.report_text);
  CHECK(p.handle(Pushed::request("{}", "?wait=abc")).status == 400);
}

TEST_CASE(
    "what is not accepted says so by its status, and nothing reaches the intake that should not") {
  Pushed p;
  Request wrong = Pushed::request();
  wrong.method = "GET";
  CHECK(p.handle(std::move(wrong)).status == 405);
  wrong = Pushed::request();
  wrong.headers[0].second = "text/html";
  CHECK(p.handle(std::move(wrong)).status == 415);
  CHECK(p.handle(Pushed::request(std::string(2000, 'x'))).status == 413);
  wrong = Pushed::request();
  wrong.headers[1].second = "clé";
  CHECK(p.handle(std::move(wrong)).status == 400);
  CHECK(p.intake->offers() == 0);
  p.intake->refuse_when([](const Arrival&) { return fault(conflicting_key); });
  CHECK(p.handle(Pushed::request()).status == 409);
  p.intake->refuse_when([](const Arrival&) {
    return fault("CH-SYS-007", {}, {{"reason", "full"}, {"retry-after", "1500ms"}});
  });
  const Response later_answer = p.handle(Pushed::request());
  CHECK(later_answer.status == 503);
  CHECK(web::header_of(later_answer.headers, "Retry-After") == "2");
}

TEST_CASE(
    "a delivery carries its key, its type, its token and the fixed headers; the key is the same on "
    "each attempt") {
  Sending s({status(503), status(201)});
  CHECK_FALSE(s.send());
  CHECK(s.send());
  const std::string line =
      "POST /lots 09000000-0000-0000-0000-000000000000 application/json Bearer "
      "a-token-long-enough-to-be-one 750000001 {\"a\":1}";
  CHECK(s.partner.seen == std::vector<std::string>{line, line});
}

TEST_CASE("a delivery refused under two tokens that were asked for waits for a person") {
  const HttpResponse grant{
      200, {}, base::Payload(std::string(R"({"access_token":"t1","token_type":"Bearer"})"))};
  Sending s({grant, status(401), grant, status(401), grant, status(200)}, false, true);
  const auto sent = s.send();
  REQUIRE_FALSE(sent);
  CHECK(sent.error().code == "CH-POST-004");
  CHECK(sent.error().action == base::Action::hold);
  const std::string line =
      "POST /lots 09000000-0000-0000-0000-000000000000 application/json Bearer t1 750000001 "
      "{\"a\":1}";
  REQUIRE(s.partner.seen.size() == 4);
  CHECK(s.partner.seen[1] == line);
  CHECK(s.partner.seen[3] == line);
  CHECK(*s.loop.run(s.destination->probe(s.envelope(), later())) == Probe::there);
}

TEST_CASE("each class of status has its action") {
  const std::tuple<int, base::Action, const char*> cases[] = {
      {408, base::Action::retry, "CH-POST-002"},  {425, base::Action::retry, "CH-POST-002"},
      {429, base::Action::retry, "CH-POST-002"},  {500, base::Action::retry, "CH-POST-002"},
      {503, base::Action::retry, "CH-POST-002"},  {400, base::Action::reject, "CH-POST-003"},
      {422, base::Action::reject, "CH-POST-003"}, {401, base::Action::hold, "CH-POST-004"},
      {302, base::Action::reject, "CH-POST-005"}, {409, base::Action::reject, "CH-POST-006"}};
  std::vector<HttpResponse> script;
  for (const auto& [number, action, code] : cases)
    script.push_back(status(number, {{"Retry-After", "120"}}));
  Sending s(std::move(script));
  for (const auto& [number, action, code] : cases) {
    CAPTURE(number);
    const auto sent = s.send();
    REQUIRE_FALSE(sent);
    CHECK(std::string(sent.error().code) == code);
    CHECK(sent.error().action == action);
    const bool waits = std::ranges::any_of(sent.error().args, [](const auto& arg) {
      return arg.first == "retry-after" && arg.second == "120s";
    });
    CHECK(waits == (action == base::Action::retry));
  }
}

TEST_CASE("409 is a success where the partner means duplicate") {
  Sending s({status(409)}, true);
  const auto sent = s.send();
  REQUIRE(sent);
  CHECK(sent->duplicate);
}

TEST_CASE("after a lost answer the partner is asked by key") {
  Sending s({status(200), status(404), status(500)});
  CHECK(*s.loop.run(s.destination->probe(s.envelope(), later())) == Probe::there);
  CHECK(*s.loop.run(s.destination->probe(s.envelope(), later())) == Probe::absent);
  CHECK(*s.loop.run(s.destination->probe(s.envelope(), later())) == Probe::unknown);
  CHECK(s.partner.seen[0].starts_with("GET /lots/09000000-0000-0000-0000-000000000000 "));
}

TEST_CASE("Retry-After is seconds or a date, bounded by a day") {
  const base::Time now = *base::parse_rfc3339("2026-06-30T09:12:03Z");
  CHECK(web::retry_after("120", now) == 120s);
  CHECK(web::retry_after("99999999999", now) == 24h);
  CHECK(web::retry_after("Tue, 30 Jun 2026 09:13:03 GMT", now) == 60s);
  CHECK(web::retry_after("Tue, 30 Jun 2026 09:10:03 GMT", now) == 0s);
  CHECK_FALSE(web::retry_after("-5", now));
  CHECK_FALSE(web::retry_after("soon", now));
}

TEST_CASE("file names come from Content-Disposition only, and are data") {
  CHECK(net::file_name("attachment; filename=\"a b.csv\"") == "a b.csv");
  CHECK(net::file_name("attachment; FileName=x.csv") == "x.csv");
  CHECK(net::file_name("attachment").empty());
}

TEST_CASE(
    "https without a CA, or a token that others may read, is refused when the destination is "
    "built") {
  Loop loop;
  Settings plain(loop);
  plain.text("url", "https://depot.example/x");
  const auto without = adapter().make_destination(plain.get());
  REQUIRE_FALSE(without);
  CHECK(std::string(without.error().code) == "CH-TLS-015");
  TemporaryFolder folder;
  const auto token = folder.path() / "token";
  std::ofstream(token) << "a-token-long-enough-to-be-one\n";
  std::filesystem::permissions(token, std::filesystem::perms(0644));
  Settings open(loop);
  open.text("url", "http://127.0.0.1/x").object("token", "file", token.string());
  CHECK_FALSE(adapter().make_destination(open.get()));
}

TEST_CASE("the registry finds each adapter by its name, with its specifications") {
  for (const char* name : {"file", "http"}) {
    const Adapter* found = find_adapter(name);
    REQUIRE(found != nullptr);
    CHECK(found->source != nullptr);
    CHECK(bool(found->make_destination));
  }
  CHECK(find_adapter("testing") == nullptr);
}
