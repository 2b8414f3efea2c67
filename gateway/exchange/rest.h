// A pause between two tries, which the end of the gateway cuts short.
#pragma once

#include "gateway/exchange/context.h"

namespace charmille::exchange {

/// True after the time; false as soon as the gateway stops: what was waited for is given up.
boost::asio::awaitable<bool> rest(const Context& context, base::Duration time);

}  // namespace charmille::exchange
