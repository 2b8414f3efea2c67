// The store after a loss of power at every sync of a run: every promise is kept, and without a sync
// it would not be.
#include "gateway/store/store.h"

#include <fstream>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "gateway/audit/verify.h"
#include "tests/faults/powerloss/disk_log.h"

namespace charmille::powerloss {
namespace {

namespace fs = std::filesystem;
using namespace store;

class Run {
 public:
  explicit Run(const char* how) {
    std::string name = "/tmp/charmille-powerloss-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    fs::create_directory(folder_ / "state");
    const std::string root = (folder_ / "state").string();
    const std::string marks = (folder_ / "marks").string();
    const std::string env[] = {"LD_PRELOAD=" POWERLOSS_SHIM, "POWERLOSS_ROOT=" + root,
                               "POWERLOSS_LOG=" + (folder_ / "log").string(),
                               "POWERLOSS_MARKS=" + marks};
    const char* environment[] = {env[0].c_str(), env[1].c_str(), env[2].c_str(), env[3].c_str(),
                                 nullptr};
    const char* arguments[] = {POWERLOSS_SCENARIO, root.c_str(), marks.c_str(), how, nullptr};
    pid_t child = 0;
    REQUIRE(::posix_spawn(&child, POWERLOSS_SCENARIO, nullptr, nullptr,
                          const_cast<char**>(arguments), const_cast<char**>(environment)) == 0);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(status == 0);
    log_ = DiskLog::read(folder_ / "log");
    REQUIRE(log_.moments().size() > 4);
  }
  Run(const Run&) = delete;
  ~Run() { fs::remove_all(folder_); }

  const DiskLog& log() const { return log_; }
  fs::path scratch() const {
    return fs::exists("/dev/shm") ? fs::path("/dev/shm") / folder_.filename() : folder_ / "after";
  }

 private:
  fs::path folder_;
  DiskLog log_;
};

Uuid id_of(const std::string& step) {
  return base::uuid_v5({}, "step " + step);
}

std::string slurp(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Whether the store keeps one promise of the scenario.
bool kept(Store& store, const std::string& promise) {
  const std::string verb = promise.substr(0, promise.find(' '));
  const std::string step = promise.substr(verb.size() + 1);
  const Uuid id = id_of(step);
  const auto x = store.exchange(id);
  const auto payload = store.payload(id);
  if (!x || !*x || !payload || !*payload) return false;
  if (verb != "received" && (**x).state != State::done) return false;
  if (verb == "dropped") return (**payload).key.empty() && !fs::exists(store.payload_path(id));
  if ((**payload).key.empty()) return true;  // dropped later on: the other promise looks at it
  const std::string body(5000, static_cast<char>('a' + std::stoi(step) % 26));
  return ((**payload).in_file ? slurp(store.payload_path(id)) : (**payload).body) == body;
}

/// Broken promises after a loss at the moment; a store that does not open, or whose log is not
/// whole, breaks them all.
std::size_t broken(const DiskLog& log, std::size_t moment, const Loss& loss,
                   const fs::path& folder) {
  fs::remove_all(folder);
  log.rebuild(moment, loss, folder);
  const auto promises = log.marks(moment);
  std::size_t count = 0;
  {
    SqliteOptions options;
    options.folder = folder;
    options.log_origin = "test/audit/gw1";
    const auto store = open_sqlite(options);
    if (!store) return promises.size() + 1;
    for (const std::string& promise : promises) count += kept(**store, promise) ? 0 : 1;
    auto reader = read_sqlite_log(folder);
    const auto verdict = reader ? audit::verify(**reader) : tl::unexpected(reader.error());
    if (!verdict || !verdict->whole() || verdict->size < promises.size()) ++count;
  }
  fs::remove_all(folder);
  return count;
}

/// Over every moment of the run.
std::size_t broken_anywhere(const Run& run, const Loss& loss) {
  std::size_t count = 0;
  for (const std::size_t moment : run.log().moments()) {
    const std::size_t here = broken(run.log(), moment, loss, run.scratch());
    if (here != 0 && count == 0)
      MESSAGE("first at note " << moment << " of " << run.log().notes().size());
    count += here;
  }
  return count;
}

}  // namespace

TEST_CASE("after a loss of power at any sync, the store keeps every promise") {
  const Run run(nullptr);
  CHECK(run.log().marks(run.log().notes().size()).size() == 46);
  CHECK(broken_anywhere(run, {}) == 0);
}

TEST_CASE("the same when an arbitrary part of the unsynced writes survived") {
  const Run run(nullptr);
  for (const std::uint64_t seed : {1, 2, 3}) {
    Loss loss;
    loss.seed = seed;
    CHECK(broken_anywhere(run, loss) == 0);
  }
}

TEST_CASE("without syncs promises are broken: this test can fail") {
  const Run run("no-sync");
  CHECK(broken_anywhere(run, {}) > 0);
}

TEST_CASE("without the sync of a folder promises are broken") {
  const Run run(nullptr);
  for (const char* folder : {"", "payloads"}) {
    Loss loss;
    loss.deaf_folder = folder;
    CHECK(broken_anywhere(run, loss) > 0);
  }
}

}  // namespace charmille::powerloss
