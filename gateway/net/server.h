// The HTTP/1.1 server: listeners on TCP (with or without TLS) and on Unix sockets, one coroutine a
// connection.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "gateway/base/result.h"
#include "gateway/net/http.h"
#include "gateway/net/tls.h"

namespace charmille::net {

/// What one listener accepts. Every wait has its limit; a peer that is slow loses its connection,
/// not ours.
struct ServerLimits {
  std::size_t header_bytes = 16 * 1024;
  std::uint64_t body_bytes = 64ULL * 1024 * 1024;
  std::size_t connections = 1024;
  std::size_t connections_per_address = 256;
  std::chrono::milliseconds handshake{10'000};
  std::chrono::milliseconds header{
      10'000};  ///< from the first byte of a request to the end of its header
  std::chrono::milliseconds body_silence{30'000};  ///< between two pieces of a body
  std::uint64_t body_bytes_per_second =
      1024;                                ///< the least, over the whole body, after the first 30 s
  std::chrono::milliseconds idle{60'000};  ///< between two requests
  std::chrono::milliseconds write{60'000};  ///< for one piece of an answer
};

/// Where to listen: `unix_path`, or else `address` and `port`.
struct Listen {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;           ///< 0: any free one, see Server::port()
  std::filesystem::path unix_path;  ///< made with mode 0660
  std::optional<ServerTls> tls;
  std::filesystem::path spool_folder = "/tmp";  ///< for bodies over 64 KiB
  ServerLimits limits;
};

class Server {
 public:
  /// Listens at once. Faults: the address is taken or not ours, the certificate cannot be loaded.
  static Result<std::unique_ptr<Server>> start(boost::asio::any_io_executor executor, Listen listen,
                                               Handler handler);
  /// Cuts what is left. Call stop() first for an orderly end.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;
  std::size_t connections() const;
  /// Certificates are read again, for new connections; the old ones stay in use when the new ones
  /// are wrong.
  Result<void> reload(const ServerTls& tls);
  /// Accepts no more, lets requests in work end until `deadline`, then cuts. Returns how many were
  /// cut.
  boost::asio::awaitable<std::size_t> stop(std::chrono::steady_clock::time_point deadline);

  class Impl;

 private:
  explicit Server(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<Impl> impl_;
};

}  // namespace charmille::net
