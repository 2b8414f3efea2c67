// The settings of the `fhir-documents` adapter: documents held for a partner to look at.
#pragma once

#include <chrono>
#include <string>

#include "adapters/adapter.h"

namespace charmille::adapters::fhir {

struct HoldingSettings {
  std::string base;                  ///< as its partner calls it, without a slash at its end
  std::chrono::microseconds held{};  ///< how long a delivery may be looked at
};

Result<HoldingSettings> read_holding(const Setting& setting);

/// The registered object.
const Adapter& documents_adapter();

}  // namespace charmille::adapters::fhir
