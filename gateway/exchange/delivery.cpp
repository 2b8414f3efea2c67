#include "gateway/exchange/delivery.h"

#include "gateway/exchange/beside.h"

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

}  // namespace charmille::exchange
