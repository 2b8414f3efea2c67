#include "gateway/exchange/inbox.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "gateway/base/bytes.h"
#include "gateway/exchange/beside.h"
#include "gateway/exchange/durable.h"
#include "gateway/exchange/events.h"
#include "gateway/exchange/importer.h"
#include "gateway/exchange/intake.h"
#include "gateway/exchange/lot_keeper.h"

namespace charmille::exchange {

namespace asio = boost::asio;

namespace {

constexpr auto idempotency_term = std::chrono::days(7);
constexpr std::size_t idempotency_size = 16;  // bytes of the digest of a key
constexpr std::uint64_t inline_limit = 64 * 1024;

asio::awaitable<Result<Vault::Sealed>> seal_on_pool(const Vault& vault, base::Payload payload) {
  co_return vault.seal_payload(payload);
}

}  // namespace

Inbox::Inbox(Context& context, Importer& importer, LotKeeper& lots, Waiters& waiters)
    : context_(context), importer_(importer), lots_(lots), waiters_(waiters) {}

void Inbox::start() {
  context_.tasks.spawn(context_.io, "idempotency", forget_keys());
}

std::shared_ptr<adapters::Intake> Inbox::intake_of(const std::string& endpoint) {
  return make_intake(context_, *this, endpoint);
}

adapters::Task<adapters::Accepted> Inbox::accept(std::string endpoint, adapters::Arrival arrival,
                                                 adapters::Deadline) {
  if (importer_.waiting() >= most_waiting)
    co_return fail("CH-EXC-003", {}, {{"retry-after", "5s"}});
  const config::Endpoint& source = context_.site->config->endpoints.find(endpoint)->second;
  // Large payloads are read, hashed and written on the pool: the I/O thread never waits for a disk.
  // The source may move its file once it is told that the payload is durable: what is imported is
  // our own copy.
  base::Payload own;
  Result<Vault::Sealed> sealed = fail("CH-SYS-001");
  if (arrival.payload.size() > inline_limit) {
    auto on_pool = seal_on_pool(context_.vault, arrival.payload);
    sealed = co_await asio::co_spawn(context_.workers, std::move(on_pool), asio::use_awaitable);
  } else {
    auto bytes = arrival.payload.bytes(inline_limit);
    if (!bytes) co_return fail(bytes.error());
    own = base::Payload(std::move(*bytes));
    sealed = context_.vault.seal_payload(own);
  }
  if (!sealed) co_return fail(sealed.error());
  if (sealed->row.in_file) {
    auto opened = context_.vault.open_payload(sealed->row);
    if (!opened) co_return fail(opened.error());
    own = std::move(*opened);
  }

  const base::Time now = context_.clock.now();
  const adapters::Metadata& metadata = arrival.metadata;
  store::Exchange exchange;
  exchange.id = base::uuid_v7(now, context_.random);
  exchange.flow = exchange.id;
  exchange.organisation = context_.site->config->organisation.id;
  exchange.partner = metadata.partner.empty() ? source.partner : metadata.partner;
  exchange.endpoint = endpoint;
  exchange.created = exchange.updated = now;
  exchange.payload = sealed->row.id;
  exchange.settle_pending = !metadata.reference.empty();
  Beside beside{metadata.name,           metadata.content_type, metadata.reference,
                metadata.authentication, metadata.correlation,  {}};
  exchange.metadata = seal(context_.vault, *sealed->key, sealed->row.id, beside);
  std::optional<LotMatch> place_in_lot;
  if (source.lot) {
    place_in_lot = match(*source.lot, metadata.name);
    if (place_in_lot) {
      exchange.state = store::State::waiting;
      exchange.lot = place_in_lot->key;
      exchange.lot_file = place_in_lot->file;
    }
  }

  store::Unit unit;
  const std::string key = key_of(exchange, metadata.idempotency_key);
  const std::string sha256 = sealed->row.sha256;
  if (!key.empty()) {
    unit.preconditions.emplace_back(store::NoIdempotency{key});
    unit.writes.emplace_back(
        store::PutIdempotency{key, sha256, exchange.id, now + idempotency_term});
  }
  unit.audit.push_back(events::received(exchange, metadata, sealed->row, context_));
  Vault::KeyPtr key_of_payload = sealed->key;
  unit.writes.emplace_back(store::PutPayload{std::move(sealed->row)});
  unit.writes.emplace_back(store::PutExchange{exchange});
  for (const adapters::Found& found : arrival.found) {
    auto still = as_found(context_, endpoint, found);
    if (!still) co_return fail(still.error());
    unit.preconditions.emplace_back(std::move(*still));
  }
  for (const adapters::Name& name : arrival.names)
    unit.writes.emplace_back(
        store::PutName{name_of(context_, endpoint, name.value), exchange.id, name.part});
  for (auto& [name, value] : arrival.state.put)
    unit.writes.emplace_back(store::PutAdapterState{endpoint, name, value});
  for (auto& name : arrival.state.erase)
    unit.writes.emplace_back(store::EraseAdapterState{endpoint, name});
  const auto leaves = unit.audit;
  const std::vector<base::Uuid> files = payload_files(unit);
  auto committed = co_await make_durable(context_.store, std::move(unit));
  if (!committed) {
    drop_files(context_.store, files, committed.error());
    if (!changed_meanwhile(committed.error())) co_return fail(committed.error());
    auto earlier = co_await known(key, sha256);
    co_return earlier;
  }
  events::announce(leaves);
  exchange.version = 1;
  adapters::Accepted accepted;
  accepted.exchange = exchange.id;
  if (place_in_lot) {
    lots_.arrived(endpoint, *place_in_lot);
  } else {
    ImportJob job;
    Opened opened{std::move(own), std::move(key_of_payload), base::to_hex(base::as_bytes(sha256)),
                  std::move(beside)};
    job.parts.push_back({std::move(exchange), std::move(opened)});
    importer_.start(std::move(job));
  }
  co_return accepted;
}

/// The sender's key within what it may name: its own payloads at that endpoint. Empty: none given.
std::string Inbox::key_of(const store::Exchange& exchange, const std::string& given) const {
  if (given.empty()) return {};
  return context_.vault.digest("idempotency|" + exchange.partner + '|' + exchange.endpoint, given)
      .substr(0, idempotency_size);
}

/// Keys whose term is over are forgotten, once a day.
asio::awaitable<void> Inbox::forget_keys() {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    store::Unit unit;
    unit.writes.emplace_back(store::PurgeIdempotency{context_.clock.now()});
    co_await make_durable(context_.store, std::move(unit));
    timer.expires_after(std::chrono::hours(24));
    const auto [cancelled] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (cancelled) co_return;
  }
}

/// What was refused by a precondition: the same key came before, and the same content is the same
/// exchange, other content a conflict; or a name leads elsewhere.
asio::awaitable<Result<adapters::Accepted>> Inbox::known(std::string key, std::string sha256) {
  if (key.empty()) co_return fail(adapters::found_otherwise);
  auto earlier = context_.store.idempotency(key);
  if (!earlier) co_return fail(earlier.error());
  if (!*earlier) co_return fail(adapters::found_otherwise);
  if ((*earlier)->second != sha256) co_return fail("CH-EXC-004");
  adapters::Accepted accepted;
  accepted.exchange = (*earlier)->first;
  accepted.already = true;
  co_return accepted;
}

adapters::Task<std::optional<adapters::Settlement>> Inbox::settled(base::Uuid exchange,
                                                                   adapters::Deadline deadline) {
  const auto executor = co_await asio::this_coro::executor;
  auto ticket = waiters_.enter(exchange, executor);
  auto row = context_.store.exchange(exchange);
  if (row && *row) {
    auto settlement = settlement_of(context_, **row);
    if (!settlement || *settlement) {
      waiters_.leave(ticket);
      co_return settlement;
    }
  }
  auto settlement = co_await waiters_.wait(ticket, deadline);
  co_return settlement;
}

}  // namespace charmille::exchange
