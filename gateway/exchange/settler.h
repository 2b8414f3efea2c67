// The end of an import: its exchanges become final, who waits is told, and the source moves its
// files and writes its report.
#pragma once

#include <map>
#include <string>

#include "adapters/adapter.h"
#include "gateway/exchange/alarms.h"
#include "gateway/exchange/context.h"
#include "gateway/exchange/import_job.h"
#include "gateway/exchange/report.h"
#include "gateway/exchange/waiters.h"
#include "gateway/exchange/work.h"

namespace charmille::exchange {

class Settler {
 public:
  Settler(Context& context, Waiters& waiters, Alarms& alarms)
      : context_(context), waiters_(waiters), alarms_(alarms) {}

  void add_source(const std::string& endpoint, adapters::Source* source) {
    sources_[endpoint] = source;
  }

  /// Adds the end of every part to `work`: done, or rejected as the report says.
  void add_end(ImportJob& job, const Report& report, const std::string& mapping, Work& work);
  /// Once that is durable: tells who waits, and the source.
  void tell(const ImportJob& job, const Report& report);
  /// Tells the source about an exchange that was final before a stop or a crash.
  void tell_again(store::Exchange exchange);

 private:
  boost::asio::awaitable<void> tell_source(store::Exchange exchange,
                                           adapters::Settlement settlement);

  Context& context_;
  Waiters& waiters_;
  Alarms& alarms_;
  std::map<std::string, adapters::Source*> sources_;
};

/// The language that the partner of an exchange reads.
base::Language language_of(const Context& context, const store::Exchange& exchange);

}  // namespace charmille::exchange
