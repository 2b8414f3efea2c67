// The store on a disk that fails or is full: nothing acknowledged is lost, and the store says what
// happened.
#include <fstream>
#include <sys/mount.h>
#include <unistd.h>

#include "gateway/audit/verify.h"
#include "tests/faults/failing_vfs.h"
#include "tests/unit/store/sample.h"

namespace charmille::faults {
using namespace store;
using namespace store::sample;

namespace {

SqliteOptions small_log(const std::filesystem::path& folder) {
  SqliteOptions o = options(folder);
  o.log_pages = 10;  // so that checkpoints fail as well
  return o;
}

Unit unit_of(const Exchange& x, std::size_t body = 2000) {
  Unit unit;
  unit.writes.push_back(PutExchange{x});
  unit.writes.push_back(
      PutPayload{{x.id, body, "sha", "key", std::string(body, 'b'), false, at(1)}});
  unit.audit.push_back(leaf(x.id));
  return unit;
}

bool is_whole(const std::filesystem::path& folder) {
  auto log = read_sqlite_log(folder);
  if (!log) return false;
  const auto verdict = audit::verify(**log);
  return verdict && verdict->whole();
}

/// One run with a failure at the n-th call; gives how many commits were refused.
int run_with_failure(std::uint64_t n, Failure how) {
  const TemporaryFolder folder;
  std::vector<Uuid> acknowledged;
  int refused = 0;
  {
    auto store = open_sqlite(small_log(folder.path()));
    REQUIRE(store);
    fail_at(n, how);
    for (int i = 0; i < 12; ++i) {
      const Exchange x = inbound(new_id());
      const auto done = (*store)->commit_and_wait(unit_of(x));
      if (done) {
        // Once it refused for a broken disk, it never again says yes.
        CHECK(refused == 0);
        acknowledged.push_back(x.id);
      } else {
        CHECK(done.error().code == "CH-STO-011");
        ++refused;
      }
    }
    if (refused > 0) CHECK_FALSE((*store)->counts());
  }
  fail_at(0, how);
  const auto store = open_sqlite(small_log(folder.path()));
  REQUIRE_MESSAGE(store.has_value(), n);
  for (const Uuid& id : acknowledged) CHECK((*store)->exchange(id)->has_value());
  CHECK((*store)->counts()->leaves >= acknowledged.size());
  CHECK(is_whole(folder.path()));
  return refused;
}

}  // namespace

TEST_CASE("an I/O error at any write or sync, once or for good, loses nothing acknowledged") {
  install_failing_vfs();
  for (const Failure how : {Failure::once, Failure::sticky}) {
    int refusing = 0;
    for (std::uint64_t n = 1; n <= 60; ++n) {
      CAPTURE(n);
      refusing += run_with_failure(n, how) > 0 ? 1 : 0;
    }
    CHECK(refusing > 50);  // the failures were really met
  }
}

TEST_CASE(
    "a full disk refuses new payloads for a while, takes outcomes from the reserve, and recovers "
    "by itself") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: needs root to mount a small disk");
    return;
  }
  const TemporaryFolder folder;
  if (::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=2m") != 0) {
    MESSAGE("skipped: may not mount");
    return;
  }
  std::vector<Uuid> acknowledged;
  {
    const auto store = open_sqlite(small_log(folder.path()));
    REQUIRE(store);
    std::string refused;
    for (int i = 0; i < 2000 && refused.empty(); ++i) {
      const Exchange x = inbound(new_id());
      const auto done = (*store)->commit_and_wait(unit_of(x));
      if (done) {
        acknowledged.push_back(x.id);
      } else {
        refused = done.error().code;
        CHECK(done.error().action == base::Action::retry);
      }
    }
    CHECK(refused == "CH-STO-013");
    CHECK(acknowledged.size() > 50);
    // The reserve: what is already here can still be finished, with its audit record.
    for (int i = 0; i < 10; ++i) {
      Exchange x = **(*store)->exchange(acknowledged[static_cast<std::size_t>(i)]);
      x.state = State::done;
      Unit unit;
      unit.writes.push_back(PutExchange{x});
      unit.writes.push_back(DropPayload{x.id});
      unit.audit.push_back(leaf(x.id, merkle::Event::exchange_validated));
      const auto done = (*store)->commit_and_wait(std::move(unit));
      CHECK_MESSAGE(done.has_value(), (done ? std::string() : std::string(done.error().code)));
    }
    CHECK((*store)->exchange(acknowledged.back())->has_value());
    // More space: the store finds it by itself.
    REQUIRE(::mount("tmpfs", folder.path().c_str(), "tmpfs", MS_REMOUNT, "size=8m") == 0);
    bool again = false;
    for (int i = 0; i < 50 && !again; ++i) {
      ::usleep(100'000);
      const Exchange x = inbound(new_id());
      again = (*store)->commit_and_wait(unit_of(x)).has_value();
    }
    CHECK(again);
  }
  {
    const auto store = open_sqlite(small_log(folder.path()));
    REQUIRE(store);
    for (const Uuid& id : acknowledged) CHECK((*store)->exchange(id)->has_value());
    CHECK(is_whole(folder.path()));
  }
  ::umount(folder.path().c_str());
}

}  // namespace charmille::faults
