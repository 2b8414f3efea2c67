// A destination that answers by script.
#pragma once

#include "adapters/testing/config.h"

namespace charmille::adapters::testing {

std::unique_ptr<Destination> make_destination(std::string endpoint, std::vector<Answer> script);

}  // namespace charmille::adapters::testing
