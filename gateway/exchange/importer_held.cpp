// A snapshot with far fewer children than the one before waits for a person, who lets it be
// imported or refuses it: half an export must not pass for half of the children having left.
#include "gateway/exchange/durable.h"
#include "gateway/exchange/events.h"
#include "gateway/exchange/importer.h"
#include "gateway/exchange/settler.h"

namespace charmille::exchange {

namespace asio = boost::asio;

namespace {

/// Of so few children a share says nothing.
constexpr std::uint64_t least_missing = 5;

bool is_too_few(const config::Threshold& most, std::uint64_t before, std::uint64_t now) {
  if (now >= before) return false;
  if (now == 0) return true;  // a file of titles alone is an export that failed
  const std::uint64_t missing = before - now;
  const auto limit = static_cast<std::uint64_t>(most.value);
  if (!most.percent) return missing > limit;
  return missing >= least_missing && missing * 100 > before * limit;
}

}  // namespace

/// CH-EXC-034 when the lot is to wait. One that a person released still carries that fault.
Result<std::optional<Fault>> Importer::judge_missing(
    const ImportJob& job, const std::vector<std::unique_ptr<ChildReader>>& readers) const {
  const auto source = context_.site->config->endpoints.find(job.lead().endpoint);
  if (!job.is_lot() || readers.empty() || !source->second.lot ||
      source->second.lot->coverage != config::Coverage::snapshot ||
      job.lead().fault_code == too_few_children)
    return std::nullopt;
  const auto last = context_.store.lot_done_until(job.lead().endpoint, job.lead().lot);
  if (!last) return fail(last.error());
  if (!*last || (*last)->exchange == job.lead().id) return std::nullopt;
  const auto lead = context_.store.exchange((*last)->exchange);
  if (!lead) return fail(lead.error());
  if (!*lead) return std::nullopt;
  std::uint64_t now = 0;
  for (const auto& reader : readers) now += reader->children();
  const std::uint64_t before = (*lead)->accepted;
  if (!is_too_few(source->second.lot->max_missing, before, now)) return std::nullopt;
  return fault(too_few_children, {job.parts.front().name(), 0, 0, {}},
               {{"now", std::to_string(now)},
                {"before", std::to_string(before)},
                {"lot", (*last)->key},
                {"missing", std::to_string(before - now)}});
}

asio::awaitable<Result<void>> Importer::refuse(ImportJob job, Fault fault, merkle::Leaf leaf) {
  Report report = new_report(job);
  report.refused_whole = true;
  report.refuse(std::move(fault));
  Work work;
  for (const Part& part : job.parts)
    work.unit.preconditions.emplace_back(
        store::ExchangeAt{part.exchange.id, part.exchange.version});
  work.unit.audit.push_back(std::move(leaf));
  const std::string no_mapping;
  add_end(job, report, no_mapping, work);
  auto done = co_await carry_out(context_, lanes_, std::move(work));
  if (!done) co_return fail(done.error());
  settler_.tell(job, report);
  co_return Result<void>{};
}

}  // namespace charmille::exchange
