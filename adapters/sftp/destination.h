// Files put on an SFTP server.
#pragma once

#include <memory>

#include "adapters/adapter.h"
#include "adapters/sftp/config.h"

namespace charmille::adapters::sftp {

std::unique_ptr<Destination> make_destination(DestinationSettings settings);

}  // namespace charmille::adapters::sftp
