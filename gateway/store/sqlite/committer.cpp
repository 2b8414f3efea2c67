#include "gateway/store/sqlite/committer.h"

#include <algorithm>

#include "gateway/base/catalogue.h"
#include "gateway/base/log.h"

namespace charmille::store::sqlite {
namespace {

bool brings_payload(const Unit& unit) {
  for (const Write& w : unit.writes) {
    if (std::holds_alternative<PutPayload>(w)) return true;
  }
  return false;
}

/// A log that commits lengthen faster than a pass beside them copies it is copied while they wait.
constexpr std::uint32_t most_times_the_limit = 4;

/// About how many bytes the unit writes.
std::size_t size_of(const Unit& unit) {
  std::size_t size = 512 * (unit.writes.size() + unit.audit.size());
  for (const Write& w : unit.writes) {
    if (const auto* p = std::get_if<PutPayload>(&w)) size += p->payload.body.size();
    if (const auto* s = std::get_if<PutStatement>(&w)) size += s->statement.body.size();
  }
  return size;
}

}  // namespace

Committer::Committer(Connection db, Connection checkpoints, LeafLog log, const Folder& folder,
                     Readers& readers, const base::Clock& clock, CommitterLimits limits)
    : db_(std::move(db)),
      checkpointer_(std::move(checkpoints)),
      log_(std::move(log)),
      writer_(db_, clock),
      folder_(folder),
      readers_(readers),
      clock_(clock),
      limits_(limits),
      frontier_(log_.frontier()) {}

Result<void> Committer::start() {
  if (auto done = writer_.open(); !done) return done;
  has_quarantine_ = writer_.quarantine_open() > 0;
  short_of_space_ = !folder_.has_reserve() && !folder_.make_reserve(limits_.reserve);
  thread_ = std::thread([this] { run(); });
  return {};
}

void Committer::commit(Unit unit, Store::Done done) {
  std::unique_lock lock(mutex_);
  if (broken_ || closing_) {
    Fault refused = broken_ ? *broken_ : fault("CH-STO-011", {}, {{"reason", "closed"}});
    lock.unlock();
    done(fail(std::move(refused)));
    return;
  }
  const std::size_t bytes = size_of(unit);
  pending_.push_back({std::move(unit), std::move(done), bytes, {}});
  lock.unlock();
  wake_.notify_one();
}

merkle::Frontier Committer::frontier() const {
  const std::lock_guard lock(mutex_);
  return frontier_;
}

void Committer::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Committer::run() {
  for (;;) {
    Batch batch = take();
    if (batch.empty()) break;
    work(batch);
    keep_house();
  }
  checkpointer_.close();
  const std::lock_guard lock(mutex_);
  if (broken_) return;
  // Leaves one whole file behind. When a reader or the disk prevents it, the write-ahead log stays
  // and loses nothing.
  if (auto done = db_.checkpoint_and_cut(); !done)
    base::log(base::Level::warning, "store.close", {{"fault", std::string(done.error().code)}});
}

/// What is pending, up to the limits. Empty: the store closes.
Committer::Batch Committer::take() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return closing_ || !pending_.empty(); });
  Batch batch;
  std::size_t bytes = 0;
  while (!pending_.empty() && batch.size() < limits_.units && bytes < limits_.bytes) {
    bytes += pending_.front().bytes;
    batch.push_back(std::move(pending_.front()));
    pending_.pop_front();
  }
  return batch;
}

void Committer::work(Batch& batch) {
  {
    const std::lock_guard lock(mutex_);
    if (broken_) {
      answer_rest(batch, *broken_);
    }
  }
  while (transaction(batch) == Ending::again) {
  }
  give_answers(batch);
}

/// One transaction over the units that have no answer yet.
Committer::Ending Committer::transaction(Batch& batch) {
  if (std::ranges::all_of(batch, [](const Pending& p) { return p.answer.has_value(); }))
    return Ending::given_up;
  if (auto begun = db_.run("BEGIN IMMEDIATE"); !begun)
    return trouble(begun.error(), batch, nullptr);
  log_.look_at_clock();
  std::vector<Pending*> written;
  for (Pending& pending : batch) {
    if (pending.answer) continue;
    if (short_of_space_ && brings_payload(pending.unit)) {
      pending.answer = fail("CH-STO-013");
      continue;
    }
    if (auto done = write(pending); !done) {
      for (Pending* one : written) one->answer.reset();
      return trouble(done.error(), batch, &pending);
    }
    if (*pending.answer) written.push_back(&pending);
  }
  Result<void> done = writer_.finish();
  if (done) done = log_.finish(db_);
  if (done) done = db_.run("COMMIT");
  if (!done) {
    for (Pending* one : written) one->answer.reset();
    return trouble(done.error(), batch, nullptr);
  }
  for (const Uuid& id : writer_.committed()) folder_.remove(id);
  has_quarantine_ = writer_.quarantine_open() > 0;
  log_.committed();
  return Ending::committed;
}

/// Writes one unit, or answers that its precondition failed. A fault means: the transaction cannot
/// be used.
Result<void> Committer::write(Pending& pending) {
  auto holds = writer_.holds(pending.unit);
  if (!holds) return fail(holds.error());
  if (!*holds) {
    pending.answer = fail("CH-STO-010");
    return {};
  }
  if (auto done = writer_.apply(pending.unit); !done) return done;
  auto first = log_.append(db_, pending.unit.audit);
  if (!first) return fail(first.error());
  pending.answer = Committed{*first};
  return {};
}

/// Rolls back and decides: once more without the unit that is at fault, or an end for all.
Committer::Ending Committer::trouble(const Fault& f, Batch& batch, Pending* unit) {
  if (db_.in_transaction()) (void)db_.run("ROLLBACK");
  writer_.rolled_back();
  log_.rolled_back();
  // What went wrong after the precondition of another unit failed does not undo that answer, but
  // that answer was found in a transaction that is gone: it is found again.
  for (Pending& pending : batch) {
    if (pending.answer && !*pending.answer && pending.answer->error().code == "CH-STO-010")
      pending.answer.reset();
  }
  const bool own_mistake = f.action == base::Action::reject || f.code.starts_with("CH-LEAF");
  if (unit != nullptr && own_mistake) {
    unit->answer = fail(f);
    return Ending::again;
  }
  if (f.code == "CH-STO-013" && !short_of_space_) {
    short_of_space_ = true;
    folder_.free_reserve();
    base::log(base::Level::error, "store.disk_full", {});
    return Ending::again;
  }
  if (f.action == base::Action::retry) {
    answer_rest(batch, f);
    return Ending::given_up;
  }
  break_down(f);
  answer_rest(batch, *broken_);
  return Ending::given_up;
}

void Committer::answer_rest(Batch& batch, const Fault& f) {
  for (Pending& pending : batch) {
    if (!pending.answer) pending.answer = fail(f);
  }
}

void Committer::give_answers(Batch& batch) {
  {
    const std::lock_guard lock(mutex_);
    frontier_ = log_.frontier();
  }
  for (Pending& pending : batch) pending.done(std::move(*pending.answer));
}

void Committer::break_down(const Fault& cause) {
  const std::string reason = base::text_of(cause, base::Language::en);
  base::log(base::Level::error, "store.broken", {{"reason", reason}});
  readers_.close();
  const std::lock_guard lock(mutex_);
  broken_ = fault("CH-STO-011", {}, {{"reason", reason}});
}

/// Between transactions: the write-ahead log is kept short, and a spent reserve is made again once
/// there is space.
void Committer::keep_house() {
  {
    const std::lock_guard lock(mutex_);
    if (broken_) return;
  }
  if (auto done = shorten_log(); !done && done.error().action != base::Action::retry) {
    break_down(done.error());
    return;
  }
  if (!short_of_space_ || clock_.steady() - last_look_ < std::chrono::seconds(1)) return;
  last_look_ = clock_.steady();
  if (folder_.make_reserve(limits_.reserve)) {
    short_of_space_ = false;
    base::log(base::Level::info, "store.space_again", {});
  }
}

Result<void> Committer::shorten_log() {
  const bool starved = db_.log_pages() >= most_times_the_limit * limits_.log_pages;
  const auto pass = checkpointer_.ended();
  if (pass && !*pass) return fail(pass->error());
  if (pass || starved || short_of_space_) return db_.checkpoint();
  if (db_.log_pages() >= limits_.log_pages) checkpointer_.begin();
  return {};
}

}  // namespace charmille::store::sqlite
