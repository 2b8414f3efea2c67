// The settings of the `http` adapter: pushed to, and pushing.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "adapters/adapter.h"
#include "adapters/web/connection.h"

namespace charmille::adapters::http {

struct SourceSettings {
  std::vector<std::string> content_types;
  std::uint64_t largest = 0;
  std::chrono::seconds longest_wait{};
};

struct DestinationSettings {
  std::string url;
  std::string method;
  std::string content_type;  ///< empty: that of the payload
  bool conflict_is_duplicate = false;
  std::string probe_url;
  web::Connection connection;
};

SourceSettings read_source(const Setting& setting);
/// Reads the token as well; a fault when it cannot be read.
Result<DestinationSettings> read_destination(const Setting& setting);

/// The registered object.
const Adapter& adapter();

}  // namespace charmille::adapters::http
