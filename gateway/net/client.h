// Outbound HTTP/1.1: libcurl's multi interface driven by Asio, connections kept and used again.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "gateway/base/payload.h"
#include "gateway/base/result.h"
#include "gateway/net/http.h"
#include "gateway/net/tls.h"

namespace charmille::net {

/// One request. Redirects are never followed, proxies of the environment and the user's .netrc
/// never read.
struct HttpCall {
  std::string method = "POST";
  std::string url;                    ///< absolute, http or https
  std::filesystem::path unix_socket;  ///< connects there instead of to the URL's host
  Headers headers;
  base::Payload body;  ///< streamed when it is large
  ClientTls tls;       ///< of https
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::steady_clock::time_point deadline;
  std::uint64_t answer_limit = 1024 * 1024;
};

struct HttpAnswer {
  int status = 0;
  Headers headers;
  std::string body;

  /// The first header of that name (case does not count), or empty.
  std::string_view header(std::string_view name) const;
};

/// True when the request may have been acted upon although no answer came: ask before sending
/// again.
bool is_ambiguous(const Fault& fault);

class Multi;

class Client {
 public:
  /// Works on a strand of `executor`; `per_host` connections at most to one host, further calls
  /// wait for one.
  explicit Client(boost::asio::any_io_executor executor, std::size_t per_host = 16);
  /// Calls under way end with a fault.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Any answer, whatever its status, is a success here. Faults: CH-NET-002 to -010, CH-TLS-*;
  /// those that leave open whether the peer acted carry the argument `ambiguous`.
  boost::asio::awaitable<Result<HttpAnswer>> perform(HttpCall call);

 private:
  std::shared_ptr<Multi> multi_;
};

}  // namespace charmille::net
