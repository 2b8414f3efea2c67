// The HTTP surface: one table of routes for partners on TCP and for persons on the Unix socket. Who
// asks decides what there is: what a caller may not see does not exist for it.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "gateway/api/call.h"
#include "gateway/api/route.h"
#include "gateway/audit/follower.h"
#include "gateway/exchange/engine.h"
#include "gateway/net/http.h"

namespace charmille::api {

/// How far a verification of the audit log is.
struct VerifyProgress {
  std::atomic<std::uint64_t> done = 0;
  std::atomic<std::uint64_t> size = 0;
};

class Api {
 public:
  /// Reads the tokens of the partners and starts the follower of the audit log. The engine must
  /// live longer.
  static Result<std::unique_ptr<Api>> make(exchange::Engine& engine);

  /// Answers one request; never throws, never blocks its executor.
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request);

  exchange::Engine& engine() { return engine_; }
  exchange::Context& context() { return engine_.context(); }
  const config::Site& site() { return *engine_.context().site->config; }

  audit::Follower& follower() { return *follower_; }
  VerifyProgress& verify_progress() { return verify_progress_; }
  /// Long work looks here and ends early.
  bool stopping() const { return stopping_; }
  void stop() {
    stopping_ = true;
    follower_->stop();
  }

  /// Writes the audit leaf of a refused caller (not more than a few a second: a flood must not fill
  /// the log).
  boost::asio::awaitable<void> note_denied(CallPtr call, std::string_view code);

 private:
  Api(exchange::Engine& engine, Callers callers, std::unique_ptr<audit::Follower> follower)
      : engine_(engine), callers_(std::move(callers)), follower_(std::move(follower)) {}
  boost::asio::awaitable<net::HttpResponse> dispatch(const Route* route, CallPtr call);
  bool may_note_denied();

  exchange::Engine& engine_;
  Callers callers_;
  std::unique_ptr<audit::Follower> follower_;
  VerifyProgress verify_progress_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;  ///< of what follows
  double notes_left_ = 20;
  std::chrono::steady_clock::time_point refilled_{};
};

/// What an adapter answered, or a refusal.
Reply reply_of(const Call& call, Result<adapters::Response> answer);

}  // namespace charmille::api
