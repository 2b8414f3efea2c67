// The settings of the `directory` adapter: a client of the Annuaire Santé.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "adapters/adapter.h"
#include "adapters/web/connection.h"

namespace charmille::adapters::directory {

struct DestinationSettings {
  std::string base;    ///< without a slash at its end
  std::string origin;  ///< of `base`: nothing is asked elsewhere
  std::shared_ptr<const config::Secret> api_key;
  web::Connection connection;
  base::Duration fresh{};
  base::Duration whole{};
  base::Duration keep{};
  std::size_t page = 0;
  std::size_t most = 0;  ///< resources of one search
  std::filesystem::path cache;
};

Result<DestinationSettings> read_destination(const Setting& setting);

/// For the registry.
const Adapter& adapter();

}  // namespace charmille::adapters::directory
