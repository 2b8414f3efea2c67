// A FHIR R4 server under /fhir/{endpoint}: takes what is submitted to it, and shows it again to its
// sender (TDDUI consumer; FHIR R4, http.html).
#pragma once

#include <memory>

#include "adapters/adapter.h"
#include "adapters/fhir/config.h"

namespace charmille::adapters::fhir {

std::unique_ptr<Source> make_source(SourceSettings settings, const base::Clock& clock);

}  // namespace charmille::adapters::fhir
