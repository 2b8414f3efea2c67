// One connection of the server: the coroutine that reads requests, calls the handler and writes
// answers.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include "gateway/net/http.h"
#include "gateway/net/server.h"

namespace charmille::net {

using Socket = boost::asio::generic::stream_protocol::socket;
using SteadyTime = std::chrono::steady_clock::time_point;

/// What every session of a listener shares.
struct SessionHost {
  Handler handler;
  ServerLimits limits;
  std::filesystem::path spool_folder;
  std::atomic<bool> stopping = false;
};

/// A running connection, as its server sees it. The functions may be called from any thread.
class Session {
 public:
  virtual ~Session() = default;
  /// Ends the present wait when its deadline is over. The server calls this for all sessions from
  /// one timer: a timer a session would cost more than the request.
  virtual void check_deadline(SteadyTime now) = 0;
  /// Ends the connection once it has no request in work.
  virtual void drain() = 0;
  /// Ends it now; the handler in work is cancelled.
  virtual void cut() = 0;
};

/// Starts the coroutine on the socket's executor, a strand; `ended` is called once it is over.
std::shared_ptr<Session> start_session(Socket socket, TlsContext tls, Peer peer,
                                       std::shared_ptr<const SessionHost> host,
                                       std::function<void(const Session*)> ended);

}  // namespace charmille::net
