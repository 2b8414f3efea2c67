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

}  // namespace charmille::exchange
