// Commits awaited: the coroutine goes on, on its own executor, once the unit is durable or refused.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "gateway/store/store.h"

namespace charmille::exchange {

boost::asio::awaitable<Result<store::Committed>> make_durable(store::Store& store,
                                                              store::Unit unit);

/// The payloads of a unit that lie in files of their own; and what becomes of them when the unit is
/// refused. When nobody knows whether it is kept (CH-STO-011), the next start decides.
std::vector<base::Uuid> payload_files(const store::Unit& unit);
void drop_files(const store::Store& store, const std::vector<base::Uuid>& files,
                const Fault& refusal);

}  // namespace charmille::exchange
