// The settings of the `http` adapter: pushed to, and pushing.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "adapters/adapter.h"
#include "gateway/config/secret.h"
#include "gateway/net/tls.h"

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
  Pairs headers;
  std::shared_ptr<const config::Secret> token;
  net::ClientTls tls;
  std::chrono::milliseconds timeout{};
  std::chrono::milliseconds connect_timeout{};
  bool conflict_is_duplicate = false;
  std::string probe_url;
  std::uint64_t largest_answer = 0;
  std::size_t connections = 0;
};

SourceSettings read_source(const Setting& setting);
/// Reads the token as well; a fault when it cannot be read.
Result<DestinationSettings> read_destination(const Setting& setting);

/// The registered object.
const Adapter& adapter();

}  // namespace charmille::adapters::http
