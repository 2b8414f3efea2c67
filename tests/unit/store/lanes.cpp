// Lanes: the oldest open delivery of each goes first, and what waits behind costs nothing.
#include <chrono>

#include "tests/unit/store/sample.h"

namespace charmille::store {
using namespace sample;

namespace {

std::vector<Uuid> ready(Store& store, std::int64_t now, std::uint32_t limit = 100) {
  std::vector<Uuid> ids;
  auto found = store.ready_deliveries("departement-sftp", at(now), limit);
  REQUIRE(found);
  for (const Exchange& x : *found) ids.push_back(x.id);
  return ids;
}

void move_to(Store& store, const Uuid& id, State state, std::int64_t due = 0) {
  Exchange x = **store.exchange(id);
  x.state = state;
  x.due = at(due);
  REQUIRE(write(store, PutExchange{x}));
}

using Ids = std::vector<Uuid>;

}  // namespace

TEST_CASE("only the oldest open delivery of a lane is ready, and the next one when it is settled") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  const Uuid a1 = new_id(), a2 = new_id(), a3 = new_id(), b1 = new_id();
  for (const auto& [id, lane] : {std::pair{a1, "a"}, {a2, "a"}, {b1, "b"}, {a3, "a"}}) {
    REQUIRE(put(*store, delivery(id, lane)));
  }
  CHECK(ready(*store, 0) == Ids{a1, b1});
  move_to(*store, a1, State::sending);
  CHECK(ready(*store, 0) == Ids{a1, b1});
  move_to(*store, a1, State::delivered);
  CHECK(ready(*store, 0) == Ids{a2, b1});
  SUBCASE("a superseded one in the middle is passed over") {
    move_to(*store, a3, State::queued);
    move_to(*store, a2, State::superseded);
    CHECK(ready(*store, 0) == Ids{b1, a3});
  }
  SUBCASE("a parked head holds its lane, and only its lane, until it is cancelled") {
    move_to(*store, a2, State::parked);
    CHECK(ready(*store, 0) == Ids{b1});
    CHECK(store->open_deliveries("a")->size() == 2);
    move_to(*store, a2, State::cancelled);
    CHECK(ready(*store, 0) == Ids{b1, a3});
  }
  SUBCASE("a head held for a person goes when it is released") {
    move_to(*store, a2, State::held);
    CHECK(ready(*store, 0) == Ids{b1});
    move_to(*store, a2, State::queued);
    CHECK(ready(*store, 0) == Ids{a2, b1});
  }
  SUBCASE("one that comes back takes its former place before younger ones") {
    move_to(*store, a1, State::queued);
    CHECK(ready(*store, 0) == Ids{a1, b1});
    move_to(*store, a1, State::delivered);
    CHECK(ready(*store, 0) == Ids{a2, b1});
  }
}

TEST_CASE("a deferred head is ready once due, and the store says when") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  CHECK_FALSE(store->next_due("departement-sftp", at(0))->has_value());
  const Uuid a = new_id(), b = new_id();
  REQUIRE(put(*store, delivery(a, "a", 50)));
  REQUIRE(put(*store, delivery(b, "b", 20)));
  CHECK(**store->next_due("departement-sftp", at(0)) == at(20));
  CHECK(ready(*store, 19).empty());
  CHECK(ready(*store, 60) == Ids{b, a});
  move_to(*store, b, State::deferred, 90);
  CHECK(**store->next_due("departement-sftp", at(20)) == at(50));
  CHECK(ready(*store, 60) == Ids{a});
  CHECK(ready(*store, 90) == Ids{a, b});
}

TEST_CASE("what is to be sent is counted by endpoint") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  CHECK(store->deliveries_to_send()->empty());
  Exchange other = delivery(new_id(), "c");
  other.endpoint = "gone";
  const Uuid held = new_id();
  REQUIRE(put(*store, delivery(new_id(), "a")));
  REQUIRE(put(*store, delivery(new_id(), "a")));
  REQUIRE(put(*store, delivery(held, "b")));
  REQUIRE(put(*store, other));
  move_to(*store, held, State::held);
  using Count = std::pair<std::string, std::uint64_t>;
  CHECK(*store->deliveries_to_send() == std::vector<Count>{{"departement-sftp", 2}, {"gone", 1}});
}

TEST_CASE("inbound work is resumed, waiting files are found, and settled ones are not looked at") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  Exchange received = inbound(new_id()), waiting = inbound(new_id()), told = inbound(new_id()),
           done = inbound(new_id());
  waiting.state = State::waiting;
  waiting.lot = "20260630";
  waiting.settle_pending = true;  // its source is told once the lot is applied, not before
  told.state = State::done;
  told.settle_pending = true;
  done.state = State::done;
  for (const Exchange& x : {received, waiting, told, done}) REQUIRE(put(*store, x));
  const auto unfinished = store->unfinished_inbound(10);
  REQUIRE(unfinished->size() == 2);
  CHECK((*unfinished)[0].id == received.id);
  CHECK((*unfinished)[1].id == told.id);
  REQUIRE(store->waiting_files("eo-depot", "20260630")->size() == 1);
  CHECK(store->waiting_files("eo-depot", "20260731")->empty());
  CHECK(**store->last_arrival("eo") == at(1000));
}

TEST_CASE("with 20,000 deliveries queued, what is ready is found in milliseconds") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  for (int batch = 0; batch < 20; ++batch) {
    Unit unit;
    for (int i = 0; i < 1000; ++i) {
      unit.writes.push_back(PutExchange{delivery(new_id(), "lane " + std::to_string(i % 500))});
    }
    REQUIRE(store->commit_and_wait(std::move(unit)));
  }
  const auto start = std::chrono::steady_clock::now();
  CHECK(ready(*store, 0).size() == 100);
  CHECK(ready(*store, 0, 1000).size() == 500);
  const auto spent = std::chrono::steady_clock::now() - start;
  CHECK(spent < std::chrono::milliseconds(200));
}

TEST_CASE("lists are filtered, newest first, and paged by number") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  const Exchange root = inbound(new_id());
  REQUIRE(put(*store, root));
  for (int i = 0; i < 5; ++i) {
    Exchange x = delivery(new_id(), "a");
    x.flow = root.id;
    x.cause = root.id;
    if (i == 3) x.state = State::held;
    REQUIRE(put(*store, x));
  }
  ExchangeFilter filter;
  filter.flow = root.id;
  CHECK(store->exchanges(filter)->size() == 6);
  filter.direction = Direction::out;
  filter.limit = 2;
  auto page = store->exchanges(filter);
  REQUIRE(page->size() == 2);
  CHECK((*page)[0].number == 6);
  filter.before = (*page)[1].number;
  CHECK((*store->exchanges(filter))[0].number == 4);
  ExchangeFilter held;
  held.states = {State::held};
  CHECK(store->exchanges(held)->size() == 1);
  held.states = {State::held, State::received};
  CHECK(store->exchanges(held)->size() == 2);
  held.partner = "eo";
  CHECK(store->exchanges(held)->size() == 1);
  ExchangeFilter late;
  late.since = at(1001);
  CHECK(store->exchanges(late)->empty());
}

}  // namespace charmille::store
