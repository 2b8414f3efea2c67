// Extractions: what a destination of trigger `schedule` gets about every child at a time of day,
// and the first delivery of a destination that is new to a store which already holds children.
#pragma once

#include <string>
#include <vector>

#include "gateway/exchange/context.h"
#include "gateway/exchange/outbox.h"

namespace charmille::exchange {

class Scheduler {
 public:
  Scheduler(Context& context, Outbox& outbox, Lanes& lanes)
      : context_(context), outbox_(outbox), lanes_(lanes) {}

  void start();
  /// Now. `period`: "2026-06", or empty for the one that the configuration means today. Gives the
  /// deliveries made.
  boost::asio::awaitable<Result<std::vector<base::Uuid>>> extract(std::string route,
                                                                  std::string period);

 private:
  boost::asio::awaitable<void> loop(const DestinationPlan* plan);
  /// What is committed with an extraction, so that it is made once; and what must stand for it.
  struct Marker {
    store::PutSetting put;
    std::optional<store::SettingIs> before;
  };
  boost::asio::awaitable<Result<std::optional<base::Uuid>>> extract_one(
      const DestinationPlan& plan, std::string period, std::optional<Marker> marker);
  boost::asio::awaitable<Result<void>> extract_withdrawn(const DestinationPlan& plan);
  boost::asio::awaitable<Result<void>> deliver_one(const DestinationPlan& plan, base::Uuid id);
  boost::asio::awaitable<void> begin(const DestinationPlan* plan);
  boost::asio::awaitable<Result<void>> show_again(const DestinationPlan& plan);
  boost::asio::awaitable<Result<void>> deliver_everything(const DestinationPlan& plan);
  boost::asio::awaitable<Result<void>> note_as_known(const DestinationPlan& plan);

  Context& context_;
  Outbox& outbox_;
  Lanes& lanes_;
};

}  // namespace charmille::exchange
