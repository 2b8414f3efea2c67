// Units: all or nothing, preconditions, and what a commit's answer promises.
#include <thread>

#include "tests/unit/store/sample.h"

namespace charmille::store {
using namespace sample;

TEST_CASE("an exchange is read back as it was committed, by the thread that had the answer") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  Exchange x = inbound(new_id());
  x.lot = "20260630";
  x.lot_file = "EO_Enfant";
  x.fault_code = "CH-CSV-004";
  x.fault_detail = std::string("{\"line\":3}\0x", 12);
  x.accepted = 12;
  x.refused = 1;
  x.payload = new_id();
  x.metadata = std::string("\0\xff", 2);
  x.settle_pending = true;
  x.attempts = 2;
  REQUIRE(put(*store, x));
  const auto read = store->exchange(x.id);
  REQUIRE(read);
  REQUIRE(*read);
  const Exchange& y = **read;
  CHECK(y.id == x.id);
  CHECK(y.flow == x.flow);
  CHECK(y.cause.is_nil());
  CHECK(y.organisation == x.organisation);
  CHECK(y.state == State::received);
  CHECK(y.lot == x.lot);
  CHECK(y.lot_file == x.lot_file);
  CHECK(y.fault_code == x.fault_code);
  CHECK(y.fault_detail == x.fault_detail);
  CHECK(y.accepted == 12);
  CHECK(y.refused == 1);
  CHECK(y.payload == x.payload);
  CHECK(y.metadata == x.metadata);
  CHECK(y.settle_pending);
  CHECK(y.attempts == 2);
  CHECK(y.created == x.created);
  CHECK(y.version == 1);
  CHECK(y.number == 1);
}

TEST_CASE(
    "a name leads to its exchanges, the newest first, and a unit may rest on what it led to") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  const Uuid older = base::uuid_v7(at(1'000), base::system_random());
  const Uuid newer = base::uuid_v7(at(2'000), base::system_random());
  const auto name = [](const Uuid& exchange, std::string part, std::vector<Uuid> found) {
    Unit unit;
    unit.preconditions.push_back(NamesAt{"n", std::move(found)});
    unit.writes.push_back(PutName{"n", exchange, std::move(part)});
    return unit;
  };
  REQUIRE(store->commit_and_wait(name(older, "entry[1]", {})));
  const auto refused = store->commit_and_wait(name(newer, "", {}));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "CH-STO-010");
  REQUIRE(store->commit_and_wait(name(newer, "", {older})));
  REQUIRE(store->commit_and_wait(name(newer, "", {newer, older})));  // the same again
  const auto named = store->named("n");
  REQUIRE(named);
  REQUIRE(named->size() == 2);
  CHECK((*named)[0].exchange == newer);
  CHECK((*named)[1].exchange == older);
  CHECK((*named)[1].part == "entry[1]");
  CHECK(store->named("m")->empty());
}

TEST_CASE(
    "a unit whose precondition fails leaves nothing, no gap in the log, and its neighbours stand") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  const Uuid child_id = new_id();
  Unit first;
  first.writes.push_back(PutChild{child(child_id)});
  first.writes.push_back(PutIdentifier{"lookup", child_id, "sealed"});
  first.writes.push_back(PutIdempotency{"key", "sha", child_id, at(4'000'000'000)});
  REQUIRE(store->commit_and_wait(std::move(first)));
  const Exchange known = inbound(new_id());
  REQUIRE(put(*store, known));

  const std::vector<std::pair<Precondition, bool>> cases = {
      {ExchangeAt{known.id, 1}, true},   {ExchangeAt{known.id, 2}, false},
      {ExchangeAt{new_id(), 1}, false},  {ChildAt{child_id, 1}, true},
      {ChildAt{child_id, 0}, false},     {ChildAt{child_id, 7}, false},
      {ChildAt{new_id(), 0}, true},      {ChildAt{new_id(), 1}, false},
      {IdentifierFree{"lookup"}, false}, {IdentifierFree{"other"}, true},
      {NoIdempotency{"key"}, false},     {NoIdempotency{"other"}, true},
  };
  // All at once, so that units that fail share their transaction with units that stand.
  std::vector<std::promise<Result<Committed>>> answers(cases.size());
  std::vector<Uuid> ids;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    ids.push_back(new_id());
    Unit unit;
    unit.preconditions.push_back(cases[i].first);
    unit.writes.push_back(PutExchange{inbound(ids.back())});
    unit.audit.push_back(leaf(ids.back()));
    store->commit(std::move(unit),
                  [&answers, i](Result<Committed> r) { answers[i].set_value(std::move(r)); });
  }
  std::uint64_t next = 1;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    CAPTURE(i);
    const Result<Committed> answer = answers[i].get_future().get();
    CHECK(answer.has_value() == cases[i].second);
    CHECK(store->exchange(ids[i])->has_value() == cases[i].second);
    if (!answer) {
      CHECK(answer.error().code == "CH-STO-010");
      continue;
    }
    CHECK(answer->first_leaf == next++);
  }
  CHECK(store->frontier().size() == next);
  CHECK(store->leaves(0, 100)->size() == next);
}

TEST_CASE("a unit that contradicts the store is refused whole, and the others of its batch stand") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  std::vector<std::promise<Result<Committed>>> answers(5);
  std::vector<Uuid> ids;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    ids.push_back(new_id());
    Unit unit;
    unit.writes.push_back(PutExchange{inbound(ids.back())});
    unit.audit.push_back(leaf(ids.back()));
    if (i == 2)
      unit.writes.push_back(
          PutStatement{statement(new_id(), "identity", "of a child that is not there")});
    store->commit(std::move(unit),
                  [&answers, i](Result<Committed> r) { answers[i].set_value(std::move(r)); });
  }
  std::uint64_t next = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto answer = answers[i].get_future().get();
    CHECK(answer.has_value() == (i != 2));
    CHECK(store->exchange(ids[i])->has_value() == (i != 2));
    if (answer) CHECK(answer->first_leaf == next++);
    if (!answer) CHECK(answer.error().code == "CH-STO-012");
  }
  CHECK(store->counts()->leaves == 4);
}

TEST_CASE("a draft that cannot be a leaf refuses its unit alone") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  Unit unit;
  unit.writes.push_back(PutSetting{"key", "value"});
  unit.audit.push_back(leaf(new_id()));
  unit.audit.back().corr.assign(2000, std::string(190, 'x'));
  const auto answer = store->commit_and_wait(std::move(unit));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == "CH-LEAF-001");
  CHECK_FALSE(store->setting("key")->has_value());
  CHECK(store->frontier().size() == 0);
}

TEST_CASE("many threads commit and each reads its own writes at once") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  std::vector<std::thread> threads;
  std::atomic<int> missing = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        const Exchange x = inbound(new_id());
        const auto done = put(*store, x);
        const auto read = store->exchange(x.id);
        if (!done || !read || !*read) ++missing;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(missing == 0);
  CHECK(store->counts()->leaves == 200);
  CHECK(store->counts()->exchanges ==
        std::vector<std::pair<State, std::uint64_t>>{{State::received, 200}});
}

TEST_CASE("a closed store refuses, and what it held is there when it is opened again") {
  const TemporaryFolder folder;
  const Exchange x = inbound(new_id());
  merkle::Digest root;
  {
    const auto store = open(folder.path());
    REQUIRE(put(*store, x));
    root = store->frontier().root();
    store->close();
    const auto refused = put(*store, inbound(new_id()));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "CH-STO-011");
    CHECK_FALSE(store->exchange(x.id).has_value());
  }
  const auto store = open(folder.path());
  CHECK(store->exchange(x.id)->has_value());
  CHECK(store->frontier().root() == root);
}

TEST_CASE("one process owns a folder, and a folder keeps its log's name") {
  const TemporaryFolder folder;
  auto store = open(folder.path());
  const auto second = open_sqlite(options(folder.path()));
  REQUIRE_FALSE(second);
  CHECK(second.error().code == "CH-STO-001");
  store.reset();
  auto other = options(folder.path());
  other.log_origin = "another/log";
  const auto renamed = open_sqlite(other);
  REQUIRE_FALSE(renamed);
  CHECK(renamed.error().code == "CH-STO-005");
}

}  // namespace charmille::store
