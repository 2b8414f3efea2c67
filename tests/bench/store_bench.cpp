// How many exchanges the SQLite store makes durable in a second, what the committer spends on each,
// and how the raw database does with the same bytes. An exchange is three units: received, applied,
// delivered.
//
//   store_bench [--folder DIR] [--seconds 5] [--children 10000] [--flows 64]
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <unistd.h>

#include <sqlite3.h>

#include "gateway/audit/follower.h"
#include "gateway/audit/verify.h"
#include "gateway/store/store.h"

namespace {

using namespace charmille;
using namespace charmille::store;

struct Setting {
  std::filesystem::path folder = "store-bench";
  double seconds = 5;
  std::size_t children = 10'000;
  std::size_t flows = 64;  ///< exchanges under way at once
};

std::mt19937_64 generator(1);

std::string random_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; i += 8) {
    const std::uint64_t word = generator();
    std::memcpy(bytes.data() + i, &word, std::min<std::size_t>(8, size - i));
  }
  return bytes;
}

Uuid new_id(bool of_time) {
  Uuid id = of_time ? base::uuid_v7(base::system_clock().now(), base::system_random()) : Uuid{};
  if (!of_time) std::memcpy(id.bytes.data(), random_bytes(16).data(), 16);
  return id;
}

merkle::Leaf leaf(merkle::Event event, const Uuid& exchange, const Uuid& flow) {
  merkle::Leaf l;
  l.ev = event;
  l.act = merkle::Act::create;
  l.xch = exchange;
  l.flow = flow;
  l.chan = "sftp";
  l.dir = merkle::Direction::in;
  l.peer = merkle::Peer{"departement", "127.0.0.1", std::uint16_t{22}, {}};
  l.subj = merkle::Subject{{}, 2026};
  merkle::Object object;
  object.type = "payload";
  object.size = 1024;
  object.sha256_in = merkle::Digest{};
  l.obj.push_back(object);
  l.basis = "CASF L226-2-2";
  l.ret = "exchange";
  return l;
}

double cpu_seconds(clockid_t clock) {
  timespec t{};
  ::clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

double outside_cpu = 0;  ///< spent by the bench in the committer's thread

/// One exchange after another, each in its three units.
class Flow {
 public:
  Flow(Store& store, const std::vector<Uuid>& children, std::atomic<std::uint64_t>& finished)
      : store_(store), children_(children), finished_(finished) {}

  void run(std::atomic<bool>& stop) {
    stop_ = &stop;
    received();
  }
  bool idle() const { return idle_; }

 private:
  void commit(Unit unit, void (Flow::*next)()) {
    // The next unit is made in the committer's thread: its CPU is not the store's, and is taken
    // off.
    store_.commit(std::move(unit), [this, next](Result<Committed> done) {
      const double start = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
      if (!done) {
        std::fprintf(stderr, "%s\n", std::string(done.error().code).c_str());
        std::_Exit(1);
      }
      (this->*next)();
      outside_cpu += cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - start;
    });
  }

  PayloadRow payload() {
    return {new_id(true),       1000,  random_bytes(32),          random_bytes(60),
            random_bytes(1024), false, base::system_clock().now()};
  }

  void received() {
    if (*stop_) {
      idle_ = true;
      return;
    }
    Unit unit;
    in_ = {};
    in_.id = in_.flow = new_id(true);
    in_.organisation = "tilleuls";
    in_.partner = "eo";
    in_.endpoint = "eo-depot";
    in_.created = in_.updated = base::system_clock().now();
    in_.metadata = random_bytes(150);
    PayloadRow p = payload();
    in_.payload = p.id;
    unit.preconditions.push_back(NoIdempotency{in_.id.text()});
    unit.writes.push_back(PutIdempotency{random_bytes(16), p.sha256, in_.id, in_.created});
    unit.writes.push_back(PutExchange{in_});
    unit.writes.push_back(PutPayload{std::move(p)});
    unit.audit.push_back(leaf(merkle::Event::exchange_received, in_.id, in_.id));
    commit(std::move(unit), &Flow::applied);
  }

  void applied() {
    Unit unit;
    child_ = children_[generator() % children_.size()];
    unit.preconditions.push_back(ExchangeAt{in_.id, 1});
    in_.state = State::done;
    in_.accepted = 1;
    out_ = in_;
    out_.id = new_id(true);
    out_.cause = in_.id;
    out_.direction = Direction::out;
    out_.state = State::queued;
    out_.partner = "departement";
    out_.endpoint = "departement-sftp";
    out_.route = "placements";
    out_.lane = "placements/" + child_.text().substr(0, 8);
    out_.metadata = random_bytes(150);
    PayloadRow p = payload();
    out_.payload = p.id;
    unit.writes.push_back(PutExchange{in_});
    unit.writes.push_back(
        PutChild{{child_, "tilleuls", std::string(60, 'k'), std::string(16, 't'), 0, {}, 0}});
    for (const char* section : {"identity", "placement", "school", "health"}) {
      unit.writes.push_back(
          PutStatement{{child_, "eo", section, in_.created, "20260630", in_.id, random_bytes(32),
                        random_bytes(300), false, in_.created}});
    }
    unit.writes.push_back(PutProjection{
        {"placements/departement-sftp", child_, random_bytes(32), random_bytes(32), out_.id}});
    unit.writes.push_back(PutExchange{out_});
    unit.writes.push_back(PutPayload{std::move(p)});
    for (const auto event : {merkle::Event::exchange_validated, merkle::Event::exchange_translated,
                             merkle::Event::exchange_receipt, merkle::Event::exchange_queued}) {
      unit.audit.push_back(leaf(event, out_.id, in_.id));
    }
    commit(std::move(unit), &Flow::delivered);
  }

  void delivered() {
    Unit unit;
    unit.preconditions.push_back(ExchangeAt{out_.id, 1});
    out_.state = State::delivered;
    out_.attempts = 1;
    unit.writes.push_back(PutExchange{out_});
    unit.writes.push_back(ConfirmProjections{out_.id});
    unit.audit.push_back(leaf(merkle::Event::exchange_delivered, out_.id, in_.id));
    commit(std::move(unit), &Flow::counted);
  }

  void counted() {
    ++finished_;
    received();
  }

  Store& store_;
  const std::vector<Uuid>& children_;
  std::atomic<std::uint64_t>& finished_;
  std::atomic<bool>* stop_ = nullptr;
  std::atomic<bool> idle_ = false;
  Exchange in_;
  Exchange out_;
  Uuid child_;
};

using Steady = std::chrono::steady_clock;

double since(Steady::time_point start) {
  return std::chrono::duration<double>(Steady::now() - start).count();
}

/// Bytes of the state folder on disk.
std::uint64_t size_of(const std::filesystem::path& folder) {
  std::uint64_t size = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) size += entry.file_size();
  }
  return size;
}

/// Writes of 16 KiB, each followed by its sync: what the disk alone can do.
void bench_disk(const Setting& s) {
  const auto file = s.folder / "disk";
  const int fd = ::open(file.c_str(), O_CREAT | O_RDWR, 0600);
  const std::string block(16 << 10, 'x');
  const auto start = Steady::now();
  int n = 0;
  for (; since(start) < 1; ++n) {
    if (::pwrite(fd, block.data(), block.size(),
                 static_cast<off_t>((n % 1000) * static_cast<int>(block.size()))) < 0)
      break;
    if (::fdatasync(fd) != 0) break;
  }
  std::printf("disk        %8.0f syncs/s (16 KiB each)\n", n / since(start));
  ::close(fd);
  std::filesystem::remove(file);
}

/// One table, rows of the bytes of an exchange, transactions of the size that the store had: SQLite
/// without our tables.
void bench_raw(const Setting& s, double exchanges_a_commit) {
  sqlite3* db = nullptr;
  const auto file = s.folder / "raw.db";
  sqlite3_open(file.c_str(), &db);
  sqlite3_exec(db,
               "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t(id INTEGER "
               "PRIMARY KEY, b BLOB)",
               nullptr, nullptr, nullptr);
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(db, "INSERT INTO t(b) VALUES(?1)", -1, &insert, nullptr);
  const std::string row = random_bytes(1024);
  const auto rows =
      static_cast<std::size_t>(std::max(1.0, exchanges_a_commit * 8));  // 8 KB an exchange
  const auto start = Steady::now();
  const double cpu = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
  std::size_t commits = 0;
  while (since(start) < 2) {
    sqlite3_exec(db, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr);
    for (std::size_t i = 0; i < rows; ++i) {
      sqlite3_bind_blob(insert, 1, row.data(), static_cast<int>(row.size()), SQLITE_STATIC);
      sqlite3_step(insert);
      sqlite3_reset(insert);
    }
    sqlite3_exec(db, "COMMIT", nullptr, nullptr, nullptr);
    ++commits;
  }
  const double seconds = since(start);
  const double exchanges = static_cast<double>(commits * rows) / 8;
  std::printf("raw sqlite  %8.0f exchanges/s of 8 KB, %.0f commits/s, %.4f ms CPU an exchange\n",
              exchanges / seconds, static_cast<double>(commits) / seconds,
              (cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) * 1e3 / exchanges);
  sqlite3_finalize(insert);
  sqlite3_close(db);
}

/// CPU seconds of the thread named so far by its id; the committer is the only thread that the
/// store starts.
double thread_cpu(int tid) {
  std::ifstream stat("/proc/self/task/" + std::to_string(tid) + "/stat");
  std::string text;
  std::getline(stat, text);
  unsigned long user = 0;
  unsigned long system = 0;
  std::sscanf(text.c_str() + text.rfind(')') + 2,
              "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
  return static_cast<double>(user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

int newest_thread() {
  int newest = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
    newest = std::max(newest, std::stoi(entry.path().filename().string()));
  }
  return newest;
}

/// The index's cost for an exchange, and how fast the whole log is verified.
int bench_audit(const Setting& s, Store& store, double exchanges) {
  const double cpu = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
  auto follower = audit::Follower::start(store, s.folder / "audit-index.db");
  if (!follower) return 1;
  const auto page = (*follower)->list({}, Steady::now() + std::chrono::seconds(60));
  if (!page) return 1;
  std::printf("audit index %8.4f ms CPU an exchange\n",
              (cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) * 1e3 / exchanges);
  (*follower)->stop();
  auto log = read_sqlite_log(s.folder / "state");
  if (!log) return 1;
  const double before = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
  const auto verdict = audit::verify(**log);
  if (!verdict || !verdict->whole()) return 1;
  const double spent = cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - before;
  std::printf("verify      %8.0f leaves a CPU second\n",
              static_cast<double>(verdict->verified) / spent);
  return 0;
}

int bench_store(const Setting& s) {
  SqliteOptions options;
  options.folder = s.folder / "state";
  options.log_origin = "bench/audit/gw1";
  options.node = "gw1";
  auto opened = open_sqlite(options);
  if (!opened) return 1;
  Store& store = **opened;
  const int committer = newest_thread();

  std::vector<Uuid> children;
  for (std::size_t i = 0; i < s.children; ++i) {
    children.push_back(new_id(false));
    Unit unit;
    unit.writes.push_back(
        PutChild{{children.back(), "tilleuls", std::string(60, 'k'), random_bytes(16), 0, {}, 0}});
    if (i + 1 < s.children) {
      store.commit(std::move(unit), [](Result<Committed>) {});
    } else if (!store.commit_and_wait(std::move(unit))) {
      return 1;
    }
  }

  std::atomic<std::uint64_t> finished = 0;
  std::atomic<bool> stop = false;
  std::vector<std::unique_ptr<Flow>> flows;
  const auto start = Steady::now();
  const double cpu = thread_cpu(committer);
  outside_cpu = 0;
  for (std::size_t i = 0; i < s.flows; ++i) {
    flows.push_back(std::make_unique<Flow>(store, children, finished));
    flows.back()->run(stop);
  }
  std::this_thread::sleep_for(std::chrono::duration<double>(s.seconds));
  stop = true;
  for (const auto& flow : flows) {
    while (!flow->idle()) std::this_thread::yield();
  }
  const double seconds = since(start);
  const double spent = thread_cpu(committer) - cpu - outside_cpu;
  const auto n = static_cast<double>(finished.load());
  std::printf("store       %8.0f exchanges/s (3 units, 6 leaves each), %.4f ms CPU an exchange\n",
              n / seconds, spent * 1e3 / n);
  std::printf("            %8.0f bytes on disk an exchange\n",
              static_cast<double>(size_of(options.folder)) / n);
  return bench_audit(s, store, n);
}

}  // namespace

int main(int argc, char** argv) {
  Setting s;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--folder") s.folder = argv[i + 1];
    if (name == "--seconds") s.seconds = std::stod(argv[i + 1]);
    if (name == "--children") s.children = std::stoul(argv[i + 1]);
    if (name == "--flows") s.flows = std::stoul(argv[i + 1]);
  }
  std::filesystem::remove_all(s.folder);
  std::filesystem::create_directories(s.folder);
  bench_disk(s);
  bench_raw(s, static_cast<double>(s.flows) / 3);
  const int code = bench_store(s);
  std::filesystem::remove_all(s.folder);
  return code;
}
