// The log of the process: one line an event, key=value, on standard error. Nothing about a child is
// ever written here.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace charmille::base {

enum class Level : unsigned char { debug, info, warning, error };

/// Starts the log; lines below `level` are dropped.
void start_log(Level level);

/// Whether lines of that level are written, for callers whose fields cost something to make.
bool logs(Level level);

/// One line: `event key=value ...`; values are escaped and cut.
void log(Level level, std::string_view event,
         std::initializer_list<std::pair<std::string_view, std::string>> fields = {});

}  // namespace charmille::base
