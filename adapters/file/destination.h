// A folder as a destination.
#pragma once

#include <memory>

#include "adapters/adapter.h"
#include "adapters/file/config.h"

namespace charmille::adapters::file {

std::unique_ptr<Destination> make_destination(DestinationSettings settings);

}  // namespace charmille::adapters::file
