// The settings of the `file` adapter: a drop folder in, a folder out.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "adapters/adapter.h"
#include "adapters/names/names.h"

namespace charmille::adapters::file {

struct SourceSettings {
  std::filesystem::path folder;
  std::filesystem::path archive;
  std::filesystem::path reject;
  std::vector<std::string> patterns;
  std::string marker;  ///< "{name}.ok", or empty: then a file is complete once it is stable
  std::chrono::microseconds stable{};
  std::chrono::microseconds rescan{};
  std::uint64_t largest = 0;
};

struct DestinationSettings {
  std::filesystem::path folder;
  names::NameTemplate name;
  std::string marker;
  unsigned mode = 0640;
};

SourceSettings read_source(const Setting& setting);
Result<DestinationSettings> read_destination(const Setting& setting);

/// The registered object.
const Adapter& adapter();

}  // namespace charmille::adapters::file
