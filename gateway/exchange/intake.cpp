#include "gateway/exchange/intake.h"

#include "gateway/exchange/beside.h"
#include "gateway/exchange/durable.h"
#include "gateway/exchange/events.h"
#include "gateway/exchange/inbox.h"

namespace charmille::exchange {
namespace {

/// The lane of a delivery, as a name: what comes after in it takes its place.
std::string lane_name(const std::string& lane) {
  return "lane/" + lane;
}

/// Nothing of it was taken: for its sender it is not there.
bool is_refused(const store::Exchange& exchange) {
  return exchange.state == store::State::rejected || exchange.state == store::State::cancelled ||
         (exchange.accepted == 0 && exchange.refused > 0);
}

/// The last of its lane, and nothing follows: what follows may have taken something back.
Result<bool> is_latest(const Context& context, const store::Exchange& delivery) {
  const auto open = context.store.open_deliveries(delivery.lane);
  if (!open) return fail(open.error());
  if (!open->empty()) return false;
  const auto named =
      context.store.named(name_of(context, delivery.endpoint, lane_name(delivery.lane)));
  if (!named) return fail(named.error());
  return !named->empty() && named->front().exchange == delivery.id;
}

/// Its partner may know of it.
Result<bool> stands(const Context& context, const store::Exchange& exchange) {
  if (exchange.direction == store::Direction::in) return !is_refused(exchange);
  if (exchange.state != store::State::delivered) return false;
  return is_latest(context, exchange);
}

struct Rows {
  std::vector<base::Uuid> all;
  std::vector<adapters::Named> standing;
};

Result<Rows> rows_of(const Context& context, const store::Bytes& name) {
  auto named = context.store.named(name);
  if (!named) return fail(named.error());
  Rows rows;
  for (store::NamedRow& row : *named) {
    rows.all.push_back(row.exchange);
    const auto exchange = context.store.exchange(row.exchange);
    if (!exchange) return fail(exchange.error());
    if (!*exchange) continue;
    const auto standing = stands(context, **exchange);
    if (!standing) return fail(standing.error());
    if (*standing) rows.standing.push_back({row.exchange, std::move(row.part)});
  }
  return rows;
}

class EndpointIntake final : public adapters::Intake {
 public:
  EndpointIntake(Context& context, Inbox& inbox, std::string endpoint)
      : context_(context), inbox_(inbox), endpoint_(std::move(endpoint)) {}

  adapters::Task<adapters::Accepted> accept(adapters::Arrival arrival,
                                            adapters::Deadline deadline) override {
    return inbox_.accept(endpoint_, std::move(arrival), deadline);
  }

  adapters::Task<std::optional<adapters::Settlement>> settled(
      base::Uuid exchange, adapters::Deadline deadline) override {
    return inbox_.settled(exchange, deadline);
  }

  adapters::Task<void> receipt(adapters::Receipt receipt, adapters::Deadline) override {
    store::Unit unit;
    unit.audit.push_back(events::receipt(context_, endpoint_, receipt));
    return keep(std::move(unit));
  }

  adapters::Task<std::vector<adapters::Named>> find(std::string name, adapters::Deadline) override {
    auto rows = rows_of(context_, name_of(context_, endpoint_, name));
    if (!rows) co_return fail(rows.error());
    co_return std::move(rows->standing);
  }

  adapters::Task<std::optional<adapters::Kept>> open(base::Uuid id, adapters::Deadline) override {
    const auto exchange = context_.store.exchange(id);
    if (!exchange) co_return fail(exchange.error());
    if (!*exchange || (*exchange)->endpoint != endpoint_) co_return std::optional<adapters::Kept>{};
    const auto standing = stands(context_, **exchange);
    if (!standing) co_return fail(standing.error());
    if (!*standing) co_return std::optional<adapters::Kept>{};
    auto opened = exchange::open(context_, **exchange);
    if (!opened) co_return fail(opened.error());
    adapters::Kept kept;
    kept.payload = std::move(opened->payload);
    kept.content_type = std::move(opened->beside.content_type);
    kept.correlation = std::move(opened->beside.ids);
    co_return std::optional<adapters::Kept>(std::move(kept));
  }

  adapters::Task<void> shown(base::Uuid id, adapters::Deadline) override {
    const auto exchange = context_.store.exchange(id);
    if (!exchange) co_return fail(exchange.error());
    if (!*exchange) co_return fail("CH-EXC-005");
    store::Unit unit;
    unit.audit.push_back(events::consulted(**exchange, context_));
    auto told = co_await keep(std::move(unit));
    co_return told;
  }

  adapters::Task<void> searched(adapters::Deadline) override {
    store::Unit unit;
    unit.audit.push_back(events::searched(context_, endpoint_));
    return keep(std::move(unit));
  }

  adapters::Task<void> refused(std::string code, adapters::Deadline) override {
    store::Unit unit;
    unit.audit.push_back(events::refused(context_, endpoint_, code));
    return keep(std::move(unit));
  }

  adapters::Task<void> remember(adapters::AdapterState state, adapters::Deadline) override {
    store::Unit unit;
    for (auto& [key, value] : state.put)
      unit.writes.emplace_back(store::PutAdapterState{endpoint_, key, value});
    for (auto& key : state.erase)
      unit.writes.emplace_back(store::EraseAdapterState{endpoint_, key});
    return keep(std::move(unit));
  }

  adapters::Task<adapters::Pairs> recall() override {
    co_return context_.store.adapter_state(endpoint_);
  }

 private:
  adapters::Task<void> keep(store::Unit unit) {
    const auto leaves = unit.audit;
    const auto done = co_await make_durable(context_.store, std::move(unit));
    if (!done) co_return fail(done.error());
    events::announce(leaves);
    co_return Result<void>{};
  }

  Context& context_;
  Inbox& inbox_;
  std::string endpoint_;
};

}  // namespace

std::shared_ptr<adapters::Intake> make_intake(Context& context, Inbox& inbox,
                                              std::string endpoint) {
  return std::make_shared<EndpointIntake>(context, inbox, std::move(endpoint));
}

store::Bytes name_of(const Context& context, const std::string& endpoint, std::string_view name) {
  const std::string& organisation = context.site->config->organisation.id;
  return context.vault.lookup(organisation, "endpoint/" + endpoint, std::string(name));
}

void add_names(const Context& context, const store::Exchange& delivery,
               const adapters::Prepared& prepared, store::Unit& unit) {
  if (prepared.names.empty()) return;
  const auto add = [&](const std::string& name, std::string part) {
    unit.writes.emplace_back(
        store::PutName{name_of(context, delivery.endpoint, name), delivery.id, std::move(part)});
  };
  add(lane_name(delivery.lane), {});
  for (const adapters::Name& name : prepared.names) add(name.value, name.part);
}

Result<bool> was_held(const Context& context, const std::string& endpoint,
                      const std::string& lane) {
  const auto named = context.store.named(name_of(context, endpoint, lane_name(lane)));
  if (!named) return fail(named.error());
  return !named->empty();
}

Result<store::NamesAt> as_found(const Context& context, const std::string& endpoint,
                                const adapters::Found& found) {
  store::NamesAt at{name_of(context, endpoint, found.name), {}};
  auto rows = rows_of(context, at.name);
  if (!rows) return fail(rows.error());
  if (rows->standing != found.exchanges) return fail(adapters::found_otherwise);
  at.exchanges = std::move(rows->all);
  return at;
}

}  // namespace charmille::exchange
