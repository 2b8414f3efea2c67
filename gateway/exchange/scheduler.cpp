#include "gateway/exchange/scheduler.h"

#include <algorithm>
#include <set>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "gateway/base/bytes.h"
#include "gateway/base/log.h"
#include "gateway/exchange/calendar.h"
#include "gateway/exchange/durable.h"
#include "gateway/exchange/events.h"
#include "gateway/exchange/withdrawal.h"

namespace charmille::exchange {

namespace asio = boost::asio;

namespace {

constexpr auto longest_sleep = std::chrono::hours(1);
/// An extraction that failed is tried again so long after.
constexpr auto failure_pause = std::chrono::minutes(5);
constexpr std::uint32_t page = 1000;
/// An extraction happens in no exchange: this space names the one that stands for it, the same for
/// the same route and period.
constexpr base::Uuid extraction_space{{0x6f, 0x1c, 0x3b, 0x52, 0x94, 0x0d, 0x5e, 0x7a, 0x8b, 0x21,
                                       0xd4, 0x66, 0x1e, 0x90, 0xc3, 0x57}};

Result<std::vector<base::Uuid>> all_children(const Context& context) {
  std::vector<base::Uuid> children;
  base::Uuid after;
  for (;;) {
    auto some = context.store.children(context.site->config->organisation.id, after, page);
    if (!some) return fail(some.error());
    for (const store::ChildRow& child : *some) children.push_back(child.id);
    if (some->size() < page) return children;
    after = some->back().id;
  }
}

/// Of several rows that are one child, its head stands for all; an erased one is no more.
bool is_told_of(const std::optional<LinkedChild>& child, const base::Uuid& row) {
  return child && child->head().id == row && !child->head().key.empty();
}

/// What made a delivery that no payload made: a schedule, or a destination's beginning.
store::Exchange origin(const Context& context, const std::string& name) {
  store::Exchange cause;
  cause.flow = base::uuid_v5(extraction_space, name);
  cause.organisation = context.site->config->organisation.id;
  return cause;
}

}  // namespace

void Scheduler::start() {
  std::set<std::string> begun;  // what two routes make alike for one endpoint begins once
  for (const RoutePlan& route : context_.site->routes) {
    for (const DestinationPlan& plan : route.to) {
      if (plan.config->trigger == config::Trigger::schedule) {
        context_.tasks.spawn(context_.workers, "schedule", loop(&plan));
      } else if (begun.insert(plan.key).second) {
        context_.tasks.spawn(context_.workers, "begin", begin(&plan));
      }
    }
  }
}

asio::awaitable<void> Scheduler::loop(const DestinationPlan* plan) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  const std::string& zone = context_.site->config->organisation.time_zone;
  const std::string marker = "schedule/" + plan->key;
  for (;;) {
    const base::Time now = context_.clock.now();
    auto last = context_.store.setting(marker);
    // What was missed while the gateway was stopped is made up for, once.
    base::Time since = now;
    if (last && *last)
      if (const auto at = base::parse_rfc3339(**last)) since = *at;
    const base::Time due = next_time(*plan->config->schedule, zone, since);
    base::Duration sleep =
        std::min<base::Duration>(due - now + std::chrono::milliseconds(1), longest_sleep);
    store::PutSetting kept{marker, base::to_rfc3339(now)};
    if (!last) {
      sleep = failure_pause;
    } else if (!*last) {
      Work work;  // the first time that this schedule is seen: what was due before is not its own
      work.unit.writes.emplace_back(std::move(kept));
      co_await carry_out(context_, lanes_, std::move(work));
    } else {
      auto done = co_await extract_withdrawn(*plan);
      if (due <= now) {
        std::string configured_period;
        Marker once{std::move(kept), std::nullopt};
        auto made = co_await extract_one(*plan, std::move(configured_period), std::move(once));
        if (made && done) continue;
        if (!made) done = fail(made.error());
      }
      if (!done) {
        base::log(base::Level::error, "extraction.failed",
                  {{"route", plan->route->name}, {"code", std::string(done.error().code)}});
        sleep = failure_pause;
      }
    }
    timer.expires_after(sleep);
    const auto [cancelled] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (cancelled) co_return;
  }
}

asio::awaitable<Result<std::optional<base::Uuid>>> Scheduler::extract_one(
    const DestinationPlan& plan, std::string period, std::optional<Marker> marker) {
  if (period.empty())
    period = period_of(plan.config->period.value_or(config::Period::previous_month),
                       context_.site->config->organisation.time_zone, context_.clock.now());
  auto children = all_children(context_);
  if (!children) co_return fail(children.error());
  Outbox::Collection collection;
  collection.children = std::move(*children);
  collection.only_changed = false;
  collection.lot = period;
  collection.variables = {{"period", period}};
  for (int attempt = 1;; ++attempt) {
    Work work;
    auto delivery =
        outbox_.add_collection(plan, origin(context_, plan.key + '|' + period), collection, work);
    if (!delivery) co_return fail(delivery.error());
    std::optional<base::Uuid> made;
    if (*delivery) made = (*delivery)->id;
    if (marker) {
      work.unit.writes.emplace_back(marker->put);
      if (marker->before) work.unit.preconditions.emplace_back(*marker->before);
    }
    if (work.unit.writes.empty()) co_return made;
    auto done = co_await carry_out(context_, lanes_, std::move(work));
    if (done) co_return made;
    if (!changed_meanwhile(done.error()) || attempt == most_computations)
      co_return fail(done.error());
  }
}

/// Those that were taken back before they left, one by one.
asio::awaitable<Result<void>> Scheduler::extract_withdrawn(const DestinationPlan& plan) {
  const std::string key = withdrawn_periods(plan);
  for (int refused = 0; refused < most_computations;) {
    auto kept = context_.store.setting(key);
    if (!kept) co_return fail(kept.error());
    if (!*kept || (*kept)->empty()) co_return Result<void>{};
    std::string period = (*kept)->substr(0, (*kept)->find(' '));
    std::string others = (*kept)->substr(std::min(period.size() + 1, (*kept)->size()));
    Marker left{{key, std::move(others)}, store::SettingIs{key, std::move(*kept)}};
    auto made = co_await extract_one(plan, std::move(period), std::move(left));
    // Another was taken back meanwhile: the list is read again.
    if (!made && changed_meanwhile(made.error())) {
      ++refused;
      continue;
    }
    if (!made) co_return fail(made.error());
  }
  co_return fail("CH-STO-010");
}

asio::awaitable<Result<std::vector<base::Uuid>>> Scheduler::extract(std::string route,
                                                                    std::string period) {
  std::vector<base::Uuid> made;
  bool found = false;
  for (const RoutePlan& plan : context_.site->routes) {
    if (plan.config->name != route) continue;
    for (const DestinationPlan& destination : plan.to) {
      if (destination.config->trigger != config::Trigger::schedule) continue;
      found = true;
      auto delivery = co_await extract_one(destination, period, std::nullopt);
      if (!delivery) co_return fail(delivery.error());
      if (*delivery) made.push_back(**delivery);
    }
  }
  if (!found) co_return fail("CH-EXC-022", {}, {{"route", route}});
  co_return made;
}

/// A destination that is new gets what the store holds already, or is taken to know it. One that
/// shows what it holds shows it as the configuration says now.
asio::awaitable<void> Scheduler::begin(const DestinationPlan* plan) {
  store::PutSetting marker{"begun/" + plan->key, base::to_rfc3339(context_.clock.now())};
  auto begun = context_.store.setting(marker.key);
  if (!begun) co_return;
  Result<void> done;
  if (*begun) {
    if (!plan->endpoint->adapter->shows_latest) co_return;
    marker = {"shown-as/" + plan->key, base::to_hex(context_.site->digest)};
    const auto shown_as = context_.store.setting(marker.key);
    if (!shown_as || *shown_as == marker.value) co_return;
    done = co_await show_again(*plan);
  } else if (plan->config->start == config::Start::everything) {
    done = co_await deliver_everything(*plan);
  } else {
    done = co_await note_as_known(*plan);
  }
  if (!done) {
    base::log(base::Level::error, "begin.failed",
              {{"destination", plan->key}, {"code", std::string(done.error().code)}});
    co_return;
  }
  Work work;
  work.unit.writes.emplace_back(std::move(marker));
  co_await carry_out(context_, lanes_, std::move(work));
}

/// What the policy no longer lets go is seen no more, whether or not the child changes.
asio::awaitable<Result<void>> Scheduler::show_again(const DestinationPlan& plan) {
  auto children = all_children(context_);
  if (!children) co_return fail(children.error());
  for (const base::Uuid& id : *children) {
    const auto child = linked_child(context_.store, id, ties_for(plan));
    if (!child) co_return fail(child.error());
    if (!*child) continue;
    const auto shown = outbox_.has_shown(plan, **child);
    if (!shown) co_return fail(shown.error());
    if (!*shown) continue;
    auto done = co_await deliver_one(plan, id);
    if (!done) co_return done;
  }
  co_return Result<void>{};
}

asio::awaitable<Result<void>> Scheduler::deliver_everything(const DestinationPlan& plan) {
  auto children = all_children(context_);
  if (!children) co_return fail(children.error());
  if (plan.config->trigger == config::Trigger::lot) {
    for (int attempt = 1;; ++attempt) {
      Outbox::Collection collection;
      collection.children = *children;
      Work work;
      auto delivery =
          outbox_.add_collection(plan, origin(context_, "begin|" + plan.key), collection, work);
      if (!delivery) co_return fail(delivery.error());
      auto done = co_await carry_out(context_, lanes_, std::move(work));
      if (done) co_return Result<void>{};
      if (!changed_meanwhile(done.error()) || attempt == most_computations)
        co_return fail(done.error());
    }
  }
  for (const base::Uuid& id : *children) {
    auto done = co_await deliver_one(plan, id);
    if (!done) co_return done;
  }
  co_return Result<void>{};
}

/// A child that an import changes meanwhile is looked at again.
asio::awaitable<Result<void>> Scheduler::deliver_one(const DestinationPlan& plan, base::Uuid id) {
  for (int attempt = 1;; ++attempt) {
    auto child = linked_child(context_.store, id, ties_for(plan));
    if (!child) co_return fail(child.error());
    if (!is_told_of(*child, id)) co_return Result<void>{};
    auto record = load_record(context_, **child);
    if (!record) co_return fail(record.error());
    ChangedChild changed;
    changed.child = &**child;
    changed.record = &*record;
    Work work;
    for (const store::ChildRow& row : (*child)->rows)
      work.unit.preconditions.emplace_back(store::ChildAt{row.id, row.version});
    auto made =
        outbox_.add_change(plan, origin(context_, "begin|" + plan.key), changed, false, work);
    if (!made) co_return fail(made.error());
    auto done = co_await carry_out(context_, lanes_, std::move(work));
    if (done) co_return Result<void>{};
    if (!changed_meanwhile(done.error()) || attempt == most_computations)
      co_return fail(done.error());
  }
}

/// The children of whom the destination is taken to know what stands now. One that an import
/// changes meanwhile is that import's: it will be delivered.
asio::awaitable<Result<void>> Scheduler::note_as_known(const DestinationPlan& plan) {
  auto children = all_children(context_);
  if (!children) co_return fail(children.error());
  for (const base::Uuid& id : *children) {
    auto child = linked_child(context_.store, id, ties_for(plan));
    if (!child) co_return fail(child.error());
    if (!is_told_of(*child, id)) continue;
    auto known = context_.store.projection(plan.key, id);
    if (!known) co_return fail(known.error());
    if (*known) continue;
    auto record = load_record(context_, **child);
    if (!record) co_return fail(record.error());
    const ChangedChild told{&**child, &*record};
    auto rendering = outbox_.render(plan, told, "new", {});
    if (!rendering || rendering->results.empty()) continue;  // told when it changes
    store::ProjectionRow row;
    row.destination = plan.key;
    row.child = id;
    row.confirmed = rendering->digest;
    Work work;
    for (const store::ChildRow& one : (*child)->rows)
      work.unit.preconditions.emplace_back(store::ChildAt{one.id, one.version});
    work.unit.writes.emplace_back(store::PutProjection{std::move(row)});
    auto done = co_await carry_out(context_, lanes_, std::move(work));
    if (!done && !changed_meanwhile(done.error())) co_return fail(done.error());
  }
  co_return Result<void>{};
}

}  // namespace charmille::exchange
