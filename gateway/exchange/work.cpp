#include "gateway/exchange/work.h"

#include "gateway/exchange/durable.h"
#include "gateway/exchange/events.h"

namespace charmille::exchange {

void add_release(const Context& context, store::Exchange& delivery, Work& work) {
  work.wake = true;
  work.unit.preconditions.emplace_back(store::ExchangeAt{delivery.id, delivery.version});
  delivery.state = store::State::queued;
  delivery.updated = delivery.since = context.clock.now();
  work.unit.audit.push_back(events::resumed(delivery, context));
  work.unit.writes.emplace_back(store::PutExchange{delivery});
}

void abandon(const Context& context, Lanes& lanes, const Work& work) {
  drop_files(context.store, payload_files(work.unit), Fault{});
  for (const Departure& departure : work.departures)
    lanes.give_back(departure.exchange.endpoint, departure.exchange.lane);
}

boost::asio::awaitable<Result<store::Committed>> carry_out(Context& context, Lanes& lanes,
                                                           Work work) {
  const std::vector<store::Draft> leaves = work.unit.audit;
  const std::vector<base::Uuid> files = payload_files(work.unit);
  auto committed = co_await make_durable(context.store, std::move(work.unit));
  if (!committed) {
    drop_files(context.store, files, committed.error());
    for (const Departure& departure : work.departures)
      lanes.give_back(departure.exchange.endpoint, departure.exchange.lane);
    co_return committed;
  }
  events::announce(leaves);
  for (Departure& departure : work.departures) {
    departure.exchange.version = 1;
    lanes.go(std::move(departure));
  }
  if (work.wake) lanes.wake();
  co_return committed;
}

}  // namespace charmille::exchange
