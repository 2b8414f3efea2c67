#include "gateway/exchange/delivery.h"

#include <algorithm>

#include "gateway/exchange/beside.h"
#include "gateway/exchange/events.h"

namespace charmille::exchange {
namespace {

store::State state_of(config::Mode mode) {
  switch (mode) {
    case config::Mode::live:
      return store::State::queued;
    case config::Mode::hold:
      return store::State::held;
    case config::Mode::shadow:
      break;
  }
  return store::State::shadowed;
}

}  // namespace

store::Exchange new_delivery(const Context& context, const Bound& bound,
                             const store::Exchange& cause) {
  store::Exchange delivery;
  delivery.created = delivery.updated = delivery.since = context.clock.now();
  delivery.id = base::uuid_v7(delivery.created, context.random);
  delivery.flow = cause.flow;
  delivery.cause = cause.id;
  delivery.organisation = cause.organisation;
  delivery.direction = store::Direction::out;
  delivery.partner = bound.partner;
  delivery.endpoint = bound.endpoint;
  delivery.route = bound.route;
  delivery.lot = cause.lot;
  delivery.state = state_of(bound.mode);
  return delivery;
}

void attach(const Context& context, store::Exchange& delivery, const Vault::Sealed& sealed,
            const adapters::Prepared& prepared) {
  Beside beside;
  beside.content_type = prepared.content_type;
  beside.ids = prepared.ids;
  delivery.payload = sealed.row.id;
  delivery.metadata = seal(context.vault, *sealed.key, sealed.row.id, beside);
}

bool is_unsent(store::State state) {
  using enum store::State;
  return state == queued || state == deferred || state == held || state == parked;
}

void supersede(const Context& context, store::Exchange delivery, Work& work) {
  work.unit.preconditions.emplace_back(store::ExchangeAt{delivery.id, delivery.version});
  delivery.state = store::State::superseded;
  delivery.updated = context.clock.now();
  work.unit.audit.push_back(events::superseded(delivery, context));
  work.unit.writes.emplace_back(store::PutExchange{std::move(delivery)});
}

bool is_superseded(const store::Unit& unit, const base::Uuid& delivery) {
  return std::ranges::any_of(unit.writes, [&](const store::Write& write) {
    const auto* put = std::get_if<store::PutExchange>(&write);
    return put != nullptr && put->exchange.id == delivery &&
           put->exchange.state == store::State::superseded;
  });
}

}  // namespace charmille::exchange
