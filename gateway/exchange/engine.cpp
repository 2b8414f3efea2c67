#include "gateway/exchange/engine.h"

#include <thread>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "gateway/base/bytes.h"
#include "gateway/base/log.h"
#include "gateway/exchange/alarms.h"
#include "gateway/exchange/durable.h"
#include "gateway/exchange/importer.h"
#include "gateway/exchange/inbox.h"
#include "gateway/exchange/lanes.h"
#include "gateway/exchange/lot_keeper.h"
#include "gateway/exchange/outbox.h"
#include "gateway/exchange/scheduler.h"
#include "gateway/exchange/settler.h"

namespace charmille::exchange {

namespace asio = boost::asio;

namespace {

constexpr auto source_pause = std::chrono::seconds(5);
constexpr auto cut_wait = std::chrono::seconds(1);
constexpr std::uint32_t resume_page = 100'000;

Result<std::unique_ptr<crypto::MasterKey>> master_key(const config::SecretReference& reference) {
  if (!reference.file.empty()) return crypto::open_master_file(reference.file);
  return crypto::open_master_credential(reference.variable);
}

/// What the routes say of an endpoint's retries; the first that names it counts.
config::Retry retry_of(const config::Site& site, const std::string& endpoint) {
  for (const config::Route& route : site.routes)
    for (const config::RouteDestination& to : route.to)
      if (to.endpoint == endpoint) return to.retry;
  return site.retry;
}

adapters::Setting setting_of(const config::Site& site, const config::Endpoint& endpoint,
                             asio::any_io_executor executor, const EngineOptions& options) {
  return {.endpoint = endpoint.name,
          .base_folder = site.folder.string(),
          .document = site.document(),
          .node = *endpoint.settings,
          .executor = executor,
          .clock = *options.clock,
          .random = *options.random,
          .state_folder = site.state.string()};
}

}  // namespace

struct Engine::Parts {
  explicit Parts(const EngineOptions& given)
      : options(given), pool(given.worker_threads), http(io.get_executor()) {}

  EngineOptions options;
  asio::io_context io{1};
  asio::thread_pool pool;
  TaskGroup tasks;
  TaskGroup work;
  net::Client http;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<Vault> vault;
  std::optional<Context> context;
  Waiters waiters;
  std::optional<Alarms> alarms;
  std::optional<Lanes> lanes;
  std::optional<Outbox> outbox;
  std::optional<Settler> settler;
  std::optional<Importer> importer;
  std::optional<LotKeeper> lots;
  std::optional<Inbox> inbox;
  std::optional<Scheduler> scheduler;
  std::optional<Operations> operations;
  std::map<std::string, std::unique_ptr<adapters::Source>> sources;
  std::map<std::string, adapters::Destination*> destinations;  ///< the lanes own them
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> guard;
  std::thread io_thread;
  std::once_flag io_begun;
  std::atomic<bool> accepting = false;
  std::atomic<bool> stopping = false;

  Result<void> open_store();
  Result<void> build_adapters();
  void assemble();
  /// Questions to partners are put also while nothing else runs.
  void begin_io();
  void resume();
  asio::awaitable<void> run_source(std::string endpoint);
};

Engine::Engine(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Engine::~Engine() {
  if (!parts_) return;
  stop(std::chrono::seconds(5));
}

Result<void> Engine::Parts::open_store() {
  const config::Site& site = *options.site->config;
  auto master = master_key(site.master_key);
  if (!master) return fail(master.error());
  store::SqliteOptions where;
  where.folder = site.state;
  where.log_origin = site.audit_origin();
  where.node = site.node;
  where.clock = options.clock;
  auto opened = store::open_sqlite(where);
  if (!opened) return fail(opened.error());
  store = std::move(*opened);
  auto ring = Vault::open(*store, **master, *options.clock, *options.random);
  if (!ring) return fail(ring.error());
  vault = std::move(*ring);
  return {};
}

void Engine::Parts::assemble() {
  context.emplace(Context{options.site, *store, *vault, *options.clock, *options.random,
                          io.get_executor(), pool.get_executor(), tasks, work, http});
  alarms.emplace(*context);
  lanes.emplace(*context, *alarms);
  outbox.emplace(*context, *lanes);
  settler.emplace(*context, waiters, *alarms);
  importer.emplace(*context, *outbox, *lanes, *alarms, *settler);
  lots.emplace(*context, *importer, *alarms);
  inbox.emplace(*context, *importer, *lots, waiters);
  scheduler.emplace(*context, *outbox, *lanes);
  operations.emplace(*context, *importer, *outbox, *lanes, *scheduler);
}

Result<void> Engine::Parts::build_adapters() {
  const config::Site& site = *options.site->config;
  for (const auto& [name, endpoint] : site.endpoints) {
    const adapters::Setting setting = setting_of(site, endpoint, io.get_executor(), options);
    if (endpoint.direction == config::Direction::source) {
      auto source = endpoint.adapter->make_source(setting);
      if (!source) return fail(source.error());
      settler->add_source(name, source->get());
      sources[name] = std::move(*source);
      continue;
    }
    auto destination = endpoint.adapter->make_destination(setting);
    if (!destination) return fail(destination.error());
    destinations[name] = destination->get();
    lanes->add(name, Outlet(std::move(*destination), retry_of(site, name)));
  }
  return {};
}

Result<std::unique_ptr<Engine>> Engine::open(const EngineOptions& options) {
  auto parts = std::make_unique<Parts>(options);
  if (auto opened = parts->open_store(); !opened) return fail(opened.error());
  parts->assemble();
  if (auto built = parts->build_adapters(); !built) return fail(built.error());
  return std::unique_ptr<Engine>(new Engine(std::move(parts)));
}

Result<void> Engine::start() {
  Parts& p = *parts_;
  store::Unit unit;
  unit.audit.push_back(events::process(merkle::Event::node_start, *p.context));
  if (auto noted = p.store->commit_and_wait(std::move(unit)); !noted) return fail(noted.error());
  p.begin_io();
  p.lanes->start();
  p.resume();
  p.lots->start();
  p.inbox->start();
  p.scheduler->start();
  p.alarms->watch_silence();
  for (const auto& [name, source] : p.sources)
    p.tasks.spawn(p.io.get_executor(), "source", p.run_source(name));
  p.accepting = true;
  return {};
}

void Engine::Parts::begin_io() {
  std::call_once(io_begun, [this] {
    guard.emplace(asio::make_work_guard(io));
    io_thread = std::thread([this] { io.run(); });
  });
}

/// What a stop or a crash left: payloads to import, sources to be told.
void Engine::Parts::resume() {
  auto left = store->unfinished_inbound(resume_page);
  if (!left) return;
  std::map<std::pair<std::string, std::string>, std::vector<store::Exchange>> lots_left;
  std::vector<store::Exchange> single;
  for (store::Exchange& exchange : *left) {
    if (store::is_final(exchange.state)) {
      settler->tell_again(std::move(exchange));
    } else if (exchange.lot.empty()) {
      single.push_back(std::move(exchange));
    } else {
      lots_left[{exchange.endpoint, exchange.lot}].push_back(std::move(exchange));
    }
  }
  const auto begin = [this](std::vector<store::Exchange> files) {
    const std::string& endpoint = files.front().endpoint;
    if (!options.site->config->endpoints.contains(endpoint)) {
      base::log(base::Level::error, "resume.endpoint-gone",
                {{"endpoint", endpoint}, {"exchange", files.front().id.text()}});
      return;
    }
    auto job = job_of_lot(*context, std::move(files));
    if (!job) {
      base::log(base::Level::error, "resume.failed", {{"code", std::string(job.error().code)}});
      return;
    }
    job->resumed = job->interrupted = true;
    importer->start(std::move(*job));
  };
  for (store::Exchange& exchange : single) begin({std::move(exchange)});
  for (auto& [name, files] : lots_left) begin(std::move(files));
}

/// A source that ends with a fault is run again after a pause.
asio::awaitable<void> Engine::Parts::run_source(std::string endpoint) {
  asio::steady_timer pause(co_await asio::this_coro::executor);
  for (;;) {
    auto ended = co_await sources[endpoint]->run(inbox->intake_of(endpoint));
    if (ended) co_return;
    base::log(base::Level::warning, "source.failed",
              {{"endpoint", endpoint}, {"code", std::string(ended.error().code)}});
    pause.expires_after(source_pause);
    const auto [cancelled] = co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
    if (cancelled) co_return;
  }
}

void Engine::stop(std::chrono::milliseconds at_most) {
  Parts& p = *parts_;
  if (!p.store) return;
  p.stopping = true;
  const bool started = p.accepting.exchange(false);
  if (p.io_thread.joinable()) {
    p.tasks.cancel();
    if (!p.work.wait(at_most)) {
      base::log(base::Level::warning, "stop.cut", {{"tasks", std::to_string(p.work.running())}});
    }
    p.tasks.wait(cut_wait);
    if (started) {
      store::Unit unit;
      unit.audit.push_back(events::process(merkle::Event::node_stop, *p.context));
      (void)p.store->commit_and_wait(std::move(unit));
    }
    p.guard.reset();
    p.io.stop();
    p.io_thread.join();
  }
  p.pool.stop();
  p.pool.join();
  p.store->close();
}

bool Engine::accepting() const {
  return parts_->accepting;
}
Context& Engine::context() {
  return *parts_->context;
}
Operations& Engine::operations() {
  return *parts_->operations;
}

adapters::Task<adapters::Accepted> Engine::give(std::string endpoint, adapters::Arrival arrival,
                                                adapters::Deadline deadline) {
  if (!parts_->accepting) co_return fail("CH-EXC-003", {}, {{"retry-after", "5s"}});
  auto accepted = co_await parts_->inbox->accept(std::move(endpoint), std::move(arrival), deadline);
  co_return accepted;
}

adapters::Task<std::optional<adapters::Settlement>> Engine::settled(base::Uuid exchange,
                                                                    adapters::Deadline deadline) {
  auto settlement = co_await parts_->inbox->settled(exchange, deadline);
  co_return settlement;
}

namespace {

/// The operation, as the adapter writes it: what else was said in its place goes nowhere.
Result<std::string_view> operation_of(const config::Endpoint& endpoint, const std::string& word) {
  const auto known = endpoint.adapter->queries;
  const auto at = std::ranges::find(known, word);
  if (at != known.end()) return *at;
  return fail("CH-EXC-051", {}, {{"endpoint", endpoint.name}, base::suggestion(word, known)});
}

}  // namespace

adapters::Task<adapters::Response> Engine::query(std::string name, adapters::Query query,
                                                 events::Person person,
                                                 adapters::Deadline deadline) {
  Parts& p = *parts_;
  if (p.stopping) co_return fail("CH-EXC-003", {}, {{"retry-after", "5s"}});
  const auto& endpoints = p.options.site->config->endpoints;
  const auto endpoint = endpoints.find(name);
  if (endpoint == endpoints.end()) {
    std::vector<std::string_view> names;
    for (const auto& [known, one] : endpoints)
      if (!one.adapter->queries.empty()) names.push_back(known);
    co_return fail("CH-EXC-050", {},
                   {{"endpoint", base::printable(name, 63)}, base::suggestion(name, names)});
  }
  const auto destination = p.destinations.find(name);
  if (destination == p.destinations.end() || endpoint->second.adapter->queries.empty())
    co_return fail("CH-EXC-006", {}, {{"endpoint", name}});
  const auto operation = operation_of(endpoint->second, query.operation);
  if (!operation) co_return fail(operation.error());
  p.begin_io();
  auto asking = destination->second->query(std::move(query), deadline);
  auto answer = co_await asio::co_spawn(p.io, std::move(asking), asio::use_awaitable);
  const base::Uuid exchange = base::uuid_v7(p.context->clock.now(), p.context->random);
  auto leaf = events::query(endpoint->second, *operation, person, exchange, answer, *p.context);
  auto noted = co_await p.operations->note(std::move(leaf));
  if (!noted) co_return fail(noted.error());
  co_return answer;
}

adapters::Task<adapters::Response> Engine::push(std::string endpoint, adapters::Request request) {
  if (!parts_->accepting) co_return fail("CH-EXC-003", {}, {{"retry-after", "5s"}});
  auto intake = parts_->inbox->intake_of(endpoint);
  const auto source = parts_->sources.find(endpoint);
  const auto destination = parts_->destinations.find(endpoint);
  if (source != parts_->sources.end())
    co_return co_await source->second->handle(std::move(intake), std::move(request));
  if (destination != parts_->destinations.end())
    co_return co_await destination->second->handle(std::move(intake), std::move(request));
  co_return fail("CH-EXC-025", {}, {{"endpoint", endpoint}});
}

}  // namespace charmille::exchange
