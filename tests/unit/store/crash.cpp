// Killed at any moment, the store keeps what it acknowledged. `CHARMILLE_FULL` in the environment
// runs more rounds.
#include <poll.h>
#include <random>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/store/sample.h"

namespace charmille::store {
using namespace sample;

namespace {

/// Commits until it is killed, and writes each acknowledged id to the pipe. Never returns.
[[noreturn]] void commit_for_ever(const std::filesystem::path& folder, int acknowledged) {
  auto store = open_sqlite(options(folder));
  if (!store) ::_exit(3);
  const auto one = [&](const std::string& lane) {
    const Exchange x = lane.empty() ? inbound(new_id()) : delivery(new_id(), lane);
    Unit unit;
    unit.writes.push_back(PutExchange{x});
    unit.writes.push_back(
        PutPayload{{x.id, 3000, "sha", "key", std::string(3000, 'b'), false, at(1)}});
    unit.audit.push_back(leaf(x.id));
    (*store)->commit(std::move(unit), [id = x.id, acknowledged](Result<Committed> done) {
      if (done && ::write(acknowledged, id.bytes.data(), id.bytes.size()) != 16) ::_exit(4);
    });
  };
  for (;;) {
    for (int i = 0; i < 20; ++i) one(i % 2 == 0 ? "" : "lane");
    ::usleep(500);
  }
}

std::vector<Uuid> read_ids(int from) {
  std::vector<Uuid> ids;
  Uuid id;
  while (::read(from, id.bytes.data(), id.bytes.size()) == 16) ids.push_back(id);
  return ids;
}

}  // namespace

TEST_CASE("killed at random moments, the store has every acknowledged unit and a whole audit log") {
  const TemporaryFolder folder;
  const int rounds = std::getenv("CHARMILLE_FULL") != nullptr ? 300 : 30;
  std::mt19937 random(20261121);
  std::vector<Uuid> acknowledged;
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    int pipe[2];
    REQUIRE(::pipe(pipe) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(pipe[0]);
      commit_for_ever(folder.path(), pipe[1]);
    }
    ::close(pipe[1]);
    if (round % 2 == 1) {  // killed while it commits, however long it took to begin
      pollfd first{pipe[0], POLLIN, 0};
      REQUIRE(::poll(&first, 1, 30'000) == 1);
    }
    ::usleep(20'000 + static_cast<unsigned>(random() % 60'000));
    ::kill(child, SIGKILL);
    const auto ids = read_ids(pipe[0]);
    ::close(pipe[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    acknowledged.insert(acknowledged.end(), ids.begin(), ids.end());

    const auto store = open(folder.path());
    int lost = 0;
    for (const Uuid& id : ids) lost += store->exchange(id)->has_value() ? 0 : 1;
    CHECK(lost == 0);
    const auto counts = store->counts();
    REQUIRE(counts);
    std::uint64_t exchanges = 0;
    for (const auto& [state, n] : counts->exchanges) exchanges += n;
    CHECK(exchanges ==
          counts->leaves);  // an exchange without its leaf, or the reverse, would show here
    CHECK(exchanges >= acknowledged.size());
    CHECK(store->frontier().size() == counts->leaves);
  }
  CHECK(acknowledged.size() > static_cast<std::size_t>(rounds));
  const auto store = open(folder.path());
  for (const Uuid& id : acknowledged) REQUIRE(store->exchange(id)->has_value());
}

}  // namespace charmille::store
