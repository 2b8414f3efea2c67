// What one step of processing adds up to before it is committed: the unit, and what follows once it
// is durable.
#pragma once

#include <iterator>
#include <vector>

#include "gateway/exchange/context.h"
#include "gateway/exchange/lanes.h"

namespace charmille::exchange {

struct Work {
  store::Unit unit;
  std::vector<Departure> departures;  ///< deliveries whose lane is reserved: they leave at once
  bool wake = false;                  ///< deliveries were queued: the pump looks

  /// A point to go back to, when what was added after it is not to be done.
  struct Mark {
    explicit Mark(const Work& work)
        : preconditions(work.unit.preconditions.size()),
          writes(work.unit.writes.size()),
          audit(work.unit.audit.size()),
          departures(work.departures.size()) {}
    void restore(Work& work) const {
      work.unit.preconditions.resize(preconditions, store::ExchangeAt{});
      work.unit.writes.resize(writes, store::PutSetting{});
      work.unit.audit.resize(audit);
      work.departures.resize(departures);
    }
    /// What was added after it that holds something: payloads written, lanes reserved.
    Work cut(Work& work) const {
      Work after;
      std::move(work.unit.writes.begin() + static_cast<std::ptrdiff_t>(writes),
                work.unit.writes.end(), std::back_inserter(after.unit.writes));
      std::move(work.departures.begin() + static_cast<std::ptrdiff_t>(departures),
                work.departures.end(), std::back_inserter(after.departures));
      restore(work);
      return after;
    }
    std::size_t preconditions;
    std::size_t writes;
    std::size_t audit;
    std::size_t departures;
  };
};

/// What was reserved and written for a unit that will not be committed is given back.
void abandon(const Context& context, Lanes& lanes, const Work& work);

/// Work that is abandoned unless it was moved on, to `carry_out`, before this ends.
class Undertaking {
 public:
  Undertaking(Context& context, Lanes& lanes) : context_(context), lanes_(lanes) {}
  ~Undertaking() { abandon(context_, lanes_, work); }
  Undertaking(const Undertaking&) = delete;
  Undertaking& operator=(const Undertaking&) = delete;

  Work work;

 private:
  Context& context_;
  Lanes& lanes_;
};

/// Adds what lets a held delivery go.
void add_release(const Context& context, store::Exchange& delivery, Work& work);

/// Commits the unit; then announces its events and lets its deliveries go, or gives their lanes
/// back when it was refused.
boost::asio::awaitable<Result<store::Committed>> carry_out(Context& context, Lanes& lanes,
                                                           Work work);

}  // namespace charmille::exchange
