#include <fstream>
#include <sys/un.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <doctest/doctest.h>

#include "tests/unit/net/harness.h"

using namespace charmille;
using namespace charmille::net;
using namespace charmille::net::testing;

namespace {

std::string status_of(const std::string& answer) {
  return answer.substr(0, answer.find("\r\n"));
}

/// Sends bytes to a fresh server and reads until it closes.
std::string exchange(std::string_view bytes, ServerLimits limits = {}) {
  Loop loop;
  Listen listen;
  listen.limits = limits;
  const auto server = start(loop, listen);
  RawPeer peer(server->port());
  peer.send(bytes);
  return peer.read();
}

asio::awaitable<HttpResponse> slow(const HttpRequest&) {
  asio::steady_timer timer(co_await asio::this_coro::executor, 300ms);
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  HttpResponse response;
  response.body = base::Payload(std::string("late"));
  co_return response;
}

asio::awaitable<HttpResponse> endless(const HttpRequest&) {
  asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
  co_await timer.async_wait(asio::use_awaitable);
  co_return HttpResponse{};
}

asio::awaitable<HttpResponse> body_back(const HttpRequest& request) {
  HttpResponse response;
  response.body = request.body;
  co_return response;
}

asio::awaitable<HttpResponse> throws(const HttpRequest&) {
  throw std::logic_error("a bug");
  co_return HttpResponse{};
}

}  // namespace

TEST_CASE("requests that were sent in one go are answered in their order on one connection") {
  Loop loop;
  const auto server = start(loop, {});
  RawPeer peer(server->port());
  peer.send(
      "GET /a HTTP/1.1\r\nHost: h\r\n\r\nPOST /b/c%2Fd HTTP/1.1\r\nHost: h\r\nContent-Length: "
      "3\r\n\r\nxyz"
      "GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const std::string answer = peer.read();
  const auto first = answer.find("GET/a 0 127.0.0.1");
  const auto second = answer.find("POST/b/c/d 3 127.0.0.1");
  const auto third = answer.find("GET/last 0 127.0.0.1");
  CHECK(first < second);
  CHECK(second < third);
  CHECK(third != answer.npos);
}

TEST_CASE(
    "two readers could disagree about these requests, so each is refused and the connection "
    "closed") {
  for (const char* request : {
           "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: "
           "chunked\r\n\r\n0\r\n\r\n",
           "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: "
           "4\r\n\r\n0\r\n\r\n",
           "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nabcd",
           "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 4, 4\r\n\r\nabcd\r\nGET",
           "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: +4\r\n\r\nabcd",
           "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
           "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
           "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
           "chunked\r\n\r\n4;a=b\r\nabcd\r\n0\r\n\r\n",
           "POST /x HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "GET /x HTTP/1.1\r\n\r\n",
           "GET /x HTTP/1.1\r\nHost: h\r\nHost: g\r\n\r\n",
           "GET /x HTTP/1.1\r\nHost : h\r\n\r\n",
           "GET /../etc/passwd HTTP/1.1\r\nHost: h\r\n\r\n",
           "GET /%2e%2e/x HTTP/1.1\r\nHost: h\r\n\r\n",
           "GET /x%00y HTTP/1.1\r\nHost: h\r\n\r\n",
           "GET /x%zz HTTP/1.1\r\nHost: h\r\n\r\n",
           "nonsense\r\n\r\n",
       }) {
    CAPTURE(request);
    const std::string answer = exchange(request);
    CHECK(status_of(answer) == "HTTP/1.1 400 Bad Request");
    CHECK(answer.find("Connection: close") != answer.npos);
    CHECK(answer.find("\"code\": \"CH-HTTP-001\"") != answer.npos);
    CHECK(answer.find("\nHTTP/1.1 ", 8) == answer.npos);  // one answer only
  }
}

TEST_CASE("a header over its limit is 431, a body over its limit is 413 before it is read") {
  ServerLimits limits;
  limits.header_bytes = 1024;
  limits.body_bytes = 1000;
  CHECK(status_of(exchange(
            "GET /x HTTP/1.1\r\nHost: h\r\nX: " + std::string(4000, 'a') + "\r\n\r\n", limits)) ==
        "HTTP/1.1 431 Request Header Fields Too Large");
  CHECK(status_of(exchange("GET /" + std::string(20'000, 'a'), limits)) ==
        "HTTP/1.1 431 Request Header Fields Too Large");
  CHECK(status_of(exchange("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n",
                           limits)) == "HTTP/1.1 413 Content Too Large");
  const std::string chunk = "200\r\n" + std::string(512, 'a') + "\r\n";
  CHECK(status_of(exchange("POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" +
                               chunk + chunk + "0\r\n\r\n",
                           limits)) == "HTTP/1.1 413 Content Too Large");
}

TEST_CASE(
    "a client that sends its header byte by byte is cut with 408 while an honest one is served") {
  Loop loop;
  Listen listen;
  listen.limits.header = 300ms;
  listen.limits.idle = 5s;
  const auto server = start(loop, listen);
  RawPeer slow_peer(server->port());
  const auto began = std::chrono::steady_clock::now();
  std::thread drip([&] {
    const std::string_view request =
        "GET /x HTTP/1.1\r\nHost: h\r\nX-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n\r\n";
    for (const char c : request) {
      if (!slow_peer.send({&c, 1})) break;
      std::this_thread::sleep_for(30ms);
    }
  });
  RawPeer honest(server->port());
  honest.send("GET /ok HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  CHECK(honest.read().find("GET/ok") != std::string::npos);
  const std::string answer = slow_peer.read();
  CHECK(std::chrono::steady_clock::now() - began < 1500ms);
  CHECK(status_of(answer) == "HTTP/1.1 408 Request Timeout");
  drip.join();
}

TEST_CASE("a body that stops arriving is 408, and an idle connection is closed without a word") {
  ServerLimits limits;
  limits.body_silence = 200ms;
  limits.idle = 200ms;
  CHECK(status_of(exchange("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc",
                           limits)) == "HTTP/1.1 408 Request Timeout");
  CHECK(exchange("", limits).empty());
}

TEST_CASE(
    "connections over the limit of one address are told 503, and room comes back when one ends") {
  Loop loop;
  Listen listen;
  listen.limits.connections_per_address = 2;
  const auto server = start(loop, listen);
  auto first = std::make_unique<RawPeer>(server->port());
  RawPeer second(server->port());
  first->send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
  second.send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(first->read("127.0.0.1").find("200 OK") != std::string::npos);
  CHECK(second.read("127.0.0.1").find("200 OK") != std::string::npos);
  RawPeer third(server->port());
  const std::string turned_away = third.read();
  CHECK(status_of(turned_away) == "HTTP/1.1 503 Service Unavailable");
  CHECK(turned_away.find("Retry-After: 5") != turned_away.npos);
  first.reset();
  for (int i = 0; i < 200 && server->connections() > 1; ++i) std::this_thread::sleep_for(10ms);
  RawPeer fourth(server->port());
  fourth.send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(fourth.read("127.0.0.1").find("200 OK") != std::string::npos);
}

TEST_CASE("a body over 64 KiB goes through a file and comes back whole, chunked or not") {
  Loop loop;
  TemporaryFolder spool;
  Listen listen;
  listen.spool_folder = spool.path();
  const auto server = start(loop, listen, body_back);
  std::string body(300'000, '\0');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>('a' + i % 23);
  Client client(loop.executor());
  const auto answer = loop.run(client.perform(call_to(url_of(*server), body)));
  REQUIRE(answer);
  CHECK(answer->body == body);
  CHECK(std::filesystem::is_empty(spool.path()));
  RawPeer peer(server->port());
  std::string chunked =
      "POST /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t at = 0; at < body.size(); at += 50'000)
    chunked += "c350\r\n" + body.substr(at, 50'000) + "\r\n";
  peer.send(chunked + "0\r\n\r\n");
  CHECK(peer.read().ends_with(body));
}

TEST_CASE("100-continue is sent before the body is asked for, and only then") {
  Loop loop;
  const auto server = start(loop, {});
  RawPeer peer(server->port());
  peer.send(
      "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\nConnection: "
      "close\r\n\r\n");
  CHECK(peer.read("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  peer.send("abc");
  CHECK(peer.read().find("POST/x 3") != std::string::npos);
}

TEST_CASE("an exception of a handler is a 500 that says nothing of it") {
  Loop loop;
  const auto server = start(loop, {}, throws);
  Client client(loop.executor());
  const auto answer = loop.run(client.perform(call_to(url_of(*server))));
  REQUIRE(answer);
  CHECK(answer->status == 500);
  CHECK(answer->body.find("a bug") == std::string::npos);
  CHECK(answer->body.find("CH-HTTP-006") != std::string::npos);
}

TEST_CASE("stopping lets a request in work end, closes idle connections and refuses new ones") {
  Loop loop;
  const auto server = start(loop, {}, slow);
  RawPeer idle(server->port());
  RawPeer busy(server->port());
  busy.send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
  std::this_thread::sleep_for(100ms);
  const std::size_t cut = loop.run(server->stop(std::chrono::steady_clock::now() + 5s));
  CHECK(cut == 0);
  const std::string answer = busy.read();
  CHECK(answer.ends_with("late"));
  CHECK(answer.find("Connection: close") != answer.npos);
  CHECK(idle.read().empty());
  CHECK_THROWS(RawPeer(server->port()));
}

TEST_CASE("a request that outlives the deadline of stopping is cut") {
  Loop loop;
  const auto server = start(loop, {}, endless);
  RawPeer busy(server->port());
  busy.send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
  std::this_thread::sleep_for(100ms);
  CHECK(loop.run(server->stop(std::chrono::steady_clock::now() + 200ms)) == 1);
  CHECK(busy.read().empty());
  for (int i = 0; i < 200 && server->connections() > 0; ++i) std::this_thread::sleep_for(10ms);
  CHECK(server->connections() == 0);
}

TEST_CASE(
    "a Unix socket tells who called, is closed to others, and replaces the file of a dead process "
    "only") {
  Loop loop;
  TemporaryFolder folder;
  Listen listen;
  listen.unix_path = folder.path() / "gateway.sock";
  {
    const auto server = start(loop, listen);
    const auto mode = std::filesystem::status(listen.unix_path).permissions();
    CHECK((mode & std::filesystem::perms::others_all) == std::filesystem::perms::none);
    const auto taken = Server::start(loop.executor(), listen, echo);
    REQUIRE_FALSE(taken);
    CHECK(has_code(taken.error(), "CH-NET-001"));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    listen.unix_path.string().copy(address.sun_path, sizeof address.sun_path - 1);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    REQUIRE(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    const std::string_view request = "GET /who HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    REQUIRE(::send(fd, request.data(), request.size(), 0) == static_cast<ssize_t>(request.size()));
    std::string answer;
    char buffer[1024];
    for (ssize_t n = 0; (n = ::recv(fd, buffer, sizeof buffer, 0)) > 0;)
      answer.append(buffer, static_cast<std::size_t>(n));
    ::close(fd);
    CHECK(answer.ends_with("uid=" + std::to_string(::getuid())));
    loop.run(server->stop(std::chrono::steady_clock::now() + 1s));
  }
  // A file left by a process that was killed.
  const int dead = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  listen.unix_path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  ::unlink(address.sun_path);
  REQUIRE(::bind(dead, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  ::close(dead);
  CHECK(Server::start(loop.executor(), listen, echo));
}
