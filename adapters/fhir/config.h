// The settings of the `fhir` adapter: a FHIR R4 server, and a client of one.
#pragma once

#include <memory>
#include <string>

#include "adapters/adapter.h"
#include "adapters/fhir/form.h"
#include "adapters/web/connection.h"
#include "gateway/fhir/validator.h"

namespace charmille::adapters::fhir {

struct DestinationSettings {
  std::string base;  ///< without a slash at its end
  web::Connection connection;
  std::shared_ptr<const charmille::fhir::Validator> validator;  ///< nothing: not judged here
  std::vector<std::string> profiles;
  Form content = Form::json;
  bool single = false;  ///< a transaction of one entry goes without it
};

Result<DestinationSettings> read_destination(const Setting& setting);

struct SourceSettings {
  std::shared_ptr<const charmille::fhir::Definitions> definitions;
  std::shared_ptr<const charmille::fhir::Validator> validator;
  std::vector<std::string> profiles;
  std::vector<std::string> types;  ///< of resources that may be created alone
  std::uint64_t largest = 0;
  std::chrono::milliseconds longest_wait{};  ///< for the gateway's judgement
};

Result<SourceSettings> read_source(const Setting& setting);

/// The registered object.
const Adapter& adapter();

}  // namespace charmille::adapters::fhir
