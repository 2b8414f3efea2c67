// The settings of the `sftp` adapter: files taken from a server, files put there.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "adapters/adapter.h"
#include "adapters/names/names.h"
#include "gateway/net/sftp.h"

namespace charmille::adapters::sftp {

struct SourceSettings {
  std::string endpoint;
  net::SftpPeer peer;
  std::string folder;
  std::string archive;  ///< empty: an accepted file is deleted
  std::string reject;
  std::vector<std::string> patterns;
  std::string marker;  ///< "{name}.ok", or empty: then a file is complete once it is stable
  std::chrono::microseconds interval{};
  std::chrono::microseconds stable{};
  std::uint64_t largest = 0;
  std::size_t most_files = 0;  ///< a turn
  std::filesystem::path spool;
};

struct DestinationSettings {
  net::SftpPeer peer;
  std::string folder;
  names::NameTemplate name;
  std::string marker;
};

/// Both read the secrets as well; a fault when one cannot be read.
Result<SourceSettings> read_source(const Setting& setting);
Result<DestinationSettings> read_destination(const Setting& setting);

/// The registered object.
const Adapter& adapter();

}  // namespace charmille::adapters::sftp
