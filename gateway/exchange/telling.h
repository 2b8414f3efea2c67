// What a person's decision about a child makes leave: its record as it stands after the decision,
// at every destination that is told of its sources.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "gateway/exchange/outbox.h"

namespace charmille::exchange {

/// A child after a person's decision, not committed yet.
struct Decided {
  const LinkedChild* child = nullptr;
  const tree::Document* record = nullptr;
  const LinkedChild* parted = nullptr;  ///< as in ChangedChild
  bool narrows = false;                 ///< what waits may tell too much
};

/// Whose words the child's record is made of.
Result<std::set<std::string>> sources_of(const Context& context, const LinkedChild& child);

/// Adds to `work` what leaves at the destinations of these ties that `concerned` names.
Result<void> tell_decided(Context& context, Outbox& outbox, const Decided& decided, Ties ties,
                          const store::Exchange& cause,
                          const std::function<bool(const DestinationPlan&)>& concerned, Work& work);

/// What a decision made of deliveries.
struct Told {
  std::vector<base::Uuid> made;
  std::vector<base::Uuid> parked;  ///< that could not be made: they wait for a person
};

/// The deliveries of a unit in that flow.
Told told_in(const store::Unit& unit, const base::Uuid& flow);

}  // namespace charmille::exchange
