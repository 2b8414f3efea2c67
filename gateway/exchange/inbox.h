// The inbox: what comes in is made durable, then acknowledged, then processed.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "adapters/adapter.h"
#include "gateway/exchange/context.h"
#include "gateway/exchange/waiters.h"

namespace charmille::exchange {

class Importer;
class LotKeeper;

class Inbox {
 public:
  /// New payloads are refused for a while (CH-EXC-003) when more than this wait to be processed.
  static constexpr std::size_t most_waiting = 2000;

  Inbox(Context& context, Importer& importer, LotKeeper& lots, Waiters& waiters);

  /// Makes a payload durable with its exchange, leaf and adapter state in one commit.
  adapters::Task<adapters::Accepted> accept(std::string endpoint, adapters::Arrival arrival,
                                            adapters::Deadline deadline);
  adapters::Task<std::optional<adapters::Settlement>> settled(base::Uuid exchange,
                                                              adapters::Deadline deadline);
  /// Housekeeping, from then on.
  void start();
  /// The contract's view of one endpoint.
  std::shared_ptr<adapters::Intake> intake_of(const std::string& endpoint);

 private:
  boost::asio::awaitable<Result<adapters::Accepted>> known(std::string key, std::string sha256);
  std::string key_of(const store::Exchange& exchange, const std::string& given) const;
  boost::asio::awaitable<void> forget_keys();

  Context& context_;
  Importer& importer_;
  LotKeeper& lots_;
  Waiters& waiters_;
};

/// The settlement of an exchange that is final, from the store; nothing while it is not.
Result<std::optional<adapters::Settlement>> settlement_of(const Context& context,
                                                          const store::Exchange& exchange);

}  // namespace charmille::exchange
