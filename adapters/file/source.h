// The drop folder as a source.
#pragma once

#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "adapters/adapter.h"
#include "adapters/file/config.h"

namespace charmille::adapters::file {

std::unique_ptr<Source> make_source(SourceSettings settings, boost::asio::any_io_executor executor);

}  // namespace charmille::adapters::file
