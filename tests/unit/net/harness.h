// What the tests of this folder share: a loop on a thread, a throw-away PKI, a raw socket to
// misbehave with.
#pragma once

#include <arpa/inet.h>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "gateway/net/client.h"
#include "gateway/net/initialise.h"
#include "gateway/net/server.h"

namespace charmille::net::testing {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// An io_context that runs on its own threads until the test ends.
class Loop {
 public:
  explicit Loop(std::size_t threads = 2) : work_(asio::make_work_guard(io_)) {
    [[maybe_unused]] static const bool once = initialise().has_value();
    for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { io_.run(); });
  }
  /// Waits until nothing is left to do: a session, timer or call that survives its owner makes the
  /// test hang and fail.
  ~Loop() {
    work_.reset();
    for (auto& thread : threads_) thread.join();
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  asio::io_context& io() { return io_; }
  asio::any_io_executor executor() { return io_.get_executor(); }

  template <class T>
  T run(asio::awaitable<T> coroutine) {
    auto future = asio::co_spawn(io_, std::move(coroutine), asio::use_future);
    if (future.wait_for(20s) != std::future_status::ready)
      throw std::runtime_error("the coroutine hangs");
    return future.get();
  }

 private:
  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::vector<std::thread> threads_;
};

/// The folder of the test PKI, made once for a build folder.
inline std::filesystem::path pki() {
  static const std::filesystem::path folder = [] {
    const char* build = std::getenv("CHARMILLE_BUILD");
    const char* source = std::getenv("CHARMILLE_SOURCE");
    if (build == nullptr || source == nullptr)
      throw std::runtime_error("CHARMILLE_BUILD and CHARMILLE_SOURCE are needed");
    const std::filesystem::path made = std::filesystem::path(build) / "test-pki";
    const std::string lock = "flock '" + std::string(build) + "/test-pki.lock' sh -c \"test -e '" +
                             made.string() + "/verify.log' || { rm -rf '" + made.string() +
                             "'; bash '" + source + "/tests/testbed/make-pki.sh' '" +
                             made.string() + "' >/dev/null; }\"";
    if (std::system(lock.c_str()) != 0) throw std::runtime_error("the test PKI cannot be made");
    return made;
  }();
  return folder;
}

/// A folder of its own, gone with the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "charmille-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A plain blocking connection to a port of this machine.
class RawPeer {
 public:
  explicit RawPeer(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("no connection");
    timeval patience{10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~RawPeer() { ::close(fd_); }
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;

  bool send(std::string_view bytes) {
    return ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }
  /// Everything until the peer closes, or until `until` has been seen.
  std::string read(std::string_view until = {}) {
    std::string out;
    char buffer[4096];
    while (until.empty() || out.find(until) == out.npos) {
      const ssize_t count = ::recv(fd_, buffer, sizeof buffer, 0);
      if (count <= 0) break;
      out.append(buffer, static_cast<std::size_t>(count));
    }
    return out;
  }

 private:
  int fd_;
};

inline HttpCall call_to(std::string url, std::string body = "hello") {
  HttpCall call;
  call.url = std::move(url);
  call.body = base::Payload(std::move(body));
  call.deadline = std::chrono::steady_clock::now() + 10s;
  return call;
}

/// Answers with what it saw: method, path, size of the body, who called.
inline asio::awaitable<HttpResponse> echo(const HttpRequest& request) {
  std::string text(request.method);
  for (const auto& segment : request.segments) text += "/" + segment;
  text += " " + std::to_string(request.body.size()) + " " + request.peer->address;
  if (request.peer->certificate) text += " " + request.peer->certificate->subject;
  if (request.peer->login) text += " uid=" + std::to_string(request.peer->login->uid);
  HttpResponse response;
  response.body = base::Payload(std::move(text));
  co_return response;
}

inline std::unique_ptr<Server> start(Loop& loop, Listen listen, Handler handler = echo) {
  auto server = Server::start(loop.executor(), std::move(listen), std::move(handler));
  if (!server)
    throw std::runtime_error("the server does not start: " + std::string(server.error().code));
  return std::move(*server);
}

inline std::string url_of(const Server& server, std::string_view path = "/x",
                          std::string_view scheme = "http") {
  return std::string(scheme) + "://127.0.0.1:" + std::to_string(server.port()) + std::string(path);
}

inline bool has_code(const Fault& fault, std::string_view code) {
  return fault.code == code;
}

}  // namespace charmille::net::testing
