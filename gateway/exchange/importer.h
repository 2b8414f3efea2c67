// The importer: what was received becomes statements and deliveries.
//
// A payload, or a lot, is read twice: refused whole in pass 1, or applied child by child in pass 2,
// bad ones going to quarantine. The exchange's end is in the same commit as its last children; a
// crash before it makes the import begin again, which changes nothing that was applied already.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "gateway/exchange/alarms.h"
#include "gateway/exchange/child_reader.h"
#include "gateway/exchange/child_writer.h"
#include "gateway/exchange/context.h"
#include "gateway/exchange/import_job.h"
#include "gateway/exchange/preview.h"
#include "gateway/exchange/waiters.h"
#include "gateway/merkle/leaf.h"

namespace charmille::exchange {

class Settler;

class Importer {
 public:
  /// Imports under way at once; the others wait in order.
  static constexpr std::size_t most_at_once = 64;
  /// An import that a crash interrupted more often than this waits for a person.
  static constexpr std::uint32_t most_attempts = 3;

  Importer(Context& context, Outbox& outbox, Lanes& lanes, Alarms& alarms, Settler& settler);

  void start(ImportJob job);
  /// What the files would change, had their partner given them now. A fault refuses the whole, as
  /// pass 1 would.
  Result<Preview> preview(const std::string& endpoint, std::vector<GivenFile> files) const;
  /// The lot of `job` is not imported: each file is rejected, with `fault` as its report, and
  /// `leaf` says who decided so. CH-STO-010 when somebody else decided meanwhile.
  boost::asio::awaitable<Result<void>> refuse(ImportJob job, Fault fault, merkle::Leaf leaf);
  /// Why a snapshot waits for a person.
  static constexpr std::string_view too_few_children = "CH-EXC-034";
  /// Imports that wait or are under way.
  std::size_t waiting() const;

 private:
  struct Run;
  struct Segment;

  boost::asio::awaitable<void> work(ImportJob job);
  boost::asio::awaitable<Result<void>> import(ImportJob& job, Report& report);
  boost::asio::awaitable<Result<void>> relay(ImportJob& job, Report& report);
  boost::asio::awaitable<Result<void>> count_attempt(ImportJob& job);
  boost::asio::awaitable<Result<void>> import_route(Run& run, ChildReader& reader);
  boost::asio::awaitable<Result<std::size_t>> apply_from(Run& run, std::vector<ReadChild>& children,
                                                         std::size_t first);
  boost::asio::awaitable<Result<void>> finish_route(Run& run);
  boost::asio::awaitable<Result<void>> collect(Run& run, const DestinationPlan& destination);
  boost::asio::awaitable<Result<void>> judge_flood(Run& run, const DestinationPlan& destination);
  Result<std::vector<store::Exchange>> held_of(const Run& run,
                                               const DestinationPlan& destination) const;
  boost::asio::awaitable<Result<void>> note_absent(Run& run);
  boost::asio::awaitable<Result<void>> end(ImportJob& job, Report& report, std::string mapping);
  boost::asio::awaitable<Result<void>> set_aside(ImportJob& job, store::State state, Fault fault);

  Result<void> judge_number(ImportJob& job,
                            const std::vector<std::unique_ptr<ChildReader>>& readers,
                            Report& report) const;
  Result<std::optional<Fault>> judge_missing(
      const ImportJob& job, const std::vector<std::unique_ptr<ChildReader>>& readers) const;
  Report new_report(const ImportJob& job) const;
  mapping::Variables variables_of(const ImportJob& job, const RoutePlan& route) const;
  ImportPlan plan_of(const ImportJob& job, const RoutePlan& route, const ChildReader& reader) const;
  void add_end(ImportJob& job, const Report& report, const std::string& mapping, Work& work);
  Result<void> add_child(Run& run, ReadChild& child, Segment& segment);
  Result<void> preview_job(const std::string& endpoint, std::vector<GivenFile> files,
                           Preview& into) const;
  Result<void> judge_floods(const RoutePlan& route, bool lot, PreviewRoute& into) const;
  bool is_counted(const ImportPlan& plan, const ReadChild& child) const;
  Result<void> preview_children(const ImportPlan& plan, ChildReader& reader,
                                std::vector<Fault>& faults) const;
  Result<void> preview_child(const ImportPlan& plan, const ReadChild& child,
                             std::vector<Fault>& faults) const;
  void add_quarantine(const Run& run, const ReadChild& child, const Fault& fault, Segment& segment);
  void add_subjects(const Run& run, Segment& segment);
  void count(Run& run, const std::vector<ChildOutcome>& outcomes);
  void ended();

  Context& context_;
  Outbox& outbox_;
  Lanes& lanes_;
  Alarms& alarms_;
  Settler& settler_;
  mutable std::mutex mutex_;
  std::size_t under_way_ = 0;
  std::deque<ImportJob> queue_;
};

}  // namespace charmille::exchange
