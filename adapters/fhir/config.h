// The settings of the `fhir` adapter: a client of a FHIR R4 server.
#pragma once

#include <memory>
#include <string>

#include "adapters/adapter.h"
#include "adapters/web/connection.h"
#include "gateway/fhir/validator.h"

namespace charmille::adapters::fhir {

struct DestinationSettings {
  std::string base;  ///< without a slash at its end
  web::Connection connection;
  std::shared_ptr<const charmille::fhir::Validator> validator;  ///< nothing: not judged here
  std::vector<std::string> profiles;
};

Result<DestinationSettings> read_destination(const Setting& setting);

/// The registered object.
const Adapter& adapter();

}  // namespace charmille::adapters::fhir
