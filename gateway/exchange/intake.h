// The contract's view of the engine for one source endpoint.
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

/// That a name still leads to what was found. CH-EXC-047: it does not.
Result<store::NamesAt> as_found(const Context& context, const std::string& endpoint,
                                const adapters::Found& found);

}  // namespace charmille::exchange
