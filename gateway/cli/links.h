// charmille records links list | show | accept | refuse | undo.
#pragma once

#include <CLI/App.hpp>

#include "gateway/cli/session.h"

namespace charmille::cli {

void add_links(CLI::App& records, Session& session);

}  // namespace charmille::cli
