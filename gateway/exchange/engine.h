// The engine: everything that runs in one gateway, put together, started and stopped in order.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "adapters/adapter.h"
#include "gateway/exchange/context.h"
#include "gateway/exchange/operations.h"

namespace charmille::exchange {

struct EngineOptions {
  std::shared_ptr<const Site> site;
  const base::Clock* clock = nullptr;
  base::Random* random = nullptr;
  unsigned worker_threads = 2;
};

class Engine {
 public:
  /// Opens the store (takes its lock), the keyring and the adapters. Nothing runs yet: with a
  /// daemon stopped, commands work on an engine that is open and not started.
  static Result<std::unique_ptr<Engine>> open(const EngineOptions& options);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Runs the sources, resumes what a stop or a crash left, sends what is queued, keeps the
  /// schedules.
  Result<void> start();
  /// Accepts no more, lets what is under way end until the deadline, persists, cancels. Blocks; not
  /// on the I/O thread.
  void stop(std::chrono::milliseconds at_most);
  bool accepting() const;

  Context& context();
  Operations& operations();
  /// A request pushed to a source endpoint (the caller is authenticated: Request::partner).
  adapters::Task<adapters::Response> push(std::string endpoint, adapters::Request request);
  /// A payload that a person gives to a source endpoint, whatever its adapter.
  adapters::Task<adapters::Accepted> give(std::string endpoint, adapters::Arrival arrival,
                                          adapters::Deadline deadline);
  /// What became of it, once it is settled; nothing when the deadline comes first.
  adapters::Task<std::optional<adapters::Settlement>> settled(base::Uuid exchange,
                                                              adapters::Deadline deadline);
  /// A question that a person puts to the partner of an endpoint. The answer, or why there is none,
  /// is audited before it is given; what never leaves (an endpoint or an operation that does not
  /// exist) is not. CH-EXC-003, -006, -050, -051, CH-STO-nnn, and the adapter's own.
  adapters::Task<adapters::Response> query(std::string endpoint, adapters::Query query,
                                           events::Person person, adapters::Deadline deadline);

 private:
  struct Parts;
  explicit Engine(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace charmille::exchange
