// Where the official suites and sample exports lie; tests that need them say "skipped" without.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>

namespace charmille {

/// `name` in the folder of CHARMILLE_CONFORMANCE_DATA, else in the one beside the checkout.
inline std::optional<std::filesystem::path> conformance_data(std::string_view name) {
  const char* const given = std::getenv("CHARMILLE_CONFORMANCE_DATA");
  const char* const source = std::getenv("CHARMILLE_SOURCE");
  const std::filesystem::path data =
      given != nullptr ? std::filesystem::path(given)
                       : std::filesystem::path(source != nullptr ? source : ".") / "../shared/data";
  return std::filesystem::exists(data / name) ? std::optional(data / name) : std::nullopt;
}

}  // namespace charmille
