// A source that makes every call of the contract.
#pragma once

#include "adapters/testing/config.h"

namespace charmille::adapters::testing {

std::unique_ptr<Source> make_source(std::string endpoint, std::vector<std::string> payloads);

}  // namespace charmille::adapters::testing
