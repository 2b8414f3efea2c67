// A small SMTP client (RFC 5321, STARTTLS of RFC 3207) for mails that a person should read, such as
// alarms.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "gateway/base/result.h"
#include "gateway/base/time.h"
#include "gateway/net/tls.h"

namespace charmille::net {

struct SmtpServer {
  enum class StartTls : std::uint8_t { required, if_offered, never };
  std::string host;
  std::uint16_t port = 25;
  StartTls starttls = StartTls::required;
  ClientTls tls;
  std::string our_name = "localhost";  ///< said in EHLO
};

struct Mail {
  std::string from;  ///< plain addresses: name@domain
  std::vector<std::string> to;
  std::string subject;     ///< UTF-8, one line
  std::string text;        ///< UTF-8
  std::string message_id;  ///< without angle brackets; stable on every retry
  base::Time date;
};

/// Hands the mail to the server for all its recipients, or to none: a refused recipient refuses the
/// mail. Faults: CH-NET-002 to -006, -011 (4yz replies: retry), -012 (5yz), -013 (malformed address
/// or header), -014 (no STARTTLS), -015 (not SMTP), CH-TLS-*. A connection lost after the final dot
/// is a fault with the argument `ambiguous`.
boost::asio::awaitable<Result<void>> send_mail(SmtpServer server, Mail mail,
                                               std::chrono::steady_clock::time_point deadline);

/// The message as it goes over the wire between DATA and the final dot: headers, base64 body, CRLF
/// only. Nothing when an address or a header could smuggle another one in.
Result<std::string> render(const Mail& mail);

/// Dots at the start of lines doubled, ended by CRLF "." CRLF (RFC 5321 §4.5.2).
std::string dot_stuffed(std::string_view message);

/// One reply of a server, read piece by piece.
class SmtpReply {
 public:
  /// Takes one line without its CRLF; false when it does not belong to a reply.
  bool take(std::string_view line);
  bool complete() const { return complete_; }
  int code() const { return code_; }
  /// Is this keyword among the lines (of an EHLO reply)?
  bool offers(std::string_view keyword) const;

 private:
  int code_ = 0;
  bool complete_ = false;
  std::vector<std::string> lines_;
};

}  // namespace charmille::net
