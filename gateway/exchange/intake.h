// The contract's view of the engine for one endpoint.
#pragma once

#include <memory>
#include <string>

#include "adapters/adapter.h"
#include "gateway/exchange/context.h"

namespace charmille::exchange {

class Inbox;

/// `inbox` and `context` must live longer.
std::shared_ptr<adapters::Intake> make_intake(Context& context, Inbox& inbox, std::string endpoint);

/// How the store knows a name of an endpoint: names of two endpoints never meet.
store::Bytes name_of(const Context& context, const std::string& endpoint, std::string_view name);

/// By what a delivery that is held for its partner is found. In the commit that makes it.
void add_names(const Context& context, const store::Exchange& delivery,
               const adapters::Prepared& prepared, store::Unit& unit);

/// Whether a delivery of that lane was ever held for its partner to see.
Result<bool> was_held(const Context& context, const std::string& endpoint, const std::string& lane);

/// That a name still leads to what was found. CH-EXC-047: it does not.
Result<store::NamesAt> as_found(const Context& context, const std::string& endpoint,
                                const adapters::Found& found);

}  // namespace charmille::exchange
