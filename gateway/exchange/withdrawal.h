// Collections that wait to leave, and may tell what is no longer told of one of their children: a
// place that became secret, a document that a person withheld.
#pragma once

#include "gateway/exchange/kin.h"
#include "gateway/exchange/work.h"

namespace charmille::exchange {

/// Whether what waits for `plan` tells of many, and places may be secret from who gets it. Where
/// every place may be known, what waits was true when it was made, and stays.
bool may_tell_too_much(const DestinationPlan& plan);

/// Takes back what waits for `plan` (trigger `lot` or `schedule`) and holds the child. A lot's
/// children are told with the next collection, an extraction is made again by its schedule. What is
/// under way is taken back if it fails.
Result<void> withdraw_collections(const Context& context, const DestinationPlan& plan,
                                  const LinkedChild& child, Work& work);

/// The setting whose every change says that an extraction under way may tell too much.
std::string secrecy_of(const DestinationPlan& plan);
/// The setting that names the periods of extractions to be made again, a blank between them.
std::string withdrawn_periods(const DestinationPlan& plan);

/// Asks that a delivery which is under way be superseded if it fails. `periods`: of an extraction,
/// the setting above; else empty.
void withdraw_under_way(const store::Exchange& delivery, std::string periods, Work& work);
/// The setting that says so.
std::string withdrawn_under_way(const base::Uuid& delivery);
/// Adds to the unit that the extraction of that period is to be made again.
Result<void> ask_again(const Context& context, const std::string& periods,
                       const std::string& period, store::Unit& unit);

}  // namespace charmille::exchange
