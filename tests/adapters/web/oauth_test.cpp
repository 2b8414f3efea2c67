#include <algorithm>
#include <atomic>
#include <fstream>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <doctest/doctest.h>

#include "adapters/web/client.h"
#include "tests/adapters/harness.h"

using namespace charmille;
using namespace charmille::adapters;
using namespace charmille::adapters::testing_harness;
using namespace charmille::net;

namespace {

/// Stands still until the test moves it.
class StillClock final : public base::Clock {
 public:
  base::Time now() const override { return base::system_clock().now(); }
  std::chrono::steady_clock::time_point steady() const override { return start_ + passed_.load(); }
  void pass(std::chrono::milliseconds time) { passed_ = passed_.load() + time; }

 private:
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::atomic<std::chrono::milliseconds> passed_{0ms};
};

/// Both servers: /token gives t1, t2, ... or what the test says; /lots admits whom the test says.
struct Peer {
  std::mutex mutex;
  std::vector<HttpResponse> grants;  ///< the last one for ever; none: good tokens
  std::vector<std::string> refused;  ///< tokens that /lots answers 401
  std::vector<std::string> asked;    ///< what /token was sent
  std::vector<std::string> shown;    ///< what /lots was shown
  std::chrono::milliseconds pause{0};
};

HttpResponse json(std::string text, int status = 200) {
  return {status, {{"Content-Type", "application/json"}}, base::Payload(std::move(text))};
}

HttpResponse grant(Peer& peer, const HttpRequest& request) {
  const std::lock_guard lock(peer.mutex);
  std::string line(request.method);
  for (const char* name : {"Content-Type", "Authorization"})
    line += " " + std::string(request.header(name));
  peer.asked.push_back(line + " " + request.body.bytes(4096).value_or("?"));
  const std::size_t count = peer.asked.size();
  if (!peer.grants.empty()) return peer.grants[std::min(count, peer.grants.size()) - 1];
  return json("{\"access_token\":\"t" + std::to_string(count) +
              "\",\"token_type\":\"bearer\",\"expires_in\":3600}");
}

HttpResponse receive(Peer& peer, const HttpRequest& request) {
  const std::lock_guard lock(peer.mutex);
  const std::string shown(request.header("Authorization"));
  peer.shown.push_back(shown);
  const bool refused = std::ranges::find(peer.refused, shown) != peer.refused.end();
  return {refused ? 401 : 201, {}, base::Payload{}};
}

asio::awaitable<HttpResponse> peer_answer(Peer* peer, const HttpRequest* request) {
  if (request->target != "/token") co_return receive(*peer, *request);
  HttpResponse response = grant(*peer, *request);
  asio::steady_timer timer(co_await asio::this_coro::executor, peer->pause);
  co_await timer.async_wait(asio::use_awaitable);
  co_return response;
}

struct Calling {
  Loop loop;
  Peer peer;
  StillClock clock;
  TemporaryFolder folder;
  std::unique_ptr<net::Server> server;
  tree::Spec spec{"test", "", "", web::connection_fields()};
  std::optional<web::Connection> connection;
  std::unique_ptr<web::Client> client;

  explicit Calling(const std::string& more = "", const std::string& token_url = "") {
    server = testing_harness::start(
        loop, {}, [this](const HttpRequest& r) { return peer_answer(&peer, &r); });
    std::ofstream(folder.path() / "secret") << "s+ret:%\n";
    std::filesystem::permissions(folder.path() / "secret", std::filesystem::perms(0600));
    Settings settings(loop);
    settings.text("timeout", "5s")
        .text("connect-timeout", "1s")
        .json("oauth2", R"({"token-url":")" +
                            (token_url.empty() ? url_of(*server, "/token") : token_url) +
                            R"(","client":"a b","secret":{"file":")" +
                            (folder.path() / "secret").string() + "\"}" + more + "}");
    REQUIRE(settings.check(spec).empty());
    auto read = web::read_connection(settings.get(), spec, url_of(*server, "/lots"));
    REQUIRE(read);
    connection = std::move(*read);
    client = std::make_unique<web::Client>(*connection, loop.executor(), clock);
  }
  Task<HttpAnswer> calling(std::chrono::milliseconds patience = 5s) {
    HttpCall call = connection->call(url_of(*server, "/lots"), "POST",
                                     std::chrono::steady_clock::now() + patience);
    call.body = base::Payload(std::string("{}"));
    return client->perform(std::move(call));
  }
  Result<HttpAnswer> call(std::chrono::milliseconds patience = 5s) {
    return loop.run(calling(patience));
  }
  std::future<Result<HttpAnswer>> start(std::chrono::milliseconds patience = 5s) {
    return asio::co_spawn(loop.io(), calling(patience), asio::use_future);
  }
  std::size_t requests() {
    const std::lock_guard lock(peer.mutex);
    return peer.asked.size();
  }
};

}  // namespace

TEST_CASE("a token is asked for by the first call, with the secret in the header, and kept") {
  Calling c;
  CHECK(c.call()->status == 201);
  CHECK(c.call()->status == 201);
  // "a%20b:s%2Bret%3A%25"
  CHECK(c.peer.asked ==
        std::vector<std::string>{"POST application/x-www-form-urlencoded Basic "
                                 "YSUyMGI6cyUyQnJldCUzQSUyNQ== grant_type=client_credentials"});
  CHECK(c.peer.shown == std::vector<std::string>{"Bearer t1", "Bearer t1"});
}

TEST_CASE("where the server wants it, the secret stands in the request; the scope is asked for") {
  Calling c(R"(,"scope":"system/*.write x","authentication":"post")");
  CHECK(c.call()->status == 201);
  CHECK(c.peer.asked ==
        std::vector<std::string>{"POST application/x-www-form-urlencoded  "
                                 "grant_type=client_credentials&scope=system%2F%2A.write%20x&"
                                 "client_id=a%20b&client_secret=s%2Bret%3A%25"});
}

TEST_CASE("a token is renewed before its end: by ten seconds, or by half of a short term") {
  const std::tuple<const char*, std::chrono::milliseconds> cases[] = {
      {R"(,"expires_in":3600)", 3590s},
      {R"(,"expires_in":"120")", 110s},
      {R"(,"expires_in":4)", 2s},
      {R"(,"expires_in":99999999999)", 24h - 10s},
      {"", 50s}};
  for (const auto& [term, good_for] : cases) {
    CAPTURE(term);
    Calling c;
    c.peer.grants = {
        json(R"({"access_token":"t","token_type":"Bearer")" + std::string(term) + "}")};
    REQUIRE(c.call());
    c.clock.pass(good_for - 1ms);
    REQUIRE(c.call());
    CHECK(c.requests() == 1);
    c.clock.pass(1ms);
    REQUIRE(c.call());
    CHECK(c.requests() == 2);
  }
}

TEST_CASE("many calls that wait have one token asked for, or one fault") {
  Calling c;
  c.peer.pause = 300ms;
  const auto all = [&c] {
    std::vector<std::future<Result<HttpAnswer>>> calls;
    for (int i = 0; i < 20; ++i) calls.push_back(c.start());
    return calls;
  };
  for (auto& one : all()) CHECK(one.get()->status == 201);
  CHECK(c.requests() == 1);
  c.clock.pass(1h);
  c.peer.grants = {json("", 503)};
  for (auto& one : all()) CHECK(one.get().error().code == "CH-OAUTH-002");
  CHECK(c.requests() == 2);
}

TEST_CASE("a token that is refused is forgotten, and the call made once more with another") {
  Calling c;
  c.peer.refused = {"Bearer t1", "Bearer t3", "Bearer t4"};
  CHECK(c.call()->status == 201);
  CHECK(c.peer.shown == std::vector<std::string>{"Bearer t1", "Bearer t2"});
  c.clock.pass(1h);
  CHECK(c.call()->status == 401);
  CHECK(c.requests() == 4);
  CHECK(c.call()->status == 201);
  CHECK(c.peer.shown.back() == "Bearer t5");
}

TEST_CASE("a token server that cannot answer is tried again later") {
  Calling c;
  c.peer.grants = {{503, {{"Retry-After", "7"}}, base::Payload{}}};
  const auto answer = c.call();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().action == base::Action::retry);
  CHECK(answer.error().args == base::Args{{"status", "503"}, {"retry-after", "7s"}});
  CHECK(c.peer.shown.empty());
}

TEST_CASE("a token server that is away is tried again, and nothing counts as sent") {
  Calling away("", "http://127.0.0.1:1/token");
  const auto down = away.call();
  REQUIRE_FALSE(down);
  CHECK(down.error().code == "CH-NET-002");
  CHECK(down.error().action == base::Action::retry);
  Calling silent;
  silent.peer.pause = 2s;
  const auto late = silent.call(300ms);
  REQUIRE_FALSE(late);
  CHECK(late.error().code == "CH-NET-005");
  CHECK_FALSE(net::is_ambiguous(late.error()));
  CHECK(silent.peer.shown.empty());
}

TEST_CASE("a token server that refuses us waits for a person, and only its code is told") {
  const std::tuple<HttpResponse, const char*, const char*> cases[] = {
      {json(R"({"error":"invalid_client","error_description":"bad secret s+ret"})", 401), "401",
       "invalid_client"},
      {json(R"({"error":"invalid_scope"})", 400), "400", "invalid_scope"},
      {json(R"({"error":"s+ret"})", 400), "400", "-"},
      {json("<html>s+ret</html>", 403), "403", "-"},
      {{302, {{"Location", "https://elsewhere.example"}}, base::Payload{}}, "302", "-"}};
  for (const auto& [answered, status, reason] : cases) {
    Calling c;
    c.peer.grants = {answered};
    const auto answer = c.call();
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == "CH-OAUTH-003");
    CHECK(answer.error().action == base::Action::hold);
    CHECK(answer.error().args == base::Args{{"status", status}, {"reason", reason}});
    CHECK(c.peer.shown.empty());
  }
}

TEST_CASE("an answer that is no token is a fault that repeats nothing of it") {
  const std::tuple<const char*, const char*> cases[] = {
      {"t1", "JSON"},
      {"[]", "JSON"},
      {R"({"token_type":"Bearer"})", "access_token"},
      {R"({"access_token":"a\r\nX: y","token_type":"Bearer"})", "access_token"},
      {R"({"access_token":{"a":"b"},"token_type":"Bearer"})", "access_token"},
      {R"({"access_token":"t1"})", "token_type"},
      {R"({"access_token":"t1","token_type":"mac"})", "token_type"},
      {R"({"access_token":"t1","token_type":"Bearer","expires_in":-1})", "expires_in"},
      {R"({"access_token":"t1","token_type":"Bearer","expires_in":"soon"})", "expires_in"}};
  for (const auto& [body, field] : cases) {
    CAPTURE(body);
    Calling c;
    c.peer.grants = {json(body)};
    const auto answer = c.call();
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == "CH-OAUTH-004");
    CHECK(answer.error().args == base::Args{{"field", field}});
    CHECK(c.peer.shown.empty());
  }
}

TEST_CASE("each call waits for a token no longer than it may") {
  Calling c;
  c.peer.pause = 1s;
  auto first = c.start();
  REQUIRE(soon([&] { return c.requests() == 1; }));
  const auto hurried = c.call(100ms);
  REQUIRE_FALSE(hurried);
  CHECK(hurried.error().code == "CH-OAUTH-005");
  CHECK(first.get()->status == 201);
  CHECK(c.requests() == 1);
}

TEST_CASE("when the call that asked is cancelled, one of those that wait asks") {
  Calling c;
  c.peer.pause = 500ms;
  asio::cancellation_signal cancel;
  std::promise<bool> ended;
  asio::co_spawn(
      c.loop.io(), c.calling(),
      asio::bind_cancellation_slot(
          cancel.slot(), [&ended](const std::exception_ptr& broken, const Result<HttpAnswer>&) {
            ended.set_value(static_cast<bool>(broken));
          }));
  REQUIRE(soon([&] { return c.requests() == 1; }));
  auto second = c.start();
  std::this_thread::sleep_for(50ms);
  asio::post(c.loop.io(), [&cancel] { cancel.emit(asio::cancellation_type::terminal); });
  ended.get_future().wait();
  CHECK(second.get()->status == 201);
  CHECK(c.peer.shown == std::vector<std::string>{"Bearer t2"});
}

TEST_CASE("two ways to be admitted, or nobody to trust at the token server, are refused") {
  Loop loop;
  TemporaryFolder folder;
  const std::string secret = (folder.path() / "secret").string();
  std::ofstream(secret) << "a-secret\n";
  std::filesystem::permissions(secret, std::filesystem::perms(0600));
  const tree::Spec spec{"test", "", "", web::connection_fields()};
  const std::string oauth2 =
      R"({"token-url":"https://auth.example/token","client":"c","secret":{"file":")" + secret +
      "\"}}";
  Settings two(loop);
  two.json("oauth2", oauth2).object("token", "file", secret);
  const auto both = web::read_connection(two.get(), spec, "http://127.0.0.1/x");
  REQUIRE_FALSE(both);
  CHECK(both.error().code == "CH-OAUTH-001");
  CHECK(both.error().place.path == "endpoints.endpoint.oauth2");
  Settings untrusted(loop);
  untrusted.json("oauth2", oauth2);
  CHECK(web::read_connection(untrusted.get(), spec, "http://127.0.0.1/x").error().code ==
        "CH-TLS-015");
  Settings unreadable(loop);
  unreadable.json(
      "oauth2",
      R"({"token-url":"http://127.0.0.1/token","client":"c","secret":{"file":"/absent"}})");
  const auto absent = web::read_connection(unreadable.get(), spec, "http://127.0.0.1/x");
  REQUIRE_FALSE(absent);
  CHECK(absent.error().place.path == "endpoints.endpoint.oauth2.secret");
}
