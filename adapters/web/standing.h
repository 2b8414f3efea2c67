// For sources to which everything comes by requests.
#pragma once

#include "adapters/adapter.h"

namespace charmille::adapters::web {

/// There is nothing to do but to be there, until cancelled.
Task<void> stand_by();

}  // namespace charmille::adapters::web
