// What the HTTP server hands to a handler and takes back.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "gateway/base/payload.h"
#include "gateway/base/result.h"
#include "gateway/net/tls.h"

namespace charmille::net {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The login behind a Unix socket (SO_PEERCRED).
struct Login {
  uid_t uid = 0;
  pid_t pid = 0;
  std::string name;  ///< of the system's user, or the number when it has none
};

/// Who is at the other end of a connection.
struct Peer {
  std::string address;  ///< "127.0.0.1"; empty on a Unix socket
  bool tls = false;
  std::optional<Certificate> certificate;  ///< verified against the listener's client CA
  std::optional<Login> login;
};

/// One request. Every view lives until the handler has answered; the body may be kept longer.
struct HttpRequest {
  std::string_view method;
  std::string_view target;            ///< as it was sent
  std::vector<std::string> segments;  ///< of the path, percent-decoded; never ".", ".." or empty
  std::string_view query;             ///< after '?', as it was sent
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  base::Payload body;
  std::shared_ptr<const Peer> peer;

  /// The first header of that name (case does not count), or empty.
  std::string_view header(std::string_view name) const;
  /// A parameter of the query, percent-decoded; nothing when it is absent or wrongly encoded.
  std::optional<std::string> parameter(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  Headers headers;
  base::Payload body;
};

/// Answers a request. It runs on the strand of its connection and must not block.
using Handler = std::function<boost::asio::awaitable<HttpResponse>(const HttpRequest&)>;

/// `{"code": ..., "text": ..., "remedy": ...}` in French: the body of every refusal.
HttpResponse refusal(int status, const Fault& fault);

/// `text` as a JSON string, quotes included.
std::string json_string(std::string_view text);

/// Percent-decoding (RFC 3986 §2.1); nothing when a '%' is not followed by two digits or a control
/// character appears.
std::optional<std::string> percent_decoded(std::string_view text);

/// The segments of the path of a request target (RFC 9112 §3.2, origin and absolute form) and its
/// query; nothing when the target is malformed or tries to climb.
struct Target {
  std::vector<std::string> segments;
  std::string_view query;
};
std::optional<Target> split_target(std::string_view target);

/// The file name of a Content-Disposition header (RFC 6266, filename= only); empty when there is
/// none. Data from outside: never a path.
std::string file_name(std::string_view content_disposition);

/// Without the white space of a header (RFC 9110 §5.6.3) at both ends.
std::string_view trimmed(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace charmille::net
