// Asks the Annuaire Santé by FHIR searches, keeps what it answered, answers from that while it is
// fresh or the directory is away.
#pragma once

#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "adapters/adapter.h"
#include "adapters/directory/config.h"

namespace charmille::adapters::directory {

/// Opens the cache. Faults: CH-STO-nnn.
Result<std::unique_ptr<Destination>> make_destination(DestinationSettings settings,
                                                      boost::asio::any_io_executor executor,
                                                      const base::Clock& clock);

}  // namespace charmille::adapters::directory
