// Collections that wait to leave, and may tell what is no longer told of one of their children: a
// place that became secret, a document that a person withheld.
#pragma once

#include "gateway/exchange/kin.h"
#include "gateway/exchange/work.h"

namespace charmille::exchange {

/// Takes back what waits for `plan` (trigger `lot` or `schedule`) and holds the child. A lot's
/// children are told with the next collection, an extraction is made again by its schedule. Where
/// every place may be known, what waits was true when it was made, and stays.
Result<void> withdraw_collections(const Context& context, const DestinationPlan& plan,
                                  const LinkedChild& child, Work& work);

/// The setting that names the periods of extractions to be made again, a blank between them.
std::string withdrawn_periods(const DestinationPlan& plan);

}  // namespace charmille::exchange
