#include "gateway/audit/follower.h"

#include <condition_variable>
#include <mutex>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

#include "gateway/audit/glance.h"
#include "gateway/audit/index.h"
#include "gateway/base/log.h"

namespace charmille::audit {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

/// Leaves in one transaction of the index. Nobody waits for the index unless somebody asks: it
/// pauses between batches.
constexpr std::uint32_t kBatch = 2000;
constexpr auto kPause = std::chrono::milliseconds(500);

class SqliteFollower final : public Follower {
 public:
  SqliteFollower(store::Store& store, Index index)
      : store_(store), index_(std::move(index)), indexed_(index_.next()) {
    thread_ = std::thread([this] { run(); });
  }
  ~SqliteFollower() override { SqliteFollower::stop(); }

  Result<Page> list(const Query& query, Deadline deadline) override {
    if (auto caught_up = wait_for(store_.frontier().size(), deadline); !caught_up)
      return fail(caught_up.error());
    Page page;
    std::uint64_t before = query.before;
    // One more than asked, to know whether a page follows; more rounds only where two exchanges
    // share a key.
    while (page.leaves.size() <= query.limit) {
      Query rest = query;
      rest.before = before;
      auto numbers = find(rest, query.limit + 1);
      if (!numbers) return fail(numbers.error());
      for (const std::uint64_t seq : *numbers) {
        before = seq;
        auto rows = store_.leaves(seq, 1);
        if (!rows) return fail(rows.error());
        if (!rows->empty() && is_of(query, rows->front()))
          page.leaves.push_back(std::move(rows->front()));
      }
      if (numbers->size() <= query.limit) break;
    }
    if (page.leaves.size() > query.limit) {
      page.leaves.resize(query.limit);
      page.next = page.leaves.empty() ? 0 : page.leaves.back().seq;
    }
    return page;
  }

  std::uint64_t indexed() const override {
    const std::lock_guard lock(mutex_);
    return indexed_;
  }

  void stop() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

 private:
  static bool is_of(const Query& query, const store::LeafRow& row) {
    if (!query.exchange) return true;
    const Glance seen = glance(row.record);
    const std::string id = query.exchange->text();
    return seen.xch == id || seen.flow == id;
  }

  Result<std::vector<std::uint64_t>> find(const Query& query, std::uint32_t limit) {
    const std::lock_guard lock(index_mutex_);
    return index_.find(query, limit);
  }

  Result<void> wait_for(std::uint64_t size, Deadline deadline) {
    std::unique_lock lock(mutex_);
    wanted_ = std::max(wanted_, size);
    changed_.notify_all();
    const bool there = changed_.wait_until(lock, deadline,
                                           [&] { return indexed_ >= size || stopping_ || fault_; });
    if (fault_) return fail(*fault_);
    if (there && indexed_ >= size) return {};
    return fail("CH-AUD-002", {}, {{"behind", std::to_string(size - indexed_)}});
  }

  void run() {
    // A thread of its own priority: the work of the gateway goes before.
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), 10);
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      lock.unlock();
      auto added = add_batch();
      lock.lock();
      if (!added) {
        fault_ = added.error();
        base::log(base::Level::error, "audit.index", {{"fault", std::string(added.error().code)}});
        changed_.notify_all();
        return;
      }
      indexed_ += *added;
      changed_.notify_all();
      if (*added < kBatch)
        changed_.wait_for(lock, kPause, [this] { return stopping_ || wanted_ > indexed_; });
    }
  }

  /// Indexes what has come since, up to a batch; how many.
  Result<std::size_t> add_batch() {
    auto leaves = store_.leaves(index_.next(), kBatch);
    if (!leaves) return fail(leaves.error());
    if (leaves->empty()) return 0;
    const std::lock_guard lock(index_mutex_);
    if (auto done = index_.add(*leaves); !done) return fail(done.error());
    return leaves->size();
  }

  store::Store& store_;
  std::mutex index_mutex_;
  Index index_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t indexed_ = 0;
  std::uint64_t wanted_ = 0;  ///< somebody waits for this many
  bool stopping_ = false;
  std::optional<Fault> fault_;
  std::thread thread_;
};

}  // namespace

namespace {

/// Whether the leaf that was indexed last is still where it was: not after an older copy of the
/// store was restored.
Result<bool> belongs(store::Store& store, const Index& index) {
  if (index.next() == 0) return true;
  auto last = store.leaves(index.next() - 1, 1);
  if (!last) return fail(last.error());
  return !last->empty() && last->front().seq == index.next() - 1 &&
         last->front().hash == index.last_hash();
}

}  // namespace

Result<std::unique_ptr<Follower>> Follower::start(store::Store& store,
                                                  const std::filesystem::path& file) {
  auto index = Index::open(file);
  if (index) {
    auto ours = belongs(store, *index);
    if (!ours) return fail(ours.error());
    if (*ours) return std::make_unique<SqliteFollower>(store, std::move(*index));
  }
  // Damaged, of another version or of another log: the leaves give it all back.
  index = fail("CH-STO-006");
  Index::remove(file);
  index = Index::open(file);
  if (!index) return fail(index.error());
  return std::make_unique<SqliteFollower>(store, std::move(*index));
}

}  // namespace charmille::audit
