// Payloads pushed by HTTP.
#pragma once

#include <memory>

#include "adapters/adapter.h"
#include "adapters/http/config.h"

namespace charmille::adapters::http {

std::unique_ptr<Source> make_source(SourceSettings settings, const base::Clock& clock);

}  // namespace charmille::adapters::http
