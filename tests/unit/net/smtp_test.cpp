#include "gateway/net/smtp.h"

#include <doctest/doctest.h>

#include "tests/unit/net/harness.h"

using namespace charmille;
using namespace charmille::net;
using namespace charmille::net::testing;

namespace {

Mail mail() {
  return {"passerelle@example.test", {"astreinte@example.test"},
          "Rejet : lot refusé",      "Deux lignes.\nÉté.\n",
          "0197c0de@example.test",   base::from_micros(1'782'810'723'000'000)};
}

/// A mail server that follows a script: each entry is what it says after one command; it keeps what
/// it heard.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<std::string> script)
      : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(fd_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(fd_, 1);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, script = std::move(script)] { play(script); });
  }
  ~ScriptedServer() { end(); }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  SmtpServer settings(SmtpServer::StartTls starttls = SmtpServer::StartTls::never) const {
    return {"127.0.0.1", port_, starttls, {pki() / "root.pem", {}, {}, {}, false}, "gateway.test"};
  }
  std::string heard() {
    end();
    return heard_;
  }

 private:
  void end() {
    if (thread_.joinable()) thread_.join();
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  void play(const std::vector<std::string>& script) {
    const int peer = ::accept(fd_, nullptr, nullptr);
    bool data = false;
    for (const std::string& line : script) {
      ::send(peer, line.data(), line.size(), MSG_NOSIGNAL);
      const std::string_view end = data ? "\r\n.\r\n" : "\r\n";
      const std::size_t before = heard_.size();
      char c = 0;
      while (std::string_view(heard_).substr(before).find(end) == std::string_view::npos &&
             ::recv(peer, &c, 1, 0) == 1)
        heard_ += c;
      data = line.starts_with("354");
    }
    ::close(peer);
  }

  int fd_;
  std::uint16_t port_ = 0;
  std::string heard_;
  std::thread thread_;
};

Result<void> deliver(Loop& loop, SmtpServer server, Mail what = mail()) {
  return loop.run(
      send_mail(std::move(server), std::move(what), std::chrono::steady_clock::now() + 5s));
}

}  // namespace

TEST_CASE("a mail is handed over in the order of RFC 5321, with CRLF only") {
  Loop loop;
  ScriptedServer server({"220 x\r\n", "250-x\r\n250 8BITMIME\r\n", "250 ok\r\n", "250 ok\r\n",
                         "354 go\r\n", "250 taken\r\n", ""});
  CHECK(deliver(loop, server.settings()));
  const std::string heard = server.heard();
  CHECK(heard.starts_with(
      "EHLO gateway.test\r\nMAIL FROM:<passerelle@example.test>\r\n"
      "RCPT TO:<astreinte@example.test>\r\nDATA\r\nFrom: <passerelle@example.test>\r\n"));
  CHECK(heard.find("Message-ID: <0197c0de@example.test>\r\n") != heard.npos);
  CHECK(heard.find("\r\n.\r\nQUIT") != heard.npos);
  for (std::size_t i = 0; i < heard.size(); ++i)
    if (heard[i] == '\n') REQUIRE((i > 0 && heard[i - 1] == '\r'));
}

TEST_CASE("refusals for now are retried, refusals for good wait for a person") {
  Loop loop;
  ScriptedServer later({"220 x\r\n", "250 x\r\n", "250 ok\r\n", "450 greylisted\r\n"});
  const auto first = deliver(loop, later.settings());
  REQUIRE_FALSE(first);
  CHECK(has_code(first.error(), "CH-NET-011"));
  CHECK(first.error().action == base::Action::retry);
  ScriptedServer never({"220 x\r\n", "250 x\r\n", "250 ok\r\n", "550 no such user\r\n"});
  const auto second = deliver(loop, never.settings());
  REQUIRE_FALSE(second);
  CHECK(has_code(second.error(), "CH-NET-012"));
  CHECK(second.error().action == base::Action::hold);
}

TEST_CASE("a connection lost after the final dot is ambiguous, one lost before is not") {
  Loop loop;
  ScriptedServer after({"220 x\r\n", "250 x\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n"});
  auto sent = deliver(loop, after.settings());
  REQUIRE_FALSE(sent);
  CHECK(is_ambiguous(sent.error()));
  ScriptedServer before({"220 x\r\n", "250 x\r\n"});
  sent = deliver(loop, before.settings());
  REQUIRE_FALSE(sent);
  CHECK_FALSE(is_ambiguous(sent.error()));
}

TEST_CASE("STARTTLS that is stripped, or has clear bytes behind it, ends the dialogue") {
  Loop loop;
  ScriptedServer stripped({"220 x\r\n", "250-x\r\n250 SIZE 1000\r\n"});
  const auto first = deliver(loop, stripped.settings(SmtpServer::StartTls::required));
  REQUIRE_FALSE(first);
  CHECK(has_code(first.error(), "CH-NET-014"));
  CHECK(stripped.heard().find("MAIL") == std::string::npos);
  ScriptedServer injected({"220 x\r\n", "250-x\r\n250 STARTTLS\r\n", "220 go\r\n250 injected\r\n"});
  const auto second = deliver(loop, injected.settings(SmtpServer::StartTls::if_offered));
  REQUIRE_FALSE(second);
  CHECK(has_code(second.error(), "CH-NET-015"));
}

TEST_CASE("replies without end, with other codes inside or without digits are not SMTP") {
  SmtpReply mixed;
  CHECK(mixed.take("250-a"));
  CHECK_FALSE(mixed.take("251 b"));
  SmtpReply other;
  CHECK_FALSE(other.take("hello"));
  Loop loop;
  ScriptedServer endless({"220 " + std::string(10'000, 'a')});
  const auto sent = deliver(loop, endless.settings());
  REQUIRE_FALSE(sent);
  CHECK(has_code(sent.error(), "CH-NET-015"));
}

TEST_CASE("addresses and subjects cannot bring headers or commands of their own") {
  for (const char* wrong : {"a@b\r\nRCPT TO:<c@d>", "a b@c", "a@b>", "@b", "a@", "a@b@c", ""}) {
    Mail m = mail();
    m.to = {wrong};
    CHECK_FALSE(render(m));
  }
  Mail m = mail();
  m.subject = "x\r\nBcc: y@z";
  CHECK_FALSE(render(m));
}

TEST_CASE("dots at the start of lines are doubled") {
  CHECK(dot_stuffed(".a\r\nb.\r\n..\r\n") == "..a\r\nb.\r\n...\r\n.\r\n");
  CHECK(dot_stuffed("a") == "a\r\n.\r\n");
}
