// What every part of the engine works with. One per running gateway; the parts hold a reference to
// it.
#pragma once

#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "gateway/base/time.h"
#include "gateway/base/uuid.h"
#include "gateway/exchange/site.h"
#include "gateway/exchange/tasks.h"
#include "gateway/exchange/vault.h"
#include "gateway/net/client.h"
#include "gateway/store/store.h"

namespace charmille::exchange {

struct Context {
  std::shared_ptr<const Site> site;
  store::Store& store;
  Vault& vault;
  const base::Clock& clock;
  base::Random& random;
  boost::asio::any_io_executor io;       ///< one thread: sockets, files, timers
  boost::asio::any_io_executor workers;  ///< a pool: decoding, mapping, sealing, reads of the store
  TaskGroup& tasks;   ///< what runs until it is cancelled: sources, the pump, schedules
  TaskGroup& work;    ///< what ends by itself: imports, deliveries; waited for at a stop
  net::Client& http;  ///< of the gateway itself: alarms
};

}  // namespace charmille::exchange
