// charmille records check: what somebody should look at, as text, CSV or HTML.
#pragma once

#include <CLI/App.hpp>

#include "gateway/cli/session.h"

namespace charmille::cli {

void add_records_check(CLI::App& records, Session& session);

}  // namespace charmille::cli
