#include "gateway/exchange/lot_keeper.h"

#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "gateway/base/bytes.h"
#include "gateway/base/log.h"
#include "gateway/exchange/durable.h"

namespace charmille::exchange {

namespace asio = boost::asio;

namespace {

constexpr auto longest_sleep = std::chrono::minutes(1);
constexpr std::uint32_t most_waiting = 100'000;

LotState state_of(const std::vector<store::Exchange>& files) {
  LotState state;
  for (const store::Exchange& file : files) {
    if (file.lot_file.empty()) {
      state.marker = true;
    } else {
      state.present.insert(file.lot_file);
    }
    state.first_arrival = state.first_arrival == base::Time{}
                              ? file.created
                              : std::min(state.first_arrival, file.created);
    state.last_arrival = std::max(state.last_arrival, file.created);
  }
  return state;
}

/// The file that routes read first leads the lot; the others are nested into it.
bool leads(const Context& context, const std::string& endpoint, const std::string& file) {
  return std::ranges::any_of(context.site->routes_from(endpoint),
                             [&](const RoutePlan* route) { return route->config->input == file; });
}

}  // namespace

LotKeeper::LotKeeper(Context& context, Importer& importer, Alarms& alarms)
    : context_(context), importer_(importer), alarms_(alarms), timer_(context.io) {}

void LotKeeper::arrived(const std::string& endpoint, const LotMatch& match) {
  {
    const std::lock_guard lock(mutex_);
    const base::Time now = context_.clock.now();
    if (match.key.empty()) {
      for (auto& [name, at] : look_at_)
        if (name.first == endpoint) at = now;
    } else {
      look_at_[{endpoint, match.key}] = now;
    }
  }
  asio::post(context_.io, [this] { timer_.cancel(); });
}

void LotKeeper::start() {
  for (const auto& [name, endpoint] : context_.site->config->endpoints) {
    if (!endpoint.lot) continue;
    store::ExchangeFilter filter;
    filter.endpoint = name;
    filter.states = {store::State::waiting};
    filter.limit = most_waiting;
    const auto files = context_.store.exchanges(filter);
    if (!files) continue;
    const std::lock_guard lock(mutex_);
    for (const store::Exchange& file : *files)
      if (!file.lot.empty()) look_at_[{name, file.lot}] = context_.clock.now();
  }
  context_.tasks.spawn(context_.io, "lots", loop());
}

asio::awaitable<void> LotKeeper::loop() {
  for (;;) {
    std::vector<LotName> due;
    base::Time next = context_.clock.now() + longest_sleep;
    {
      const std::lock_guard lock(mutex_);
      const base::Time now = context_.clock.now();
      for (auto it = look_at_.begin(); it != look_at_.end();) {
        if (it->second <= now) {
          due.push_back(it->first);
          it = look_at_.erase(it);
        } else {
          next = std::min(next, it->second);
          ++it;
        }
      }
    }
    for (LotName& name : due) co_await look(std::move(name));
    if (!due.empty()) continue;
    timer_.expires_after(next - context_.clock.now());
    co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return;
  }
}

/// The files that wait under the lot's key, and those whose names tell no lot.
Result<std::vector<store::Exchange>> LotKeeper::files_of(const config::Endpoint& endpoint,
                                                         const std::string& key) const {
  auto files = context_.store.waiting_files(endpoint.name, key);
  if (!files || files->empty()) return files;
  auto without = context_.store.waiting_files(endpoint.name, {});
  if (!without) return without;
  std::ranges::move(*without, std::back_inserter(*files));
  return files;
}

asio::awaitable<void> LotKeeper::look(LotName name) {
  const config::Endpoint& endpoint = context_.site->config->endpoints.find(name.first)->second;
  auto files = files_of(endpoint, name.second);
  if (!files || files->empty()) co_return;
  const LotJudgement judgement = judge(*endpoint.lot, state_of(*files), context_.clock.now());
  if (judgement.completion == Completion::complete) {
    co_await hand_over(endpoint, name.second, std::move(*files));
    co_return;
  }
  const std::lock_guard lock(mutex_);
  if (judgement.look_again) look_at_[name] = *judgement.look_again;
  if (judgement.completion != Completion::overdue || !told_.insert(name).second) co_return;
  std::string missing;
  for (const std::string& file : judgement.missing) missing += (missing.empty() ? "" : ", ") + file;
  alarms_.raise(
      {Alarm::Kind::lot_overdue, endpoint.partner, endpoint.name, files->front().id, missing});
}

/// The files are no longer waiting, under one lot key, in one commit; then the import begins.
asio::awaitable<void> LotKeeper::hand_over(const config::Endpoint& endpoint, std::string key,
                                           std::vector<store::Exchange> files) {
  store::Unit unit;
  for (store::Exchange& file : files) {
    unit.preconditions.emplace_back(store::ExchangeAt{file.id, file.version});
    file.state = store::State::processing;
    file.lot = key;
    file.updated = context_.clock.now();
    unit.writes.emplace_back(store::PutExchange{file});
    ++file.version;
  }
  auto done = co_await make_durable(context_.store, std::move(unit));
  if (!done) co_return;
  auto job = job_of_lot(context_, endpoint, std::move(files));
  if (!job) {
    base::log(base::Level::error, "lot.failed",
              {{"endpoint", endpoint.name}, {"code", std::string(job.error().code)}});
    co_return;
  }
  importer_.start(std::move(*job));
}

Result<ImportJob> job_of_lot(const Context& context, const config::Endpoint& endpoint,
                             std::vector<store::Exchange> files) {
  std::ranges::sort(files, {}, &store::Exchange::number);
  // The last of two files of one name counts; the earlier one stays with the lot.
  const auto lead = std::ranges::find_if(
      files, [&](const auto& file) { return leads(context, endpoint.name, file.lot_file); });
  if (lead != files.end()) std::rotate(files.begin(), lead, lead + 1);
  ImportJob job;
  std::map<std::string, std::string> digests;
  for (store::Exchange& file : files) {
    auto opened = open(context, file);
    if (!opened) return fail(opened.error());
    digests[file.lot_file] = opened->sha256;
    job.parts.push_back({std::move(file), std::move(*opened)});
  }
  std::string all;
  for (const auto& [name, digest] : digests) all += name + '=' + digest + '\n';
  job.lot_digest = context.vault.digest("lot", all);
  return job;
}

}  // namespace charmille::exchange
