// How a command names a child: by the number of its record here, or by an identifier that is typed
// or read, never given as an argument, which every login of the machine can see.
#pragma once

#include <string>

#include "gateway/cli/session.h"

namespace charmille::cli {

/// Adds the record's number and --stdin, which exclude each other; `fields_of_child` makes the
/// question of them.
void add_child(CLI::App& command, const Session& session, std::string& record, bool& from_input);

}  // namespace charmille::cli
