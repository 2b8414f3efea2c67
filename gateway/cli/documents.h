// charmille records documents list | clear | withhold.
#pragma once

#include <CLI/App.hpp>

#include "gateway/cli/session.h"

namespace charmille::cli {

void add_documents(CLI::App& records, Session& session);

}  // namespace charmille::cli
