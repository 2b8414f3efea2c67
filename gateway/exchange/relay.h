// Relays: an extraction without identity is judged and leaves, written anew; nothing of it becomes
// a record.
#pragma once

#include <string>

#include "gateway/exchange/import_job.h"
#include "gateway/exchange/lanes.h"
#include "gateway/exchange/report.h"
#include "gateway/exchange/work.h"

namespace charmille::exchange {

/// Whether what that endpoint brings is relayed.
bool is_relayed(const config::Site& site, std::string_view endpoint);

/// Judges what came and adds to `work` one delivery for each relay of its endpoint; gives the name
/// of the extraction. When a rule is broken nothing is added, and `report` refuses the whole with
/// every rule that is. A fault says that it cannot be read at all.
Result<std::string> relay(const Context& context, Lanes& lanes, const ImportJob& job,
                          Report& report, Work& work);

}  // namespace charmille::exchange
