// Names of the small enumerations of a leaf, in their order; for the two files that write and read
// it.
#pragma once

#include <string_view>

namespace charmille::merkle {

inline constexpr std::string_view act_names[] = {"C", "R", "U", "D", "E"};
inline constexpr std::string_view clock_names[] = {"synced", "unsynced", "stepped"};
inline constexpr std::string_view direction_names[] = {"in", "out"};
inline constexpr std::string_view failure_names[] = {"transient", "permanent", "security"};

}  // namespace charmille::merkle
