#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <doctest/doctest.h>

#include "tests/unit/net/harness.h"

using namespace charmille;
using namespace charmille::net;
using namespace charmille::net::testing;

namespace {

Listen secure(const std::string& leaf, bool ask = false) {
  Listen listen;
  listen.tls = ServerTls{pki() / (leaf + ".pem"), pki() / (leaf + ".key"),
                         ask ? pki() / "chain.pem" : "", ""};
  return listen;
}

HttpCall secure_call(const Server& server, const std::string& client = {}) {
  HttpCall call = call_to(url_of(server, "/x", "https"));
  call.tls.ca = pki() / "root.pem";
  if (!client.empty()) {
    call.tls.certificate = pki() / (client + ".pem");
    call.tls.key = pki() / (client + ".key");
  }
  return call;
}

/// A server that takes one connection, reads a while, sends `answer` and closes.
class OneShot {
 public:
  explicit OneShot(std::string answer)
      : answer_(std::move(answer)), fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(fd_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(fd_, 4);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] {
      const int peer = ::accept(fd_, nullptr, nullptr);
      char buffer[65536];
      [[maybe_unused]] const ssize_t got = ::recv(peer, buffer, sizeof buffer, 0);
      ::send(peer, answer_.data(), answer_.size(), MSG_NOSIGNAL);
      ::shutdown(peer, SHUT_WR);
      while (::recv(peer, buffer, sizeof buffer, 0) > 0) {
      }
      ::close(peer);
    });
  }
  ~OneShot() {
    thread_.join();
    ::close(fd_);
  }
  OneShot(const OneShot&) = delete;
  OneShot& operator=(const OneShot&) = delete;
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/x"; }

 private:
  std::string answer_;
  int fd_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

asio::awaitable<HttpResponse> never(const HttpRequest&) {
  asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
  co_await timer.async_wait(asio::use_awaitable);
  co_return HttpResponse{};
}

asio::awaitable<HttpResponse> elsewhere(const HttpRequest&) {
  HttpResponse response;
  response.status = 302;
  response.headers.emplace_back("Location", "http://127.0.0.1:1/other\r\nInjected: yes");
  co_return response;
}

}  // namespace

TEST_CASE("calls one after the other use one connection again") {
  Loop loop;
  const auto server = start(loop, {});
  Client client(loop.executor());
  for (int i = 0; i < 20; ++i) {
    const auto answer = loop.run(client.perform(call_to(url_of(*server, "/a/b"))));
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->body == "POST/a/b 5 127.0.0.1");
  }
  CHECK(server->connections() == 1);
}

TEST_CASE("a redirect is an answer, never followed, and a header cannot start another one") {
  Loop loop;
  const auto server = start(loop, {}, elsewhere);
  Client client(loop.executor());
  const auto answer = loop.run(client.perform(call_to(url_of(*server))));
  REQUIRE(answer);
  CHECK(answer->status == 302);
  CHECK(answer->header("injected").empty());
}

TEST_CASE(
    "a client certificate that the CA signed is the caller's identity; without one the call still "
    "passes") {
  Loop loop;
  const auto server = start(loop, secure("server", true));
  Client client(loop.executor());
  const auto known = loop.run(client.perform(secure_call(*server, "client")));
  REQUIRE(known);
  CHECK(known->body.find("CN=passerelle.auth-cli") != std::string::npos);
  const auto other = loop.run(client.perform(secure_call(*server, "client2")));
  REQUIRE(other);
  CHECK(other->body.find("CN=autre-structure.auth-cli") != std::string::npos);
  const auto anonymous = loop.run(client.perform(secure_call(*server)));
  REQUIRE(anonymous);
  CHECK(anonymous->body == "POST/x 5 127.0.0.1");
}

TEST_CASE("client certificates that are expired, meant for servers or of a stranger are refused") {
  Loop loop;
  const auto server = start(loop, secure("server", true));
  for (const char* name : {"client-expired", "client-wrong-eku", "rogue-client"}) {
    CAPTURE(std::string(name));
    Client client(loop.executor());
    const auto answer = loop.run(client.perform(secure_call(*server, name)));
    CHECK_FALSE(answer);
  }
}

TEST_CASE("each wrong server certificate has its own code, and no byte of the request is sent") {
  Loop loop;
  const std::pair<const char*, const char*> cases[] = {{"server-expired", "CH-TLS-005"},
                                                       {"server-future", "CH-TLS-006"},
                                                       {"server-wrong-san", "CH-TLS-007"},
                                                       {"rogue-server", "CH-TLS-008"},
                                                       {"server-wrong-eku", "CH-TLS-009"}};
  for (const auto& [leaf, code] : cases) {
    CAPTURE(std::string(leaf));
    const auto server = start(loop, secure(leaf));
    Client client(loop.executor());
    const auto answer = loop.run(client.perform(secure_call(*server)));
    REQUIRE_FALSE(answer);
    CHECK(std::string(answer.error().code) == code);
    CHECK(answer.error().action == base::Action::hold);
    CHECK_FALSE(is_ambiguous(answer.error()));
  }
}

TEST_CASE("a revoked server certificate is refused when revocation lists are given") {
  Loop loop;
  const auto server = start(loop, secure("server-revoked"));
  Client client(loop.executor());
  HttpCall call = secure_call(*server);
  call.tls.crl = pki() / "crls.pem";
  const auto answer = loop.run(client.perform(std::move(call)));
  REQUIRE_FALSE(answer);
  CHECK(std::string(answer.error().code) == "CH-TLS-010");
}

TEST_CASE("certificates are reloaded for new connections, and a wrong pair changes nothing") {
  Loop loop;
  const auto server = start(loop, secure("server-expired"));
  const auto wrong = server->reload(ServerTls{pki() / "server.pem", pki() / "client.key", "", ""});
  REQUIRE_FALSE(wrong);
  CHECK(has_code(wrong.error(), "CH-TLS-003"));
  REQUIRE(server->reload(ServerTls{pki() / "server.pem", pki() / "server.key", "", ""}));
  Client client(loop.executor());
  CHECK(loop.run(client.perform(secure_call(*server))));
}

TEST_CASE("TLS 1.1 and weak suites find no common ground with the server") {
  Loop loop;
  const auto server = start(loop, secure("server"));
  const std::string base =
      "openssl s_client -connect 127.0.0.1:" + std::to_string(server->port()) + " ";
  CHECK(std::system((base + "-tls1_2 </dev/null >/dev/null 2>&1").c_str()) == 0);
  CHECK(std::system(
            (base + "-tls1_1 -cipher ALL:@SECLEVEL=0 </dev/null >/dev/null 2>&1").c_str()) != 0);
  CHECK(std::system(
            (base + "-tls1_2 -cipher AES256-SHA:@SECLEVEL=0 </dev/null >/dev/null 2>&1").c_str()) !=
        0);
}

TEST_CASE(
    "https without a CA is refused before anything is sent: the system's store is not trusted by "
    "default") {
  Loop loop;
  const auto server = start(loop, secure("server"));
  Client client(loop.executor());
  const auto answer = loop.run(client.perform(call_to(url_of(*server, "/x", "https"))));
  REQUIRE_FALSE(answer);
  CHECK(has_code(answer.error(), "CH-TLS-015"));
}

TEST_CASE(
    "a peer that dies after the request leaves it open whether it acted; one that was never "
    "reached does not") {
  Loop loop;
  Client client(loop.executor());
  for (const char* half : {"", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"}) {
    const OneShot peer(half);
    const auto answer = loop.run(client.perform(call_to(peer.url())));
    REQUIRE_FALSE(answer);
    CHECK(has_code(answer.error(), "CH-NET-006"));
    CHECK(answer.error().action == base::Action::retry);
    CHECK(is_ambiguous(answer.error()));
  }
  const auto refused = loop.run(client.perform(call_to("http://127.0.0.1:1/x")));
  REQUIRE_FALSE(refused);
  CHECK(has_code(refused.error(), "CH-NET-002"));
  CHECK_FALSE(is_ambiguous(refused.error()));
}

TEST_CASE(
    "a kept connection that dies under a request is told, not sent again behind the caller's "
    "back") {
  Loop loop;
  Client client(loop.executor());
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(listener, reinterpret_cast<sockaddr*>(&address), size);
  ::listen(listener, 4);
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  int requests = 0;
  std::thread server([&] {
    timeval patience{1, 0};
    ::setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    for (int peer = 0; (peer = ::accept(listener, nullptr, nullptr)) >= 0;) {
      std::string in;
      char buffer[4096];
      for (ssize_t n = 0; (n = ::recv(peer, buffer, sizeof buffer, 0)) > 0;) {
        in.append(buffer, static_cast<std::size_t>(n));
        if (!in.ends_with("hello")) continue;
        in.clear();
        if (++requests == 2) break;
        const std::string_view answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        ::send(peer, answer.data(), answer.size(), MSG_NOSIGNAL);
      }
      ::close(peer);
    }
  });
  const std::string url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/x";
  CHECK(loop.run(client.perform(call_to(url))));
  const auto second = loop.run(client.perform(call_to(url)));
  server.join();
  ::close(listener);
  REQUIRE_FALSE(second);
  CHECK(is_ambiguous(second.error()));
  CHECK(requests == 2);
}

TEST_CASE("a peer that never answers is given up at the deadline, ambiguously") {
  Loop loop;
  const auto server = start(loop, {}, never);
  Client client(loop.executor());
  HttpCall call = call_to(url_of(*server));
  call.deadline = std::chrono::steady_clock::now() + 300ms;
  const auto began = std::chrono::steady_clock::now();
  const auto answer = loop.run(client.perform(std::move(call)));
  CHECK(std::chrono::steady_clock::now() - began < 3s);
  REQUIRE_FALSE(answer);
  CHECK(has_code(answer.error(), "CH-NET-005"));
  CHECK(is_ambiguous(answer.error()));
}

TEST_CASE("answers that are too large or no HTTP are bounded and told apart") {
  Loop loop;
  Client client(loop.executor());
  {
    const OneShot peer("HTTP/1.1 200 OK\r\n\r\n" + std::string(100'000, 'a'));
    HttpCall call = call_to(peer.url());
    call.answer_limit = 1000;
    const auto answer = loop.run(client.perform(std::move(call)));
    REQUIRE_FALSE(answer);
    CHECK(has_code(answer.error(), "CH-NET-009"));
  }
  {
    const OneShot peer("220 mail.example ESMTP\r\n");
    const auto answer = loop.run(client.perform(call_to(peer.url())));
    REQUIRE_FALSE(answer);
    CHECK(has_code(answer.error(), "CH-NET-010"));
  }
}

TEST_CASE("other schemes and headers with line breaks never reach the network") {
  Loop loop;
  Client client(loop.executor());
  for (const char* url :
       {"file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/", "http://", "x"}) {
    const auto answer = loop.run(client.perform(call_to(url)));
    REQUIRE_FALSE(answer);
    CHECK(has_code(answer.error(), "CH-NET-007"));
  }
  HttpCall call = call_to("http://127.0.0.1:1/");
  call.headers.emplace_back("X-A", "b\r\nX-C: d");
  const auto answer = loop.run(client.perform(std::move(call)));
  REQUIRE_FALSE(answer);
  CHECK(has_code(answer.error(), "CH-NET-013"));
}

TEST_CASE("a client that ends gives its calls back with a fault") {
  Loop loop;
  const auto server = start(loop, {}, never);
  auto client = std::make_unique<Client>(loop.executor());
  auto future =
      asio::co_spawn(loop.io(), client->perform(call_to(url_of(*server))), asio::use_future);
  std::this_thread::sleep_for(100ms);
  client.reset();
  REQUIRE(future.wait_for(5s) == std::future_status::ready);
  const auto answer = future.get();
  REQUIRE_FALSE(answer);
  CHECK(has_code(answer.error(), "CH-NET-008"));
}

TEST_CASE("loading faults name the file and the reason") {
  const auto absent = read_certificate("/nonexistent/x.pem");
  REQUIRE_FALSE(absent);
  CHECK(absent.error().place.file == "/nonexistent/x.pem");
  const auto wrong = read_certificate(pki() / "client.key");
  REQUIRE_FALSE(wrong);
  CHECK(has_code(wrong.error(), "CH-TLS-001"));
  const auto leaf = read_certificate(pki() / "server-expired.pem");
  REQUIRE(leaf);
  CHECK(base::to_date(leaf->not_after) == "2021-01-01");
  const auto mismatch = check_key(pki() / "server.pem", pki() / "client.key");
  REQUIRE_FALSE(mismatch);
  CHECK(has_code(mismatch.error(), "CH-TLS-003"));
}
