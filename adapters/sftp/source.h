// The folder of an SFTP server as a source.
#pragma once

#include <memory>

#include "adapters/adapter.h"
#include "adapters/sftp/config.h"

namespace charmille::adapters::sftp {

std::unique_ptr<Source> make_source(SourceSettings settings);

}  // namespace charmille::adapters::sftp
