// What becomes of a payload that leaves: its row in the store, whatever made it.
#pragma once

#include <string>

#include "gateway/exchange/work.h"

namespace charmille::exchange {

/// Where a delivery goes, and under whose name.
struct Bound {
  std::string partner;
  std::string endpoint;
  std::string route;  ///< or relay
  config::Mode mode = config::Mode::hold;
};

/// A row without lane and payload, of the flow and the lot of its cause; its state is the mode's.
store::Exchange new_delivery(const Context& context, const Bound& bound,
                             const store::Exchange& cause);

/// Ties what is sealed to the delivery, with what lies beside it.
void attach(const Context& context, store::Exchange& delivery, const Vault::Sealed& sealed,
            const adapters::Prepared& prepared);

/// Deliveries that something newer may replace: not under way, not final.
bool is_unsent(store::State state);

/// Something newer takes the place of a delivery that was not sent; it must still be so when this
/// is committed.
void supersede(const Context& context, store::Exchange delivery, Work& work);
bool is_superseded(const store::Unit& unit, const base::Uuid& delivery);

}  // namespace charmille::exchange
