#include "gateway/net/smtp.h"

#include <memory>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "gateway/net/transport.h"

namespace charmille::net {
namespace {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;
constexpr std::size_t longest_line = 2048;

/// One dialogue. Everything runs on one strand, so that the timer may cut the socket.
class Dialogue : public std::enable_shared_from_this<Dialogue> {
 public:
  Dialogue(const asio::any_io_executor& strand, SmtpServer server,
           std::chrono::steady_clock::time_point deadline)
      : server_(std::move(server)),
        resolver_(strand),
        transport_(Transport::Socket(strand)),
        timer_(strand, deadline) {}

  asio::awaitable<Result<void>> deliver(Mail mail) {
    auto message = render(mail);
    if (!message) co_return fail(message.error());
    watch();
    auto ready = co_await open();
    if (ready) ready = co_await transfer(mail, dot_stuffed(*message));
    timer_.cancel();
    co_return ready;
  }

 private:
  /// The one deadline of the dialogue: when it is over, every wait ends.
  void watch() {
    timer_.async_wait([weak = weak_from_this()](const ErrorCode& ec) {
      const auto self = weak.lock();
      if (ec || !self) return;
      self->late_ = true;
      ErrorCode ignored;
      self->resolver_.cancel();
      self->transport_.socket().close(ignored);
    });
  }

  Fault lost(std::string_view code, const ErrorCode& ec) const {
    if (late_) return fault("CH-NET-005", {}, {{"host", server_.host}});
    return fault(code, {}, {{"host", server_.host}, {"reason", ec.message()}});
  }

  asio::awaitable<Result<void>> open() {
    const std::string port = std::to_string(server_.port);
    const auto [resolved, endpoints] =
        co_await resolver_.async_resolve(server_.host, port, as_result);
    if (resolved) co_return fail(lost("CH-NET-003", resolved));
    ErrorCode connected = asio::error::host_not_found;
    for (const auto& entry : endpoints) {
      ErrorCode ignored;
      transport_.socket().close(ignored);
      const asio::generic::stream_protocol::endpoint endpoint(entry.endpoint());
      const auto [ec] = co_await transport_.socket().async_connect(endpoint, as_result);
      connected = ec;
      if (!ec || late_) break;
    }
    if (connected) co_return fail(lost("CH-NET-002", connected));
    auto greeting = co_await reply("greeting", 220);
    if (!greeting) co_return fail(greeting.error());
    auto hello = co_await command("EHLO " + server_.our_name, 250);
    if (!hello) co_return fail(hello.error());
    if (server_.starttls == SmtpServer::StartTls::never) co_return Result<void>{};
    if (hello->offers("STARTTLS")) co_return co_await secure();
    if (server_.starttls == SmtpServer::StartTls::required)
      co_return fail("CH-NET-014", {}, {{"host", server_.host}});
    co_return Result<void>{};
  }

  asio::awaitable<Result<void>> secure() {
    auto context = client_context(server_.tls);
    if (!context) co_return fail(context.error());
    auto go = co_await command("STARTTLS", 220);
    if (!go) co_return fail(go.error());
    // Bytes that came in clear behind the reply were put there by someone in between (RFC 3207 §5).
    if (!pending_.empty()) co_return fail("CH-NET-015", {}, {{"host", server_.host}});
    transport_.wrap(*context);
    SSL* ssl = transport_.tls();
    SSL_set_tlsext_host_name(ssl, server_.host.c_str());
    X509_VERIFY_PARAM* checks = SSL_get0_param(ssl);
    if (X509_VERIFY_PARAM_set1_ip_asc(checks, server_.host.c_str()) != 1)
      SSL_set1_host(ssl, server_.host.c_str());
    const auto [ec] = co_await transport_.handshake(asio::ssl::stream_base::client);
    const long verified = SSL_get_verify_result(ssl);
    if (verified != X509_V_OK) co_return fail(verification_fault(verified, server_.host));
    if (ec) co_return fail(lost("CH-TLS-011", ec));
    auto hello = co_await command("EHLO " + server_.our_name, 250);
    if (!hello) co_return fail(hello.error());
    co_return Result<void>{};
  }

  asio::awaitable<Result<void>> transfer(const Mail& mail, std::string data) {
    auto step = co_await command("MAIL FROM:<" + mail.from + ">", 250);
    if (!step) co_return fail(step.error());
    for (const std::string& address : mail.to) {
      step = co_await command("RCPT TO:<" + address + ">", 250);
      if (!step) co_return fail(step.error());
    }
    step = co_await command("DATA", 354);
    if (!step) co_return fail(step.error());
    auto sent = co_await write(std::move(data));
    if (!sent) co_return fail(sent.error());
    step = co_await reply("DATA", 250);
    if (!step) {
      // Without a reply nobody knows whether the server has taken the mail.
      Fault f = step.error();
      if (f.code == "CH-NET-005" || f.code == "CH-NET-006") f.args.emplace_back("ambiguous", "yes");
      co_return fail(std::move(f));
    }
    // It is taken whatever the answer to QUIT.
    sent = co_await write("QUIT\r\n");
    co_return Result<void>{};
  }

  asio::awaitable<Result<SmtpReply>> command(std::string line, int expected) {
    const std::string name = line.substr(0, line.find_first_of(" :"));
    line += "\r\n";
    auto sent = co_await write(std::move(line));
    if (!sent) co_return fail(sent.error());
    co_return co_await reply(name, expected);
  }

  asio::awaitable<Result<SmtpReply>> reply(std::string name, int expected) {
    SmtpReply out;
    while (!out.complete()) {
      const std::size_t end = pending_.find("\r\n");
      if (end != pending_.npos) {
        if (!out.take(std::string_view(pending_).substr(0, end)))
          co_return fail("CH-NET-015", {}, {{"host", server_.host}});
        pending_.erase(0, end + 2);
        continue;
      }
      if (pending_.size() > longest_line)
        co_return fail("CH-NET-015", {}, {{"host", server_.host}});
      char piece[1024];
      const auto [ec, count] = co_await transport_.read_some(asio::buffer(piece));
      if (ec) co_return fail(lost("CH-NET-006", ec));
      pending_.append(piece, count);
    }
    if (out.code() == expected || (expected == 250 && out.code() == 251)) co_return out;
    base::Args args{
        {"host", server_.host}, {"reply", std::to_string(out.code())}, {"command", name}};
    co_return fail(out.code() >= 400 && out.code() < 500 ? "CH-NET-011" : "CH-NET-012", {},
                   std::move(args));
  }

  asio::awaitable<Result<void>> write(std::string bytes) {
    std::string_view left = bytes;
    while (!left.empty()) {
      const auto [ec, count] =
          co_await transport_.write_some(asio::buffer(left.data(), left.size()));
      if (ec) co_return fail(lost("CH-NET-006", ec));
      left.remove_prefix(count);
    }
    co_return Result<void>{};
  }

  SmtpServer server_;
  asio::ip::tcp::resolver resolver_;
  Transport transport_;
  asio::steady_timer timer_;
  std::string pending_;
  bool late_ = false;
};

asio::awaitable<Result<void>> hold(std::shared_ptr<Dialogue> dialogue, Mail mail) {
  co_return co_await dialogue->deliver(std::move(mail));
}

}  // namespace

asio::awaitable<Result<void>> send_mail(SmtpServer server, Mail mail,
                                        std::chrono::steady_clock::time_point deadline) {
  const asio::any_io_executor strand = asio::make_strand(co_await asio::this_coro::executor);
  auto dialogue = std::make_shared<Dialogue>(strand, std::move(server), deadline);
  co_return co_await asio::co_spawn(strand, hold(std::move(dialogue), std::move(mail)),
                                    asio::use_awaitable);
}

}  // namespace charmille::net
