#include "gateway/exchange/outbox.h"

#include <algorithm>
#include <map>

#include "gateway/base/bytes.h"
#include "gateway/exchange/beside.h"
#include "gateway/exchange/delivery.h"
#include "gateway/exchange/durable.h"
#include "gateway/exchange/events.h"
#include "gateway/exchange/intake.h"
#include "gateway/exchange/withdrawal.h"
#include "gateway/policy/matrix.h"
#include "gateway/policy/projection.h"

namespace charmille::exchange {
namespace {

events::Subjects subjects_of(const policy::Projection& projection,
                             std::vector<base::Uuid> children) {
  events::Subjects subjects;
  subjects.children = std::move(children);
  subjects.sent = projection.sections;
  subjects.withheld = projection.withheld;
  for (const policy::Applied& line : projection.lines) {
    const auto add = [](std::string& list, const std::string& item) {
      if (item.empty() || list.find(item) != list.npos) return;
      if (!list.empty()) list += "; ";
      list += item;
    };
    add(subjects.policy, line.line);
    add(subjects.basis, line.ground);
    add(subjects.purpose, line.purpose);
  }
  return subjects;
}

/// Where the deliveries of one child to one destination keep their order.
std::string lane_of(const DestinationPlan& plan, const std::string& tag) {
  return plan.key + '|' + base::to_hex(base::as_bytes(tag));
}

/// What is under way may tell what is kept from the destination by now: a place, a document that
/// somebody labelled.
bool may_be_stale(const DestinationPlan& plan, const tree::Document& record) {
  return !policy::may_know_place(plan.addressee.kind) ||
         policy::restricts_a_document(record.root());
}

/// What a mapping gave for one child, as bytes: one record, or several when it gave a list.
Result<void> encode(const std::vector<tree::Document>& results, codec::Encoder& encoder,
                    std::string& bytes) {
  for (const tree::Document& result : results) {
    if (!result.root().is(tree::Kind::array)) {
      if (auto added = encoder.add(result, result.root(), bytes); !added) return added;
      continue;
    }
    for (const tree::Node& record : result.root().items())
      if (auto added = encoder.add(result, record, bytes); !added) return added;
  }
  return {};
}

/// What one delivery about one child holds; nothing when there is nothing to tell.
Result<std::string> encoded(const DestinationPlan& plan,
                            const std::vector<tree::Document>& results) {
  std::string bytes;
  if (results.empty()) return bytes;
  const auto encoder = codec::make_encoder(plan.output);
  if (auto added = encode(results, *encoder, bytes); !added) return fail(added.error());
  if (auto finished = encoder->finish(bytes); !finished) return fail(finished.error());
  return bytes;
}

}  // namespace

bool is_flood(const DestinationPlan& plan, std::uint64_t changes, std::uint64_t known) {
  if (!plan.config->max_change) return false;
  const auto limit = static_cast<std::uint64_t>(plan.config->max_change->value);
  // A first delivery has nothing to be measured against.
  if (plan.config->max_change->percent) return known > 0 && changes * 100 > known * limit;
  return changes > limit;
}

/// A delivery's row and payload; it leaves at once when its lane was reserved.
void Outbox::add_row(store::Exchange& delivery, Vault::Sealed sealed,
                     const adapters::Prepared& prepared, const DestinationPlan& plan, bool at_once,
                     Work& work) {
  attach(context_, delivery, sealed, prepared);
  add_names(context_, delivery, prepared, work.unit);
  if (at_once) {
    work.departures.push_back({delivery, prepared});
  } else if (delivery.state == store::State::queued) {
    work.wake = true;
  }
  work.unit.audit.push_back(events::queued(delivery, sealed.row, plan.config->mapping, context_));
  work.unit.writes.emplace_back(store::PutPayload{std::move(sealed.row)});
  work.unit.writes.emplace_back(store::PutExchange{delivery});
}

store::Exchange Outbox::new_delivery(const DestinationPlan& plan,
                                     const store::Exchange& cause) const {
  const Bound bound{plan.partner->name, plan.endpoint->name, plan.route->name, plan.config->mode};
  return exchange::new_delivery(context_, bound, cause);
}

namespace {

/// About this child and this destination, not about the store: others go on.
bool is_about_the_delivery(const Fault& fault) {
  return (fault.action == base::Action::reject || fault.action == base::Action::hold) &&
         !changed_meanwhile(fault);
}

}  // namespace

/// A delivery that cannot be made waits for a person; the source's payload and the other
/// destinations have no part in it.
void Outbox::add_failure(const DestinationPlan& plan, const store::Exchange& cause,
                         std::string lane, const Fault& fault, Work& work) {
  store::Exchange failed = new_delivery(plan, cause);
  failed.state = store::State::parked;
  failed.lane = std::move(lane);
  record_fault(failed, fault);
  work.unit.audit.push_back(events::parked(failed, context_));
  work.unit.writes.emplace_back(store::PutExchange{std::move(failed)});
}

Result<bool> Outbox::has_shown(const DestinationPlan& plan, const LinkedChild& child) const {
  for (const store::ChildRow& row : child.rows) {
    auto held = was_held(context_, plan.endpoint->name, lane_of(plan, row.tag));
    if (!held || *held) return held;
  }
  return false;
}

Result<bool> Outbox::add_change(const DestinationPlan& plan, const store::Exchange& cause,
                                const ChangedChild& child, bool held, Work& work) {
  const Work::Mark mark(work);
  auto made = try_change(plan, cause, child, held, work);
  if (made || !is_about_the_delivery(made.error())) return made;
  mark.restore(work);
  const std::string& tag = child.child->head().tag;
  const bool stale = may_be_stale(plan, *child.record);
  if (auto replaced = supersede(lane_of(plan, tag), stale, work); !replaced)
    return fail(replaced.error());
  add_failure(plan, cause, lane_of(plan, tag), made.error(), work);
  return false;
}

Result<bool> Outbox::try_change(const DestinationPlan& plan, const store::Exchange& cause,
                                const ChangedChild& child, bool held, Work& work) {
  auto known = child.created ? store::ProjectionRow{plan.key, child.child->head().id, {}, {}, {}}
                             : standing(plan, *child.child);
  if (!known) return fail(known.error());
  store::ProjectionRow& row = *known;
  if (child.parted != nullptr) {
    const auto told = standing(plan, *child.parted);
    if (!told) return fail(told.error());
    if (!told->confirmed.empty() || !told->queued.empty()) row.confirmed = store::unknown_digest;
  }
  auto rendering = render(plan, child, row.confirmed.empty() ? "new" : "changed", {}, &work.unit);
  if (!rendering) return fail(rendering.error());
  const bool nothing = rendering->results.empty();
  if (!nothing && rendering->digest == row.queued) return false;
  const std::string lane = lane_of(plan, child.child->head().tag);
  Queue queue;
  if (!child.created) {
    const bool stale = may_be_stale(plan, *child.record);
    auto found = supersede(lane, stale, work);
    if (!found) return fail(found.error());
    queue = *found;
    if (auto done = supersede_others(plan, *child.child, stale, work); !done)
      return fail(done.error());
  }
  // Nobody knows what the destination has: nothing is the same as that.
  if (queue.may_have_arrived && !row.confirmed.empty()) row.confirmed = store::unknown_digest;
  const bool takes_back =
      nothing && plan.endpoint->adapter->shows_latest && (!row.confirmed.empty() || queue.occupied);
  if (takes_back) rendering->digest = context_.vault.digest("projection|" + plan.key, {});
  if ((nothing && !takes_back) || (rendering->digest == row.confirmed && !queue.occupied)) {
    if (!queue.replaced) return false;
    row.queued.clear();
    row.delivery = {};
    work.unit.writes.emplace_back(store::PutProjection{row});
    return false;
  }
  auto bytes = encoded(plan, rendering->results);
  if (!bytes) return fail(std::move(bytes.error()));

  store::Exchange delivery = new_delivery(plan, cause);
  delivery.lane = lane;
  const bool waits = held || child.parted != nullptr;
  if (waits && delivery.state == store::State::queued) delivery.state = store::State::held;
  auto prepared = prepare(plan, delivery, base::Payload(std::move(*bytes)), work);
  if (!prepared) return fail(prepared.error());
  if (auto clear = scan_leaving(rendering->secrets, rendering->cleared, *prepared); !clear)
    return fail(clear.error());
  auto sealed = context_.vault.seal_payload(prepared->payload);
  if (!sealed) return fail(sealed.error());
  if (delivery.state == store::State::shadowed) {
    row.confirmed = rendering->digest;
  } else {
    row.queued = rendering->digest;
    row.delivery = delivery.id;
  }
  const bool at_once = leaves_at_once(delivery, queue.occupied);
  add_row(delivery, std::move(*sealed), *prepared, plan, at_once, work);
  for (auto& leaf :
       events::subjects(delivery, subjects_of(rendering->projection, child.child->ids()), context_))
    work.unit.audit.push_back(std::move(leaf));
  if (at_once) work.unit.audit.push_back(events::send_attempt(delivery, context_));
  work.unit.writes.emplace_back(store::PutProjection{row});
  return true;
}

/// What the destination has, or is about to have, of the child: told of its head, or else of
/// another who turned out to be the same.
Result<store::ProjectionRow> Outbox::standing(const DestinationPlan& plan,
                                              const LinkedChild& child) const {
  for (const store::ChildRow& row : child.rows) {
    auto known = context_.store.projection(plan.key, row.id);
    if (!known) return fail(known.error());
    if (!*known) continue;
    if (row.id == child.head().id) return std::move(**known);
    if (!(*known)->confirmed.empty())
      return store::ProjectionRow{plan.key, child.head().id, (*known)->confirmed, {}, {}};
  }
  return store::ProjectionRow{plan.key, child.head().id, {}, {}, {}};
}

Result<Outbox::Difference> Outbox::difference(const DestinationPlan& plan,
                                              const ChangedChild& child) const {
  const auto row = child.created
                       ? store::ProjectionRow{plan.key, child.child->head().id, {}, {}, {}}
                       : standing(plan, *child.child);
  if (!row) return fail(row.error());
  const auto rendering = render(plan, child, row->confirmed.empty() ? "new" : "changed", {});
  if (!rendering) return fail(rendering.error());
  if (rendering->results.empty()) return Difference::withheld;
  const auto known = last_intended(*row);
  if (!known) return fail(known.error());
  if (known->empty()) return Difference::fresh;
  return *known == rendering->digest ? Difference::same : Difference::changed;
}

/// What waits in the lanes of those who turned out to be the same child is told by the head's.
Result<void> Outbox::supersede_others(const DestinationPlan& plan, const LinkedChild& child,
                                      bool stale, Work& work) {
  for (const store::ChildRow& row : child.rows) {
    if (row.id == child.head().id) continue;
    auto found = supersede(lane_of(plan, row.tag), stale, work);
    if (!found) return fail(found.error());
    if (!found->replaced) continue;
    auto known = context_.store.projection(plan.key, row.id);
    if (!known) return fail(known.error());
    if (!*known) continue;
    (*known)->queued.clear();
    (*known)->delivery = {};
    work.unit.writes.emplace_back(store::PutProjection{std::move(**known)});
  }
  return {};
}

/// A newer snapshot takes the place of what was not sent yet. What is under way stays, and must
/// still be so when this is committed; `stale`: it is not tried again if it fails.
Result<Outbox::Queue> Outbox::supersede(const std::string& lane, bool stale, Work& work) {
  auto open_ones = context_.store.open_deliveries(lane);
  if (!open_ones) return fail(open_ones.error());
  Queue queue;
  for (store::Exchange& older : *open_ones) {
    const std::optional<Fault> last = recorded_fault(older);
    const bool under_way = !is_unsent(older.state);
    queue.may_have_arrived |= under_way || (last && is_ambiguous(*last));
    queue.occupied |= under_way;
    if (under_way) {
      if (stale)
        withdraw_under_way(older, {}, work);
      else
        work.unit.preconditions.emplace_back(store::ExchangeAt{older.id, older.version});
      continue;
    }
    queue.replaced = true;
    exchange::supersede(context_, std::move(older), work);
  }
  return queue;
}

/// In an empty lane, when its endpoint has room.
bool Outbox::leaves_at_once(store::Exchange& delivery, bool occupied) {
  return delivery.state == store::State::queued && !occupied && lanes_.reserve(delivery);
}

namespace {

/// Children treated alike by the same lines of the policy share a leaf.
std::string likeness(const events::Subjects& subjects) {
  std::string key = subjects.policy;
  for (const std::string& section : subjects.sent) key += '+' + section;
  for (const std::string& section : subjects.withheld) key += '-' + section;
  return key;
}

}  // namespace

/// One delivery being collected, child by child.
struct Outbox::Collecting {
  Collecting(config::Recipient kind, std::string today) : secrets(kind, std::move(today)) {}

  store::Exchange delivery;
  std::unique_ptr<Vault::Builder> builder;
  std::unique_ptr<codec::Encoder> encoder;
  std::map<std::string, events::Subjects> subjects;
  std::vector<store::ProjectionRow> projections;
  std::vector<base::Uuid> same;          ///< children of whom the destination has everything
  std::vector<store::ChildAt> versions;  ///< of the children as they were read
  policy::LotSecrets secrets;            ///< that the encoded whole may not hold
  policy::Cleared contents;              ///< documents that were looked at, each with its child
  std::uint64_t children = 0;
  std::optional<Fault> spoilt;  ///< a child was written in part: the whole waits for a person
};

namespace {

/// Whether a day is before a period ("2026-06", "2026-06-15", "2026-W22": by its year); false when
/// either is not told.
bool ended_before(const std::string& day, const std::string& period) {
  constexpr std::size_t year = 4;
  const bool week = period.find('W') != period.npos;
  const std::size_t shared = week ? year : std::min(day.size(), period.size());
  return day.size() >= year && shared >= year && day.compare(0, shared, period, 0, shared) < 0;
}

}  // namespace

/// One child more; one that cannot be rendered waits for a person by itself.
Result<void> Outbox::collect(const DestinationPlan& plan, const store::Exchange& cause,
                             const Collection& collection, const base::Uuid& id, Collecting& into,
                             Work& work) {
  auto done = try_collect(plan, collection, id, into);
  if (done || !is_about_the_delivery(done.error())) return done;
  auto child = context_.store.child(id);
  if (!child) return fail(child.error());
  if (*child) add_failure(plan, cause, lane_of(plan, (*child)->tag), done.error(), work);
  return {};
}

Result<void> Outbox::try_collect(const DestinationPlan& plan, const Collection& collection,
                                 const base::Uuid& id, Collecting& into) {
  auto child = linked_child(context_.store, id, ties_for(plan));
  if (!child) return fail(child.error());
  // Several rows of one child lead here: it is told once, by its head.
  if (!*child || (*child)->head().key.empty() || (*child)->head().id != id) return {};
  auto record = load_record(context_, **child);
  if (!record) return fail(record.error());
  auto known = standing(plan, **child);
  if (!known) return fail(known.error());
  store::ProjectionRow& row = *known;
  auto rendering = render(plan, {&**child, &*record}, row.confirmed.empty() ? "new" : "changed",
                          collection.variables);
  if (!rendering) return fail(rendering.error());
  // What was read must still stand when what it makes is committed; of an extraction, which tells
  // of everyone, what is kept secret.
  if (collection.only_changed)
    for (const store::ChildRow& one : (*child)->rows)
      into.versions.push_back({one.id, one.version});
  if (rendering->results.empty()) return into.same.push_back(id), Result<void>{};
  // An extraction of a time when the child is another's is not about it.
  if (!collection.only_changed && !rendering->projection.sole &&
      ended_before(rendering->projection.ended, collection.lot))
    return {};
  if (collection.only_changed) {
    auto last = last_intended(row);
    if (!last) return fail(last.error());
    if (*last == rendering->digest) return into.same.push_back(id), Result<void>{};
  }
  std::string bytes;
  if (auto encoded = encode(rendering->results, *into.encoder, bytes); !encoded) {
    // The encoder counts what of this child it has written already: nothing whole comes of it.
    if (!bytes.empty()) into.spoilt = encoded.error();
    return encoded;
  }
  if (auto written = into.builder->write(bytes); !written) return written;
  into.secrets.add(record->root(), rendering->secrets);
  into.contents.insert(rendering->contents.begin(), rendering->contents.end());
  ++into.children;
  events::Subjects subjects = subjects_of(rendering->projection, {});
  auto& alike = into.subjects.try_emplace(likeness(subjects), std::move(subjects)).first->second;
  std::ranges::copy((*child)->ids(), std::back_inserter(alike.children));
  if (!collection.only_changed) return {};
  if (into.delivery.state == store::State::shadowed) {
    row.confirmed = rendering->digest;
  } else {
    row.queued = rendering->digest;
    row.delivery = into.delivery.id;
  }
  into.projections.push_back(std::move(row));
  return {};
}

/// What the destination has, or will have once what is queued arrives. A delivery that a crash kept
/// from being made counts for nothing.
Result<std::string> Outbox::last_intended(const store::ProjectionRow& row) const {
  if (row.delivery.is_nil()) return row.confirmed;
  auto delivery = context_.store.exchange(row.delivery);
  if (!delivery) return fail(delivery.error());
  return *delivery ? row.queued : row.confirmed;
}

Result<std::optional<store::Exchange>> Outbox::add_collection(const DestinationPlan& plan,
                                                              const store::Exchange& cause,
                                                              const Collection& collection,
                                                              Work& work) {
  Collecting collecting(plan.addressee.kind, today_of(context_));
  if (!collection.only_changed) {
    auto secrecy = context_.store.setting(secrecy_of(plan));
    if (!secrecy) return fail(secrecy.error());
    work.unit.preconditions.emplace_back(store::SettingIs{secrecy_of(plan), std::move(*secrecy)});
  }
  collecting.delivery = new_delivery(plan, cause);
  collecting.delivery.lane = plan.key;
  if (!collection.lot.empty()) collecting.delivery.lot = collection.lot;
  collecting.builder = context_.vault.builder();
  collecting.encoder = codec::make_encoder(plan.output);
  for (const base::Uuid& child : collection.children)
    if (auto done = collect(plan, cause, collection, child, collecting, work); !done)
      return fail(done.error());
  if (collecting.spoilt) {
    add_failure(plan, cause, plan.key, *collecting.spoilt, work);
    return std::nullopt;
  }
  for (const base::Uuid& child : collecting.same)
    if (collection.stale.contains(child))
      work.unit.writes.emplace_back(store::MarkStale{plan.key, child, false});
  for (const store::ChildAt& version : collecting.versions)
    work.unit.preconditions.emplace_back(version);
  if (collecting.children == 0) return std::nullopt;
  std::string end;
  if (auto finished = collecting.encoder->finish(end); !finished) return fail(finished.error());
  if (auto written = collecting.builder->write(end); !written) return fail(written.error());
  auto sealed = collecting.builder->finish();
  if (!sealed) return fail(sealed.error());

  store::Exchange& delivery = collecting.delivery;
  delivery.accepted = collecting.children;
  if (is_flood(plan, collecting.children, collection.known) &&
      delivery.state == store::State::queued)
    delivery.state = store::State::held;
  auto payload = context_.vault.open_payload(sealed->row);
  if (!payload) return fail(payload.error());
  auto prepared = prepare(plan, delivery, *payload, work);
  if (!prepared) return fail(prepared.error());
  if (auto clear = scan_leaving(collecting.secrets.take(), collecting.contents, *prepared);
      !clear) {
    // What was collected is dropped with its payload; a person sees why.
    add_failure(plan, cause, plan.key, clear.error(), work);
    return std::nullopt;
  }
  if (!prepared->payload.same_as(*payload)) {
    sealed = context_.vault.seal_payload(prepared->payload);
    if (!sealed) return fail(sealed.error());
  }
  auto before = context_.store.open_deliveries(delivery.lane);
  if (!before) return fail(before.error());
  const bool at_once = leaves_at_once(delivery, !before->empty());
  add_row(delivery, std::move(*sealed), *prepared, plan, at_once, work);
  for (const auto& [key, subjects] : collecting.subjects)
    for (auto& leaf : events::subjects(delivery, subjects, context_))
      work.unit.audit.push_back(std::move(leaf));
  if (at_once) work.unit.audit.push_back(events::send_attempt(delivery, context_));
  for (store::ProjectionRow& row : collecting.projections)
    work.unit.writes.emplace_back(store::PutProjection{std::move(row)});
  return delivery;
}

}  // namespace charmille::exchange
