// Resources sent to a FHIR R4 server (http.html §3.1.0): transactions and creations.
#pragma once

#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "adapters/adapter.h"
#include "adapters/fhir/config.h"

namespace charmille::adapters::fhir {

std::unique_ptr<Destination> make_destination(DestinationSettings settings,
                                              boost::asio::any_io_executor executor,
                                              const base::Clock& clock);

}  // namespace charmille::adapters::fhir
