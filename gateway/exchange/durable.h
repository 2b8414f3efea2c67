// Commits awaited: the coroutine goes on, on its own executor, once the unit is durable or refused.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "gateway/store/store.h"

namespace charmille::exchange {

boost::asio::awaitable<Result<store::Committed>> make_durable(store::Store& store,
                                                              store::Unit unit);

}  // namespace charmille::exchange
