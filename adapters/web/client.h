// Calls to one peer, with the token that it wants.
#pragma once

#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "adapters/adapter.h"
#include "adapters/web/connection.h"
#include "adapters/web/token.h"
#include "gateway/net/client.h"

namespace charmille::adapters::web {

class Client {
 public:
  Client(const Connection& connection, const boost::asio::any_io_executor& executor,
         const base::Clock& clock);

  /// A call made by `Connection::call`. With `oauth2` it is made once more, under a new token, when
  /// the peer answers 401: it did nothing then (RFC 6750 §3.1).
  Task<net::HttpAnswer> perform(net::HttpCall call);

 private:
  net::Client client_;
  std::shared_ptr<Tokens> tokens_;  ///< nothing without `oauth2`
};

}  // namespace charmille::adapters::web
