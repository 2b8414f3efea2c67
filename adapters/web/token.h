// Tokens of OAuth 2.0 that a client gets with its own credentials (RFC 6749 §4.4).
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "adapters/adapter.h"
#include "adapters/web/connection.h"
#include "gateway/net/client.h"

namespace charmille::adapters::web {

/// The token of one connection: asked for when a call needs it, kept while it is good.
class Tokens : public std::enable_shared_from_this<Tokens> {
 public:
  /// `connection` says how (`oauth2`), and by which certificates.
  Tokens(Connection connection, const boost::asio::any_io_executor& executor,
         const base::Clock& clock);

  /// Who comes while one is asked for waits for the same answer. Faults: CH-OAUTH-002 to -005, and
  /// those of `net::Client`, never ambiguous: nothing was delivered.
  Task<std::string> current(Deadline deadline);
  /// It was refused: it is not given again.
  void forget(std::string token);

 private:
  struct Flight;
  class Landing;

  // On the strand only.
  static Task<std::string> obtain(std::shared_ptr<Tokens> self, Deadline deadline);
  Task<std::string> ask(Deadline deadline);
  net::HttpCall request(Deadline deadline) const;

  const Connection connection_;
  const boost::asio::any_io_executor strand_;
  net::Client client_;
  const base::Clock& clock_;
  std::shared_ptr<Flight> flight_;  ///< the request under way, or nothing
  std::string token_;
  std::chrono::steady_clock::time_point until_;
};

}  // namespace charmille::adapters::web
