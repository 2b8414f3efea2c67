// The line of a file that a fault is about, its mistake underlined.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace charmille::cli {

/// Two lines: the line of `text` (from 1; long ones cut around the column) and marks below the word
/// at `column` (in characters, from 1). Empty when there is no such place.
std::string excerpt(std::string_view text, std::uint32_t line, std::uint32_t column);

}  // namespace charmille::cli
