#include "gateway/net/server.h"

#include <arpa/inet.h>
#include <map>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include "gateway/base/log.h"
#include "gateway/net/response_writer.h"
#include "gateway/net/session.h"
#include "gateway/net/transport.h"

namespace charmille::net {
namespace {

namespace asio = boost::asio;
using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol>;
using ErrorCode = boost::system::error_code;

std::string where(const Listen& listen) {
  return listen.unix_path.empty() ? listen.address + ":" + std::to_string(listen.port)
                                  : listen.unix_path.string();
}

/// The socket file of a process that is gone is taken away; that of one that answers is not.
void remove_stale(const std::filesystem::path& path, const sockaddr_un& address) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0 || !S_ISSOCK(info.st_mode)) return;
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool alive =
      ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(probe);
  if (!alive) ::unlink(path.c_str());
}

ErrorCode bind_unix(Acceptor& acceptor, const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (text.size() >= sizeof address.sun_path) return asio::error::name_too_long;
  text.copy(address.sun_path, sizeof address.sun_path - 1);
  remove_stale(path, address);
  ErrorCode ec;
  acceptor.open(asio::generic::stream_protocol(AF_UNIX, 0), ec);
  if (ec) return ec;
  // Bound under a closed mask: the socket is never open to all, not even for a moment.
  const mode_t before = ::umask(0117);
  acceptor.bind(asio::generic::stream_protocol::endpoint(&address, sizeof address), ec);
  ::umask(before);
  return ec;
}

ErrorCode bind_tcp(Acceptor& acceptor, const Listen& listen) {
  ErrorCode ec;
  const auto address = asio::ip::make_address(listen.address, ec);
  if (ec) return ec;
  const asio::ip::tcp::endpoint endpoint(address, listen.port);
  acceptor.open(asio::generic::stream_protocol(endpoint.protocol()), ec);
  if (ec) return ec;
  acceptor.set_option(asio::socket_base::reuse_address(true), ec);
  acceptor.bind(asio::generic::stream_protocol::endpoint(endpoint), ec);
  return ec;
}

Peer peer_of(Socket& socket) {
  Peer peer;
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getpeername(socket.native_handle(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return peer;
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET)
    ::inet_ntop(AF_INET, &reinterpret_cast<sockaddr_in&>(address).sin_addr, text, sizeof text);
  if (address.ss_family == AF_INET6)
    ::inet_ntop(AF_INET6, &reinterpret_cast<sockaddr_in6&>(address).sin6_addr, text, sizeof text);
  peer.address = text;
  if (address.ss_family != AF_UNIX) return peer;
  ucred credentials{};
  socklen_t length = sizeof credentials;
  if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0)
    return peer;
  passwd entry{};
  passwd* found = nullptr;
  char buffer[4096];
  ::getpwuid_r(credentials.uid, &entry, buffer, sizeof buffer, &found);
  peer.login =
      Login{credentials.uid, credentials.pid,
            found != nullptr ? std::string(found->pw_name) : std::to_string(credentials.uid)};
  return peer;
}

}  // namespace

class Server::Impl : public std::enable_shared_from_this<Server::Impl> {
 public:
  Impl(asio::any_io_executor executor, Listen listen, Handler handler)
      : executor_(executor),
        strand_(asio::make_strand(executor)),
        acceptor_(strand_),
        sweep_(strand_),
        listen_(std::move(listen)),
        host_(std::make_shared<SessionHost>()) {
    host_->handler = std::move(handler);
    host_->limits = listen_.limits;
    host_->spool_folder = listen_.spool_folder;
  }

  Result<void> open() {
    if (listen_.tls) {
      auto context = server_context(*listen_.tls);
      if (!context) return fail(context.error());
      tls_ = std::move(*context);
    }
    ErrorCode ec = listen_.unix_path.empty() ? bind_tcp(acceptor_, listen_)
                                             : bind_unix(acceptor_, listen_.unix_path);
    if (!ec) acceptor_.listen(1024, ec);
    if (ec) return fail("CH-NET-001", {}, {{"address", where(listen_)}, {"reason", ec.message()}});
    if (listen_.unix_path.empty()) {
      sockaddr_storage address{};
      socklen_t size = sizeof address;
      ::getsockname(acceptor_.native_handle(), reinterpret_cast<sockaddr*>(&address), &size);
      // Port and family stand at the same place in both address families.
      port_ = ntohs(reinterpret_cast<sockaddr_in&>(address).sin_port);
    }
    return {};
  }

  void run() {
    asio::co_spawn(strand_, accept_all(shared_from_this()), asio::detached);
    asio::co_spawn(strand_, sweep_all(shared_from_this()), asio::detached);
  }

  /// Nothing new; the sessions are asked to end.
  void close(bool cut) {
    host_->stopping = true;
    asio::post(strand_, [self = shared_from_this()] {
      ErrorCode ignored;
      self->acceptor_.close(ignored);
      self->sweep_.cancel();
      if (!self->listen_.unix_path.empty()) ::unlink(self->listen_.unix_path.c_str());
      self->listen_.unix_path.clear();
    });
    for (const auto& session : sessions()) cut ? session->cut() : session->drain();
  }

  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return sessions_.size();
  }
  std::uint16_t port() const { return port_; }
  asio::any_io_executor executor() { return strand_; }

  Result<void> reload(const ServerTls& files) {
    auto context = server_context(files);
    if (!context) return fail(context.error());
    const std::lock_guard lock(mutex_);
    tls_ = std::move(*context);
    return {};
  }

 private:
  static asio::awaitable<void> accept_all(std::shared_ptr<Impl> self) {
    while (!self->host_->stopping) {
      auto [ec, socket] =
          co_await self->acceptor_.async_accept(asio::make_strand(self->executor_), as_result);
      if (!ec) {
        self->admit(Socket(std::move(socket)));
        continue;
      }
      if (ec == asio::error::operation_aborted || ec == asio::error::bad_descriptor) co_return;
      // Out of descriptors or memory: waiting lets sessions end; asking again at once would only
      // spin.
      base::log(base::Level::warning, "http.accept_failed", {{"reason", ec.message()}});
      asio::steady_timer pause(self->strand_, std::chrono::milliseconds(100));
      co_await pause.async_wait(as_result);
    }
  }

  static asio::awaitable<void> sweep_all(std::shared_ptr<Impl> self) {
    const ServerLimits& limits = self->host_->limits;
    const auto least =
        std::min({limits.handshake, limits.header, limits.body_silence, limits.idle, limits.write});
    const auto period =
        std::clamp(least / 4, std::chrono::milliseconds(10), std::chrono::milliseconds(500));
    while (!self->host_->stopping || self->count() > 0) {
      self->sweep_.expires_after(period);
      co_await self->sweep_.async_wait(as_result);
      const auto now = std::chrono::steady_clock::now();
      for (const auto& session : self->sessions()) session->check_deadline(now);
    }
  }

  void admit(Socket socket) {
    Peer peer = peer_of(socket);
    if (!peer.login) {
      ErrorCode ignored;
      socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    }
    const std::string address = peer.address;
    TlsContext tls;
    {
      const std::lock_guard lock(mutex_);
      std::size_t& here = per_address_[address];
      if (sessions_.size() >= host_->limits.connections ||
          here >= host_->limits.connections_per_address) {
        if (here == 0) per_address_.erase(address);
        turn_away(socket, address);
        return;
      }
      ++here;
      tls = tls_;
    }
    auto ended = [weak = weak_from_this(), address](const Session* session) {
      if (const auto self = weak.lock()) self->forget(session, address);
    };
    // The session ends on its own strand, perhaps before it is noted here; `forget` then finds it
    // after the lock.
    const std::lock_guard lock(mutex_);
    auto session =
        start_session(std::move(socket), std::move(tls), std::move(peer), host_, std::move(ended));
    const Session* key = session.get();
    sessions_.emplace(key, std::move(session));
  }

  /// Called under the lock. Without TLS the peer is told why; with TLS it only sees the end.
  void turn_away(Socket& socket, const std::string& address) {
    base::log(base::Level::warning, "http.too_many_connections", {{"peer", address}});
    if (tls_) return;
    HttpResponse answer = refusal(503, fault("CH-HTTP-005"));
    answer.headers.emplace_back("Retry-After", "5");
    ResponseFrame frame;
    frame.keep_alive = false;
    std::string out;
    write_header(out, frame, answer);
    out += answer.body.bytes(4096).value_or("");
    // Best effort into an empty socket buffer: a peer that is one too many gets no coroutine.
    [[maybe_unused]] const ssize_t sent =
        ::send(socket.native_handle(), out.data(), out.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    ::shutdown(socket.native_handle(), SHUT_WR);
  }

  void forget(const Session* session, const std::string& address) {
    const std::lock_guard lock(mutex_);
    sessions_.erase(session);
    const auto at = per_address_.find(address);
    if (at != per_address_.end() && --at->second == 0) per_address_.erase(at);
    if (host_->stopping && sessions_.empty())
      asio::post(strand_, [self = shared_from_this()] { self->sweep_.cancel(); });
  }

  std::vector<std::shared_ptr<Session>> sessions() {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<Session>> out;
    out.reserve(sessions_.size());
    for (const auto& [key, session] : sessions_)
      if (auto alive = session.lock()) out.push_back(std::move(alive));
    return out;
  }

  asio::any_io_executor executor_;
  asio::any_io_executor strand_;
  Acceptor acceptor_;
  asio::steady_timer sweep_;
  Listen listen_;
  std::shared_ptr<SessionHost> host_;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  TlsContext tls_;
  std::map<const Session*, std::weak_ptr<Session>> sessions_;
  std::map<std::string, std::size_t> per_address_;
};

Result<std::unique_ptr<Server>> Server::start(asio::any_io_executor executor, Listen listen,
                                              Handler handler) {
  auto impl = std::make_shared<Impl>(std::move(executor), std::move(listen), std::move(handler));
  if (auto opened = impl->open(); !opened) return fail(opened.error());
  impl->run();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::~Server() {
  impl_->close(true);
}
std::uint16_t Server::port() const {
  return impl_->port();
}
std::size_t Server::connections() const {
  return impl_->count();
}
Result<void> Server::reload(const ServerTls& tls) {
  return impl_->reload(tls);
}

asio::awaitable<std::size_t> Server::stop(std::chrono::steady_clock::time_point deadline) {
  const auto impl = impl_;
  impl->close(false);
  asio::steady_timer tick(co_await asio::this_coro::executor);
  while (impl->count() > 0 && std::chrono::steady_clock::now() < deadline) {
    tick.expires_after(std::chrono::milliseconds(5));
    co_await tick.async_wait(as_result);
  }
  const std::size_t left = impl->count();
  if (left > 0) impl->close(true);
  co_return left;
}

}  // namespace charmille::net
