#include "gateway/net/session.h"

#include <limits>
#include <optional>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>

#include "gateway/base/log.h"
#include "gateway/net/response_writer.h"
#include "gateway/net/spool.h"
#include "gateway/net/transport.h"

namespace charmille::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using std::chrono::steady_clock;

constexpr std::size_t header_piece = 4 * 1024;
constexpr std::size_t body_piece = 64 * 1024;
constexpr auto rate_grace = std::chrono::seconds(30);

/// Beast's view of a body: bytes go to a spool.
struct SpoolBody {
  struct value_type {
    Spool* spool = nullptr;
    std::optional<Fault> fault;
  };
  class reader {
   public:
    template <bool is_request, class Fields>
    reader(http::header<is_request, Fields>&, value_type& body) : body_(body) {}
    void init(const boost::optional<std::uint64_t>& length, beast::error_code& ec) {
      ec = {};
      if (length) body_.spool->reserve(*length);
    }
    template <class Buffers>
    std::size_t put(const Buffers& buffers, beast::error_code& ec) {
      std::size_t taken = 0;
      for (const asio::const_buffer piece : beast::buffers_range_ref(buffers)) {
        auto written = body_.spool->append({static_cast<const char*>(piece.data()), piece.size()});
        if (!written) {
          body_.fault = std::move(written.error());
          ec = http::error::need_buffer;
          return taken;
        }
        taken += piece.size();
      }
      ec = {};
      return taken;
    }
    void finish(beast::error_code& ec) { ec = {}; }

   private:
    value_type& body_;
  };
};
using Parser = http::request_parser<SpoolBody>;

/// How a step ended: go on, answer with a refusal and close, or close at once.
struct Step {
  enum class Kind : std::uint8_t { go_on, refuse, close } kind = Kind::go_on;
  HttpResponse answer{};
};
Step go_on() {
  return {};
}
Step close_now() {
  return {Step::Kind::close, {}};
}
Step refuse(int status, const Fault& f) {
  return {Step::Kind::refuse, refusal(status, f)};
}

Step refuse_error(const beast::error_code& ec, const ServerLimits& limits) {
  if (ec == http::error::header_limit || ec == http::error::buffer_overflow)
    return refuse(431, fault("CH-HTTP-002", {}, {{"limit", std::to_string(limits.header_bytes)}}));
  if (ec == http::error::body_limit)
    return refuse(413, fault("CH-HTTP-003", {}, {{"limit", std::to_string(limits.body_bytes)}}));
  return refuse(400, fault("CH-HTTP-001", {}, {{"reason", ec.message()}}));
}

/// What Beast lets pass and a strict server does not (RFC 9112 §6.1, §6.3, §3.2): anything on which
/// two readers of one stream could disagree.
std::optional<std::string> ambiguity(const http::request_header<>& header) {
  std::size_t hosts = 0;
  std::size_t lengths = 0;
  std::size_t encodings = 0;
  for (const auto& field : header) {
    hosts += field.name() == http::field::host ? 1 : 0;
    if (field.name() == http::field::content_length) {
      ++lengths;
      for (const char c : field.value())
        if (c < '0' || c > '9') return "malformed length";
    }
    if (field.name() != http::field::transfer_encoding) continue;
    ++encodings;
    const auto value = field.value();
    if (!equal_ignoring_case({value.data(), value.size()}, "chunked"))
      return "unknown transfer coding";
  }
  if (encodings > 0 && lengths > 0) return "both a length and a transfer coding";
  if (lengths > 1 || encodings > 1) return "repeated framing header";
  if (encodings > 0 && header.version() < 11) return "transfer coding in HTTP/1.0";
  if (hosts > 1 || (hosts == 0 && header.version() >= 11))
    return "exactly one Host header is needed";
  return std::nullopt;
}

class Connection final : public Session, public std::enable_shared_from_this<Connection> {
 public:
  Connection(Socket socket, TlsContext tls, Peer peer, std::shared_ptr<const SessionHost> host)
      : transport_(std::move(socket)),
        tls_(std::move(tls)),
        peer_(std::make_shared<Peer>(std::move(peer))),
        host_(std::move(host)),
        buffer_(host_->limits.header_bytes + body_piece) {}

  void check_deadline(SteadyTime now) override {
    if (now.time_since_epoch().count() < deadline_.load(std::memory_order_relaxed)) return;
    on_strand([](Connection& self) {
      if (steady_clock::now().time_since_epoch().count() < self.deadline_.load()) return;
      self.timed_out_ = true;
      self.close_waits();
    });
  }
  void drain() override {
    on_strand([](Connection& self) {
      if (self.idle_) self.close_waits();
    });
  }
  void cut() override {
    on_strand([](Connection& self) {
      beast::error_code ignored;
      self.transport_.socket().close(ignored);
      self.signal_.emit(asio::cancellation_type::terminal);
    });
  }

  auto executor() { return transport_.socket().get_executor(); }
  asio::cancellation_slot slot() { return signal_.slot(); }

  asio::awaitable<void> run() {
    if (tls_ && !co_await shake_hands()) co_return;
    while (!host_->stopping) {
      const bool again = co_await one_request();
      if (!again) break;
    }
    co_await close();
  }

 private:
  /// Sets the deadline of the waits in its scope.
  class Waiting {
   public:
    Waiting(Connection& self, SteadyTime deadline) : self_(self) {
      self.timed_out_ = false;
      self.deadline_ = deadline.time_since_epoch().count();
    }
    Waiting(Connection& self, std::chrono::milliseconds limit)
        : Waiting(self, steady_clock::now() + limit) {}
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    ~Waiting() { self_.deadline_ = never; }

   private:
    Connection& self_;
  };
  static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

  template <class F>
  void on_strand(F action) {
    asio::post(executor(), [weak = weak_from_this(), action] {
      if (const auto self = weak.lock()) action(*self);
    });
  }
  void close_waits() {
    beast::error_code ignored;
    transport_.socket().cancel(ignored);
  }

  asio::awaitable<bool> shake_hands() {
    transport_.wrap(tls_);
    const Waiting waiting(*this, host_->limits.handshake);
    const auto [ec] = co_await transport_.handshake(asio::ssl::stream_base::server);
    if (ec) {
      base::log(base::Level::info, "http.tls_refused",
                {{"peer", peer_->address},
                 {"reason", timed_out_ ? std::string("too slow") : ec.message()}});
      co_return false;
    }
    peer_->tls = true;
    if (X509* certificate = SSL_get1_peer_certificate(transport_.tls())) {
      peer_->certificate = describe(*certificate);
      X509_free(certificate);
    }
    co_return true;
  }

  /// Reads, answers; false when the connection is to be closed.
  asio::awaitable<bool> one_request() {
    Parser parser;
    Spool spool(host_->spool_folder);
    parser.header_limit(static_cast<std::uint32_t>(host_->limits.header_bytes));
    parser.body_limit(host_->limits.body_bytes);
    parser.get().body().spool = &spool;
    auto refuse_extensions = [](std::uint64_t, std::string_view extensions, beast::error_code& ec) {
      if (!extensions.empty()) ec = http::error::bad_chunk_extension;
    };
    auto on_chunk = [&refuse_extensions](std::uint64_t size, beast::string_view extensions,
                                         beast::error_code& ec) {
      refuse_extensions(size, {extensions.data(), extensions.size()}, ec);
    };
    parser.on_chunk_header(on_chunk);

    Step step = co_await read_header(parser);
    if (step.kind == Step::Kind::go_on) step = check_header(parser);
    if (step.kind == Step::Kind::go_on && !parser.is_done())
      step = co_await read_body(parser, spool);
    if (step.kind == Step::Kind::close) co_return false;
    ResponseFrame frame;
    frame.head = parser.get().method() == http::verb::head;
    frame.version = parser.get().version();
    if (step.kind == Step::Kind::refuse) {
      frame.keep_alive = false;
      co_await write(frame, step.answer);
      co_await linger();
      co_return false;
    }
    const HttpResponse answer = co_await handle(parser, spool);
    frame.keep_alive = parser.get().keep_alive() && !host_->stopping;
    const bool written = co_await write(frame, answer);
    co_return written&& frame.keep_alive;
  }

  asio::awaitable<Step> read_header(Parser& parser) {
    SteadyTime deadline = steady_clock::now() + host_->limits.header;
    while (!parser.is_header_done()) {
      if (buffer_.size() != 0) {
        beast::error_code ec;
        buffer_.consume(parser.put(buffer_.data(), ec));
        if (ec && ec != http::error::need_more) co_return refuse_error(ec, host_->limits);
        if (parser.is_header_done()) break;
        if (buffer_.size() > host_->limits.header_bytes)
          co_return refuse_error(http::error::header_limit, host_->limits);
      }
      const bool first = !parser.got_some() && buffer_.size() == 0;
      if (first) {
        if (buffer_.capacity() > body_piece / 2) buffer_.shrink_to_fit();
        idle_ = true;
        if (host_->stopping) co_return close_now();
      }
      const std::size_t count =
          co_await fill(header_piece, first ? steady_clock::now() + host_->limits.idle : deadline);
      idle_ = false;
      if (count == 0 && timed_out_ && !first) co_return refuse(408, fault("CH-HTTP-004"));
      if (count == 0) co_return close_now();
      if (first) deadline = steady_clock::now() + host_->limits.header;
    }
    co_return go_on();
  }

  Step check_header(const Parser& parser) {
    if (auto reason = ambiguity(parser.get().base()))
      return refuse(400, fault("CH-HTTP-001", {}, {{"reason", std::move(*reason)}}));
    const auto sent = parser.get().target();
    target_ = split_target({sent.data(), sent.size()});
    if (!target_) return refuse(400, fault("CH-HTTP-001", {}, {{"reason", "bad request target"}}));
    if (const auto length = parser.content_length(); length && *length > host_->limits.body_bytes)
      return refuse_error(http::error::body_limit, host_->limits);
    const auto expect = parser.get()[http::field::expect];
    if (!expect.empty() && !equal_ignoring_case({expect.data(), expect.size()}, "100-continue"))
      return refuse(417, fault("CH-HTTP-001", {}, {{"reason", "unknown expectation"}}));
    return go_on();
  }

  asio::awaitable<Step> read_body(Parser& parser, Spool& spool) {
    if (buffer_.size() == 0 && !parser.get()[http::field::expect].empty()) {
      const std::string_view go = "HTTP/1.1 100 Continue\r\n\r\n";
      const bool sent = co_await send(go);
      if (!sent) co_return close_now();
    }
    parser.eager(true);
    const SteadyTime began = steady_clock::now();
    while (!parser.is_done()) {
      if (buffer_.size() != 0) {
        beast::error_code ec;
        buffer_.consume(parser.put(buffer_.data(), ec));
        if (parser.get().body().fault) co_return refuse(503, *parser.get().body().fault);
        if (ec && ec != http::error::need_more) co_return refuse_error(ec, host_->limits);
        if (parser.is_done()) break;
        if (buffer_.size() > body_piece)
          co_return refuse(400, fault("CH-HTTP-001", {}, {{"reason", "chunk header"}}));
      }
      const SteadyTime now = steady_clock::now();
      const auto elapsed = std::chrono::duration_cast<std::chrono::seconds>(now - began);
      const auto least =
          static_cast<std::uint64_t>(elapsed.count()) * host_->limits.body_bytes_per_second;
      if (elapsed > rate_grace && spool.size() < least) co_return refuse(408, fault("CH-HTTP-004"));
      const std::size_t count = co_await fill(body_piece, now + host_->limits.body_silence);
      if (count == 0 && timed_out_) co_return refuse(408, fault("CH-HTTP-004"));
      if (count == 0) co_return close_now();
    }
    co_return go_on();
  }

  /// Reads once into the buffer; 0 when the peer is gone or the deadline is over.
  asio::awaitable<std::size_t> fill(std::size_t piece, SteadyTime deadline) {
    const std::size_t room = std::min(piece, buffer_.max_size() - buffer_.size());
    const Waiting waiting(*this, deadline);
    const auto [ec, count] = co_await transport_.read_some(buffer_.prepare(room));
    if (ec) co_return 0;
    buffer_.commit(count);
    co_return count;
  }

  asio::awaitable<HttpResponse> handle(const Parser& parser, Spool& spool) {
    const auto text = [](beast::string_view view) {
      return std::string_view(view.data(), view.size());
    };
    const auto& message = parser.get();
    HttpRequest request;
    request.method = text(message.method_string());
    request.target = text(message.target());
    request.segments = std::move(target_->segments);
    request.query = target_->query;
    request.headers.reserve(16);
    for (const auto& field : message)
      request.headers.emplace_back(text(field.name_string()), text(field.value()));
    request.body = std::move(spool).finish();
    request.peer = peer_;
    try {
      co_return co_await host_->handler(request);
    } catch (const boost::system::system_error& e) {
      // A request that was cut while it waited is no failure of the handler.
      if (e.code() != asio::error::operation_aborted)
        base::log(base::Level::error, "http.handler_failed", {{"what", e.what()}});
    } catch (const std::bad_alloc&) {
      co_return refusal(503, fault("CH-HTTP-005"));
    } catch (const std::exception& e) {
      base::log(base::Level::error, "http.handler_failed", {{"what", e.what()}});
    }
    co_return refusal(500, fault("CH-HTTP-006"));
  }

  asio::awaitable<bool> write(const ResponseFrame& frame, const HttpResponse& answer) {
    out_.clear();
    write_header(out_, frame, answer);
    const bool bodiless = frame.head || !may_have_body(answer.status);
    if (bodiless || answer.body.size() == 0) co_return co_await send(out_);
    auto reader = answer.body.open();
    if (!reader) co_return false;
    std::uint64_t left = answer.body.size();
    while (left > 0) {
      // The first piece leaves with the header: one packet, one system call for a small answer.
      const std::size_t held = out_.size();
      out_.resize(held + static_cast<std::size_t>(std::min<std::uint64_t>(left, body_piece)));
      const auto count = (*reader)->read(std::span(out_).subspan(held));
      // A body that breaks off cannot be told otherwise than by the end of the connection.
      if (!count || *count == 0) co_return false;
      out_.resize(held + *count);
      left -= std::min<std::uint64_t>(left, *count);
      const bool sent = co_await send(out_);
      if (!sent) co_return false;
      out_.clear();
    }
    co_return true;
  }

  asio::awaitable<bool> send(std::string_view bytes) {
    const Waiting waiting(*this, host_->limits.write);
    while (!bytes.empty()) {
      const auto [ec, count] =
          co_await transport_.write_some(asio::buffer(bytes.data(), bytes.size()));
      if (ec) co_return false;
      bytes.remove_prefix(count);
    }
    co_return true;
  }

  /// After a refusal the peer may still be sending: closing at once would reset the connection
  /// under the answer.
  asio::awaitable<void> linger() {
    beast::error_code ignored;
    if (!transport_.is_tls()) transport_.socket().shutdown(Socket::shutdown_send, ignored);
    const SteadyTime deadline = steady_clock::now() + std::chrono::seconds(1);
    for (std::size_t read = 0; read < 16 * body_piece;) {
      buffer_.clear();
      const std::size_t count = co_await fill(body_piece, deadline);
      if (count == 0) break;
      read += count;
    }
  }

  asio::awaitable<void> close() {
    if (transport_.is_tls() && transport_.socket().is_open()) {
      const Waiting waiting(*this, std::chrono::seconds(1));
      co_await transport_.close_tls();
    }
    beast::error_code ignored;
    transport_.socket().shutdown(Socket::shutdown_both, ignored);
    transport_.socket().close(ignored);
  }

  Transport transport_;
  TlsContext tls_;
  std::shared_ptr<Peer> peer_;
  std::shared_ptr<const SessionHost> host_;
  beast::flat_buffer buffer_;
  std::string out_;
  std::optional<Target> target_;
  asio::cancellation_signal signal_;
  std::atomic<std::int64_t> deadline_ = never;
  bool timed_out_ = false;
  bool idle_ = false;
};

asio::awaitable<void> run(std::shared_ptr<Connection> connection) {
  co_await connection->run();
}

}  // namespace

std::shared_ptr<Session> start_session(Socket socket, TlsContext tls, Peer peer,
                                       std::shared_ptr<const SessionHost> host,
                                       std::function<void(const Session*)> ended) {
  auto connection = std::make_shared<Connection>(std::move(socket), std::move(tls), std::move(peer),
                                                 std::move(host));
  const auto executor = connection->executor();
  auto over = [connection, ended = std::move(ended)](std::exception_ptr) {
    ended(connection.get());
  };
  asio::co_spawn(executor, run(connection),
                 asio::bind_cancellation_slot(connection->slot(), std::move(over)));
  return connection;
}

}  // namespace charmille::net
