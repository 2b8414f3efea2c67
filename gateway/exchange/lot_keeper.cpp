#include "gateway/exchange/lot_keeper.h"

#include <algorithm>
#include <functional>

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
/// A lot that could not be looked at, or handed over, is looked at again so long after.
constexpr auto pause = std::chrono::seconds(10);
constexpr std::uint32_t most_waiting = 100'000;

/// The file that a route reads first leads the lot; the others are nested into it.
bool leads(const Context& context, const store::Exchange& file) {
  return std::ranges::any_of(context.site->routes_from(file.endpoint), [&](const RoutePlan* route) {
    return route->config->input == file.lot_file;
  });
}

/// The lead first, then in the order of arrival. `exchange_of` gives that of a file.
template <class File, class ExchangeOf>
void put_in_order(const Context& context, std::vector<File>& files, ExchangeOf exchange_of) {
  std::ranges::sort(files, {}, [&](const File& file) { return exchange_of(file).number; });
  // Of two files of one name the later one counts.
  const auto last = std::find_if(files.rbegin(), files.rend(), [&](const File& file) {
    return leads(context, exchange_of(file));
  });
  if (last == files.rend()) return;
  const auto lead = std::prev(last.base());
  std::rotate(files.begin(), lead, lead + 1);
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

Result<std::vector<store::Exchange>> files_waiting(const Context& context,
                                                   const std::string& endpoint,
                                                   const std::string& key) {
  auto files = context.store.waiting_files(endpoint, key);
  if (!files || files->empty() || key.empty()) return files;
  auto without = context.store.waiting_files(endpoint, {});
  if (!without) return without;
  std::ranges::move(*without, std::back_inserter(*files));
  return files;
}

void LotKeeper::look_again(const LotName& name, base::Time at) {
  const std::lock_guard lock(mutex_);
  const auto [known, fresh] = look_at_.try_emplace(name, at);
  if (!fresh) known->second = std::min(known->second, at);
}

asio::awaitable<void> LotKeeper::look(LotName name) {
  const config::Endpoint& endpoint = context_.site->config->endpoints.find(name.first)->second;
  auto files = files_waiting(context_, name.first, name.second);
  if (!files) {
    look_again(name, context_.clock.now() + pause);
    co_return;
  }
  if (files->empty()) co_return;
  const base::Time now = context_.clock.now();
  const LotJudgement judgement = judge(*endpoint.lot, state_of(*files), now);
  if (judgement.completion == Completion::complete) {
    co_await hand_over(std::move(name), std::move(*files));
    co_return;
  }
  // One that is overdue stays known: a file whose name tells no lot may still complete it.
  look_again(name, judgement.look_again.value_or(now + longest_sleep));
  if (judgement.completion != Completion::overdue || !told_.insert(name).second) co_return;
  std::string missing;
  for (const std::string& file : judgement.missing) {
    if (!missing.empty()) missing += ", ";
    missing += file;
  }
  alarms_.raise(
      {Alarm::Kind::lot_overdue, endpoint.partner, endpoint.name, files->front().id, missing});
}

/// The files are no longer waiting, under one lot key and one flow, in one commit; then the import
/// begins.
asio::awaitable<void> LotKeeper::hand_over(LotName name, std::vector<store::Exchange> files) {
  put_in_order(context_, files, std::identity());
  store::Unit unit;
  for (store::Exchange& file : files) {
    unit.preconditions.emplace_back(store::ExchangeAt{file.id, file.version});
    file.state = store::State::processing;
    file.lot = name.second;
    file.flow = files.front().id;
    file.updated = context_.clock.now();
    unit.writes.emplace_back(store::PutExchange{file});
    ++file.version;
  }
  auto done = co_await make_durable(context_.store, std::move(unit));
  if (!done) {
    look_again(name, context_.clock.now() + pause);
    co_return;
  }
  auto job = job_of_lot(context_, std::move(files));
  if (job) {
    importer_.start(std::move(*job));
    co_return;
  }
  // The files are `processing`: the next start takes them up.
  base::log(base::Level::error, "lot.failed",
            {{"endpoint", name.first}, {"code", std::string(job.error().code)}});
}

Result<ImportJob> job_of_lot(const Context& context, std::vector<store::Exchange> files) {
  std::vector<Part> parts;
  for (store::Exchange& file : files) {
    auto opened = open(context, file);
    if (!opened) return fail(opened.error());
    parts.push_back({std::move(file), std::move(*opened), false});
  }
  return job_of_parts(context, std::move(parts));
}

ImportJob job_of_parts(const Context& context, std::vector<Part> parts) {
  put_in_order(
      context, parts, [](const Part& part) -> const auto& { return part.exchange; });
  std::map<std::string, std::uint64_t> newest;
  for (const Part& part : parts) {
    std::uint64_t& number = newest[part.exchange.lot_file];
    number = std::max(number, part.exchange.number);
  }
  std::map<std::string, std::string> digests;
  for (Part& part : parts) {
    part.replaced = part.exchange.number != newest[part.exchange.lot_file];
    if (!part.replaced) digests[part.exchange.lot_file] = part.opened.sha256;
  }
  std::string all;
  for (const auto& [name, digest] : digests)
    all.append(name).append(1, '=').append(digest).append(1, '\n');
  ImportJob job;
  job.parts = std::move(parts);
  job.lot_digest = context.vault.digest("lot", all);
  return job;
}

}  // namespace charmille::exchange
