// Payloads sent by HTTP.
#pragma once

#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "adapters/adapter.h"
#include "adapters/http/config.h"

namespace charmille::adapters::http {

std::unique_ptr<Destination> make_destination(DestinationSettings settings,
                                              boost::asio::any_io_executor executor,
                                              const base::Clock& clock);

}  // namespace charmille::adapters::http
