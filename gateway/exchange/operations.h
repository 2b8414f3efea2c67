// What persons do to exchanges, quarantine and records. Rights are checked above, by the API; each
// act is audited here, and where content is shown, before it is shown.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "gateway/exchange/beside.h"
#include "gateway/exchange/clearing.h"
#include "gateway/exchange/context.h"
#include "gateway/exchange/events.h"
#include "gateway/exchange/linking.h"
#include "gateway/exchange/preview.h"
#include "gateway/exchange/transmission.h"
#include "gateway/record/conflicts.h"
#include "gateway/tree/document.h"

namespace charmille::exchange {

class Importer;
class Lanes;
class Scheduler;

/// The record of a child, and where its sources contradict each other.
struct ShownRecord {
  tree::Document record;
  std::vector<record::Conflict> conflicts;  ///< values lie in `record`
};

class Operations {
 public:
  template <class T>
  using Task = boost::asio::awaitable<Result<T>>;

  Operations(Context& context, Importer& importer, Outbox& outbox, Lanes& lanes,
             Scheduler& scheduler);

  /// Inbound: processed again from its payload, with the whole of its lot. Outbound: what is parked
  /// or deferred is queued again; what was delivered is sent again under the same ids, unless
  /// something newer left in its lane (CH-EXC-012). CH-EXC-020 when its state does not allow it,
  /// -021 when it is unknown, -013 when its endpoint is no longer configured.
  Task<store::Exchange> replay(base::Uuid exchange, events::Person person);
  /// Held deliveries go; a whole flow's when `exchange` is an inbound one. A lot that was held is
  /// imported.
  struct Released {
    std::uint64_t deliveries = 0;
    std::optional<store::Exchange> lot;  ///< its lead
  };
  Task<Released> release(base::Uuid exchange, events::Person person);
  /// A delivery that is not under way will not be sent; a file of an incomplete lot is not awaited
  /// any more; a lot that was held is refused, and its sender told.
  Task<store::Exchange> cancel(base::Uuid exchange, events::Person person);
  Task<store::QuarantineRow> close_quarantine(std::uint64_t number, events::Person person);
  /// The sender's own id of a quarantined record, for the list that a person works from; empty when
  /// it had none.
  Result<std::string> local_id(const store::QuarantineRow& entry);
  /// Makes the extraction of a `schedule` destination now; `period` such as "2026-06", or empty for
  /// the configured one. Gives the deliveries made.
  Task<std::vector<base::Uuid>> extract(std::string route, std::string period,
                                        events::Person person);

  /// What files would change, had the endpoint's partner given them now. Nothing is stored or sent.
  Result<Preview> preview(const std::string& endpoint, std::vector<GivenFile> files) const;

  /// Audited first (admin.content).
  Task<Opened> content(store::Exchange exchange, events::Person person);
  /// The child record as assembled now, with what sources do not say alike. Audited first.
  Task<ShownRecord> record(base::Uuid child, events::Person person);
  /// Decides about a link between two children.
  Task<LinkOutcome> decide(std::uint64_t link, LinkAct act, events::Person person);
  /// Hands the former file of a child over to a department.
  Task<HandoverOutcome> transmit(Handover handover, events::Person person);
  /// Documents that are held for a secret place, and decisions about them.
  Clearing& documents() { return clearing_; }
  /// The child of an identifier, its own or one that it cites. CH-EXC-028: it leads to several.
  Result<std::optional<base::Uuid>> find_child(const std::string& system, const std::string& value);

  /// Writes a leaf about a person's act that the caller makes itself (an audit query).
  Task<void> note(merkle::Event event, events::Person person, base::Uuid exchange = {});
  Task<void> note(events::Leaf leaf);

 private:
  Result<store::Exchange> find(const base::Uuid& id) const;
  Result<bool> is_newest_of_its_lane(const store::Exchange& exchange) const;
  template <class T>
  using Act = Task<T> (Operations::*)(base::Uuid exchange, events::Person person);
  template <class T>
  Task<T> on_what_stands(Act<T> act, base::Uuid exchange, events::Person person);
  Task<store::Exchange> replay_once(base::Uuid exchange, events::Person person);
  Task<Released> release_once(base::Uuid exchange, events::Person person);
  Task<Released> release_lot(store::Exchange file, events::Person person);
  Task<store::Exchange> refuse_lot(store::Exchange file, events::Person person);
  Result<std::vector<store::Exchange>> files_of_lot(const store::Exchange& file) const;
  Result<std::vector<store::Exchange>> files_of_held_lot(const store::Exchange& file) const;
  Task<store::Exchange> cancel_once(base::Uuid exchange, events::Person person);
  Task<store::Exchange> read_again(store::Exchange exchange, events::Person person);

  Context& context_;
  Importer& importer_;
  Lanes& lanes_;
  Scheduler& scheduler_;
  Linking linking_;
  Transmission transmission_;
  Clearing clearing_;
};

}  // namespace charmille::exchange
