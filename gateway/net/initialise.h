// The libraries of this folder are initialised once, by main, before any thread is started.
#pragma once

#include "gateway/base/result.h"

namespace charmille::net {

/// curl_global_init; broken connections must not kill the process: SIGPIPE is ignored.
Result<void> initialise();

}  // namespace charmille::net
