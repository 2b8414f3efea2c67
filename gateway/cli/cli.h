// The command line: one file a subcommand, one object that all of them work with.
#pragma once

#include <string>
#include <vector>

#include "gateway/cli/console.h"

namespace charmille::cli {

/// Runs one command line (without the program's name); gives the exit code of `Exit`.
int run(std::vector<std::string> arguments, Console& console);

}  // namespace charmille::cli
