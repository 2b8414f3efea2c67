// Commits awaited: the coroutine goes on, on its own executor, once the unit is durable or refused.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "gateway/store/store.h"

namespace charmille::exchange {

boost::asio::awaitable<Result<store::Committed>> make_durable(store::Store& store,
                                                              store::Unit unit);

/// A unit was refused because what it was computed from is no longer so (CH-STO-010): it is
/// computed again, at most so often in a row.
bool changed_meanwhile(const Fault& refusal);
inline constexpr int most_computations = 8;

/// The payloads of a unit that lie in files of their own; and what becomes of them when the unit is
/// refused. When nobody knows whether it is kept (CH-STO-011), the next start decides.
std::vector<base::Uuid> payload_files(const store::Unit& unit);
void drop_files(const store::Store& store, const std::vector<base::Uuid>& files,
                const Fault& refusal);

}  // namespace charmille::exchange
