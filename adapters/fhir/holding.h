// Documents held for a partner to look at: found by their patient, given by their ids (IHE
// MHD 4.2.0, ITI-67 and ITI-68; PDSm 3.1.1, flows 05b to 08). Nothing is sent: a delivery is there
// to be seen until something newer follows it, or its time is over.
#pragma once

#include <memory>

#include "adapters/adapter.h"
#include "adapters/fhir/holding_config.h"

namespace charmille::adapters::fhir {

std::unique_ptr<Destination> make_holding(HoldingSettings settings, const base::Clock& clock);

}  // namespace charmille::adapters::fhir
