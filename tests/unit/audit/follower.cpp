// The audit index: a query sees every leaf committed before it, and says the same as a full scan.
#include "gateway/audit/follower.h"

#include <algorithm>
#include <fstream>
#include <random>

#include "gateway/store/sqlite/database.h"
#include "tests/unit/store/sample.h"

namespace charmille::audit {
using namespace store::sample;
using base::Uuid;

namespace {

auto soon() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(20);
}

std::unique_ptr<Follower> follow(store::Store& store, const std::filesystem::path& folder) {
  auto follower = Follower::start(store, folder / "audit-index.db");
  REQUIRE(follower);
  return std::move(*follower);
}

Page ask(Follower& follower, const Query& query) {
  auto page = follower.list(query, soon());
  REQUIRE(page);
  return std::move(*page);
}

void commit(store::Store& store, std::vector<merkle::Leaf> leaves) {
  store::Unit unit;
  unit.audit = std::move(leaves);
  REQUIRE(store.commit_and_wait(std::move(unit)));
}

merkle::Leaf random_leaf(std::mt19937& random, const std::vector<Uuid>& exchanges) {
  merkle::Leaf l = leaf(exchanges[random() % exchanges.size()]);
  l.ev = static_cast<merkle::Event>(random() % 10);
  l.out = random() % 4 == 0 ? merkle::Outcome::serious : merkle::Outcome::success;
  if (random() % 2 == 0) l.flow = exchanges[random() % exchanges.size()];
  if (random() % 3 != 0) l.peer = merkle::Peer{"peer " + std::to_string(random() % 3), {}, {}, {}};
  if (random() % 3 == 0) l.subj = merkle::Subject{{static_cast<std::uint8_t>(random() % 5)}, 2026};
  return l;
}

bool fits(const merkle::Leaf& l, const Query& q) {
  const auto is = [&](const std::optional<Uuid>& id) { return id && id == q.exchange; };
  return (!q.exchange || is(l.xch) || is(l.flow)) &&
         (q.event.empty() || merkle::name_of(l.ev) == q.event) &&
         (q.peer.empty() || (l.peer && l.peer->name == q.peer)) &&
         (!q.outcome || l.out == *q.outcome) &&
         (q.subjects.empty() ||
          (l.subj && std::ranges::find(q.subjects, l.subj->tag) != q.subjects.end())) &&
         (!q.since || l.ts >= *q.since) && (!q.until || l.ts < *q.until) && l.seq < q.before;
}

std::vector<merkle::Leaf> all_leaves(store::Store& store) {
  std::vector<merkle::Leaf> leaves;
  const auto rows = store.leaves(0, 100'000);
  for (const auto& row : *rows) {
    auto parsed = merkle::parse_leaf(row.record);
    REQUIRE(parsed);
    leaves.push_back(std::move(*parsed));
  }
  return leaves;
}

std::vector<std::uint64_t> scan(const std::vector<merkle::Leaf>& leaves, const Query& q) {
  std::vector<std::uint64_t> found;
  for (auto l = leaves.rbegin(); l != leaves.rend() && found.size() < q.limit; ++l) {
    if (fits(*l, q)) found.push_back(l->seq);
  }
  return found;
}

std::vector<std::uint64_t> numbers(const Page& page) {
  std::vector<std::uint64_t> found;
  for (const auto& row : page.leaves) found.push_back(row.seq);
  return found;
}

}  // namespace

TEST_CASE("random queries give what a full scan gives") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  const auto follower = follow(*store, folder.path());
  std::mt19937 random(7);
  std::vector<Uuid> exchanges;
  for (int i = 0; i < 20; ++i) exchanges.push_back(new_id());
  std::vector<merkle::Leaf> leaves;
  for (int i = 0; i < 500; ++i) {
    leaves.push_back(random_leaf(random, exchanges));
    if (leaves.size() == 50) commit(*store, std::exchange(leaves, {}));
  }
  const auto stored = all_leaves(*store);
  const auto middle = stored[250].ts;
  std::size_t hits = 0;
  for (int i = 0; i < 300; ++i) {
    Query q;
    if (random() % 2 == 0) q.exchange = exchanges[random() % exchanges.size()];
    if (random() % 3 == 0) q.event = merkle::name_of(static_cast<merkle::Event>(random() % 10));
    if (random() % 3 == 0) q.peer = "peer " + std::to_string(random() % 4);
    // A child has one tag a year: none, one or two are asked for.
    for (std::size_t n = random() % 3; random() % 2 == 0 && n > 0; --n)
      q.subjects.push_back(crypto::Tag{static_cast<std::uint8_t>(random() % 5)});
    if (random() % 4 == 0) q.outcome = merkle::Outcome::serious;
    if (random() % 4 == 0) q.since = middle;
    if (random() % 4 == 0) q.until = middle;
    if (random() % 4 == 0) q.before = random() % 500;
    if (random() % 3 == 0) q.limit = 5;
    CAPTURE(q.exchange.has_value());
    CAPTURE(q.event);
    CAPTURE(q.peer);
    CAPTURE(q.subjects.size());
    CAPTURE(q.outcome.has_value());
    CAPTURE(q.since.has_value());
    CAPTURE(q.until.has_value());
    CAPTURE(q.before);
    CAPTURE(q.limit);
    const auto found = numbers(ask(*follower, q));
    const auto expected = scan(stored, q);
    CHECK(found.size() == expected.size());
    CHECK(found == expected);
    hits += found.size();
  }
  CHECK(hits > 500);
}

TEST_CASE("pages follow on each other and end") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  const auto follower = follow(*store, folder.path());
  commit(*store, std::vector<merkle::Leaf>(25, leaf(new_id())));
  Query q;
  q.limit = 10;
  std::vector<std::uint64_t> all;
  for (int pages = 0; pages < 5; ++pages) {
    const Page page = ask(*follower, q);
    for (const std::uint64_t seq : numbers(page)) all.push_back(seq);
    if (!page.next) break;
    q.before = *page.next;
  }
  REQUIRE(all.size() == 25);
  CHECK(all.front() == 24);
  CHECK(all.back() == 0);
}

TEST_CASE("a query sees what was committed just before it") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  const auto follower = follow(*store, folder.path());
  for (int i = 0; i < 20; ++i) {
    const Uuid id = new_id();
    commit(*store, {leaf(id)});
    Query q;
    q.exchange = id;
    REQUIRE(ask(*follower, q).leaves.size() == 1);
  }
}

TEST_CASE(
    "the index goes on where it stopped, and is made anew when missing, damaged or of another "
    "log") {
  const TemporaryFolder folder, other;
  const auto index = folder.path() / "audit-index.db";
  const Uuid id = new_id();
  Query q;
  q.exchange = id;
  {
    const auto store = open(folder.path());
    const auto follower = follow(*store, folder.path());
    commit(*store, {leaf(id), leaf(new_id())});
    CHECK(ask(*follower, q).leaves.size() == 1);
  }
  const auto store = open(folder.path());
  SUBCASE("goes on") {
    commit(*store, {leaf(id)});
    const auto follower = follow(*store, folder.path());
    CHECK(follower->indexed() >= 2);
    CHECK(ask(*follower, q).leaves.size() == 2);
  }
  SUBCASE("missing") {
    std::filesystem::remove(index);
    CHECK(ask(*follow(*store, folder.path()), q).leaves.size() == 1);
  }
  SUBCASE("damaged") {
    std::ofstream(index) << std::string(20'000, 'x');
    CHECK(ask(*follow(*store, folder.path()), q).leaves.size() == 1);
  }
  SUBCASE("of another log") {
    const auto second = open(other.path());
    std::filesystem::copy(index, other.path() / "audit-index.db");
    commit(*second, {leaf(new_id()), leaf(id), leaf(id)});
    CHECK(ask(*follow(*second, other.path()), q).leaves.size() == 2);
  }
}

TEST_CASE("an unknown event is refused, a name that no leaf holds finds nothing") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  const auto follower = follow(*store, folder.path());
  commit(*store, {leaf(new_id())});
  Query q;
  q.peer = "nobody";
  CHECK(ask(*follower, q).leaves.empty());
  q.event = "exchange.eaten";
  const auto refused = follower->list(q, soon());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "CH-AUD-003");
}

}  // namespace charmille::audit
