// A connected socket, with TLS or without, behind one pair of read and write.
#pragma once

#include <optional>
#include <tuple>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/ssl.h>

#include "gateway/net/tls.h"

namespace charmille::net {

inline constexpr auto as_result = boost::asio::as_tuple(boost::asio::use_awaitable);

class Transport {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;
  using Transferred = std::tuple<boost::system::error_code, std::size_t>;

  explicit Transport(Socket socket) : socket_(std::move(socket)) {}

  Socket& socket() { return socket_; }
  bool is_tls() const { return stream_.has_value(); }
  SSL* tls() { return stream_ ? stream_->native_handle() : nullptr; }

  /// From here on bytes are TLS; the handshake is still to be done.
  void wrap(const TlsContext& context) {
    SSL_CTX_up_ref(context.get());
    context_.emplace(context.get());
    stream_.emplace(socket_, *context_);
  }
  boost::asio::awaitable<std::tuple<boost::system::error_code>> handshake(
      boost::asio::ssl::stream_base::handshake_type type) {
    return stream_->async_handshake(type, as_result);
  }
  boost::asio::awaitable<std::tuple<boost::system::error_code>> close_tls() {
    return stream_->async_shutdown(as_result);
  }

  boost::asio::awaitable<Transferred> read_some(boost::asio::mutable_buffer into) {
    return stream_ ? stream_->async_read_some(into, as_result)
                   : socket_.async_read_some(into, as_result);
  }
  boost::asio::awaitable<Transferred> write_some(boost::asio::const_buffer from) {
    return stream_ ? stream_->async_write_some(from, as_result)
                   : socket_.async_write_some(from, as_result);
  }

 private:
  Socket socket_;
  std::optional<boost::asio::ssl::context> context_;
  std::optional<boost::asio::ssl::stream<Socket&>> stream_;
};

}  // namespace charmille::net
