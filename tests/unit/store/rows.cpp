// Children and their statements, quarantine, lots and the small tables.
#include <algorithm>
#include <fstream>

#include "gateway/store/payload_file.h"
#include "tests/unit/store/sample.h"

namespace charmille::store {
using namespace sample;

TEST_CASE(
    "the latest statement stands, the former goes to history, and one said again is only dated "
    "anew") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  const Uuid id = new_id();
  REQUIRE(write(*store, PutChild{child(id)}, PutStatement{statement(id, "identity", "first")},
                PutStatement{statement(id, "placement", "here")}));
  REQUIRE(write(*store, PutStatement{statement(id, "identity", "second", "20260731")}));
  REQUIRE(write(*store, PutStatement{statement(id, "placement", "here", "20260731")}));
  REQUIRE(write(*store, PutStatementHistory{statement(id, "identity", "late", "20260531")}));
  const auto now = store->statements(id);
  REQUIRE(now->size() == 2);
  CHECK((*now)[0].body == "second");
  CHECK((*now)[1].lot == "20260731");
  const auto past = store->statement_history(id);
  REQUIRE(past->size() == 2);
  CHECK((*past)[0].body == "first");
  CHECK((*past)[1].body == "late");
  CHECK(store->counts()->statements == 2);
  CHECK((**store->child(id)).version == 1);
}

TEST_CASE("a document is kept once for its child, cleared for some, and dropped with the child") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  const Uuid one = new_id();
  const Uuid other = new_id();
  const auto payload = [](const Uuid& id) {
    PayloadRow row;
    row.id = id;
    row.size = 5;
    row.sha256 = "digest";
    row.key = "key";
    row.body = "body";
    row.created = at(1);
    return PutPayload{row};
  };
  const Uuid first = new_id();
  const Uuid second = new_id();
  REQUIRE(write(*store, PutChild{child(one)}, PutChild{child(other)}, payload(first),
                PutDocument{{one, "digest", first, {}, 0}}, payload(second),
                PutDocument{{other, "digest", second, {}, 0}}));
  // Once more is nothing new.
  REQUIRE(write(*store, PutDocument{{one, "digest", new_id(), {"dmp"}, 0}}));
  REQUIRE(store->documents(one)->size() == 1);
  CHECK(store->documents(one)->front().payload == first);
  CHECK(store->documents(one)->front().size == 5);
  CHECK(store->documents(one)->front().cleared.empty());
  CHECK(store->documents_with("digest")->size() == 2);
  CHECK(store->documents_with("another")->empty());

  const auto version = (**store->child(one)).version;
  REQUIRE(write(*store, ClearDocument{one, "digest", {"care-team", "dmp"}}));
  CHECK((**store->child(one)).version == version + 1);
  CHECK(store->documents(one)->front().cleared == std::vector<Bytes>{"care-team", "dmp"});
  CHECK(store->documents(other)->front().cleared.empty());

  ChildRow erased = child(one);
  erased.key.clear();
  REQUIRE(write(*store, PutChild{erased}));
  CHECK(store->documents(one)->empty());
  CHECK((**store->payload(first)).key.empty());
  CHECK((**store->payload(first)).body.empty());
  CHECK(!(**store->payload(second)).key.empty());
}

TEST_CASE(
    "children absent from a snapshot are those whose ids the source last said in another lot") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  // Pages go by id, and ids of one millisecond come in no order.
  std::vector<Uuid> ids{new_id(), new_id(), new_id(), new_id()};
  std::ranges::sort(ids);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    StatementRow s = statement(ids[i], "ids", "x", i == 1 ? "20260731" : "20260630");
    if (i == 2) s.section = "placement";  // a section may stay unsaid in a lot that holds the child
    if (i == 3) s.source = "other";
    REQUIRE(write(*store, PutChild{child(ids[i])}, PutStatement{s}));
  }
  CHECK(*store->children_not_in_lot("eo", "20260731", {}, 10) == std::vector<Uuid>{ids[0]});
  CHECK(store->children_not_in_lot("eo", "20260731", ids[0], 10)->empty());
  CHECK(store->children("tilleuls", ids[1], 10)->size() == 2);
}

TEST_CASE("an identifier leads to one child, and is not moved to another") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  const Uuid a = new_id(), b = new_id();
  REQUIRE(write(*store, PutChild{child(a)}, PutChild{child(b)}, PutIdentifier{"ins", a, "sealed"}));
  CHECK(**store->child_by_identifier("ins") == a);
  const auto moved = write(*store, PutIdentifier{"ins", b, "sealed"});
  REQUIRE_FALSE(moved);
  CHECK(moved.error().code == "CH-STO-012");
  CHECK(*store->identifiers(a) == std::vector<Bytes>{"sealed"});
}

TEST_CASE("a claim leads to those who make it and to the child whose identifier it is") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  const Uuid a = new_id(), b = new_id();
  const std::vector<Claim> claims{{ClaimKind::own, "e1"}, {ClaimKind::identifier, "v1"}};
  REQUIRE(write(*store, PutChild{child(a)}, PutChild{child(b)}, PutIdentifier{"v1", b, "sealed"},
                PutClaims{a, claims}));
  CHECK(*store->claims(a) == claims);
  CHECK(*store->claimants("v1") == std::vector{a, b});
  CHECK(store->claimants("e1")->empty());  // its own stands in PutIdentifier only
  REQUIRE(write(*store, PutClaims{a, {{ClaimKind::ins, "n"}}}));
  CHECK(*store->claimants("v1") == std::vector{b});
  CHECK(*store->claimants("n") == std::vector{a});
}

TEST_CASE("a unit that read who claims a key is refused when that changed") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  const Uuid a = new_id(), b = new_id();
  REQUIRE(write(*store, PutChild{child(a)}, PutChild{child(b)},
                PutClaims{a, {{ClaimKind::identifier, "v1"}}}));
  const auto commit = [&](std::vector<Uuid> read) {
    Unit unit;
    unit.preconditions.emplace_back(ClaimsAt{"v1", std::move(read)});
    unit.writes.emplace_back(PutSetting{"x", "y"});
    return store->commit_and_wait(std::move(unit));
  };
  CHECK(commit({a}));
  CHECK_FALSE(commit({}));
  CHECK_FALSE(commit({b}));
  REQUIRE(write(*store, PutClaims{b, {{ClaimKind::identifier, "v1"}}}));
  CHECK(commit({a}).error().code == "CH-STO-010");
  CHECK(commit({a, b}));
}

TEST_CASE("a link is one row a pair, and both children get a new version") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  const Uuid a = new_id(), b = new_id();
  REQUIRE(write(*store, PutChild{child(a)}, PutChild{child(b)}));
  LinkRow link{b, a, LinkState::proposed, "ins", 80, at(10), {}, 0};
  REQUIRE(write(*store, PutLink{link}));
  link.state = LinkState::accepted;
  link.by = "claire";
  REQUIRE(write(*store, PutLink{link}));
  const auto links = store->links_of(b);
  REQUIRE(links->size() == 1);
  const LinkRow& kept = links->front();
  CHECK(kept.a == a);  // the one known first
  CHECK(kept.b == b);
  CHECK(kept.state == LinkState::accepted);
  CHECK(kept.by == "claire");
  CHECK(kept.score == 80);
  CHECK((**store->child(a)).version == 3);
  CHECK((**store->link(kept.number)).rule == "ins");
  CHECK(store->links({LinkState::proposed}, 0, 10)->empty());
  CHECK(store->links({LinkState::proposed, LinkState::accepted}, 0, 10)->size() == 1);
  CHECK(store->links({}, kept.number, 10)->empty());
  CHECK(store->count_links()->front() == std::pair(LinkState::accepted, std::uint64_t{1}));
  REQUIRE(write(*store, DropLink{b, a}));
  CHECK(store->links_of(a)->empty());
}

TEST_CASE("what is stale for a destination is so until a projection is put") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  const Uuid a = new_id(), b = new_id();
  REQUIRE(write(*store, PutChild{child(a)}, PutChild{child(b)}, MarkStale{"d", a, true},
                MarkStale{"d", b, true}, MarkStale{"other", a, true}));
  REQUIRE(write(*store, PutProjection{{"d", a, "digest", {}, {}}}, MarkStale{"d", b, false}));
  CHECK(store->stale_children("d")->empty());
  CHECK(*store->stale_children("other") == std::vector{a});
}

TEST_CASE("a mark gives its child a new version, as does a delivery that is to be told again") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  const Uuid marked = new_id(), told = new_id(), other = new_id(), delivery = new_id();
  REQUIRE(write(*store, PutChild{child(marked)}, PutChild{child(told)}, PutChild{child(other)},
                PutProjection{{"d", told, "old", "new", delivery}},
                PutProjection{{"d", other, "old", "new", new_id()}}));
  REQUIRE(write(*store, MarkStale{"d", marked, true}));
  REQUIRE(write(*store, ReleaseProjections{delivery, true, true}));
  CHECK((**store->child(marked)).version == 2);
  CHECK((**store->child(told)).version == 2);
  CHECK((**store->child(other)).version == 1);
  CHECK(*store->stale_children("d") == std::vector{marked, told});
  CHECK((**store->projection("d", told)).confirmed == unknown_digest);
  // What was computed before cannot end the mark.
  Unit late;
  late.preconditions.emplace_back(ChildAt{told, 1});
  late.writes.emplace_back(MarkStale{"d", told, false});
  CHECK(store->commit_and_wait(std::move(late)).error().code == "CH-STO-010");
  CHECK(store->stale_children("d")->size() == 2);
  REQUIRE(write(*store, MarkStale{"d", told, false}));
  CHECK((**store->child(told)).version == 2);
}

TEST_CASE("a delivery confirms, or releases, every projection that waits for it") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  const Uuid delivered = new_id(), cancelled = new_id();
  std::vector<Uuid> ids;
  for (int i = 0; i < 3; ++i) {
    ids.push_back(new_id());
    REQUIRE(write(
        *store, PutChild{child(ids.back())},
        PutProjection{{"route/end", ids.back(), "old", "new", i == 2 ? cancelled : delivered}}));
  }
  REQUIRE(write(*store, ConfirmProjections{delivered}, ReleaseProjections{cancelled}));
  for (int i = 0; i < 3; ++i) {
    const ProjectionRow p = **store->projection("route/end", ids[static_cast<std::size_t>(i)]);
    CHECK(p.confirmed == (i == 2 ? "old" : "new"));
    CHECK(p.queued.empty());
    CHECK(p.delivery.is_nil());
  }
}

TEST_CASE(
    "a quarantined record seen again is dated and counted, closed by hand, and reopened by its "
    "return") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  QuarantineRow q;
  q.organisation = "tilleuls";
  q.partner = "eo";
  q.endpoint = "eo-depot";
  q.record = "record";
  q.rule = "CH-REC-001";
  q.exchange = new_id();
  q.place = "{}";
  q.first_seen = q.last_seen = at(10);
  REQUIRE(write(*store, PutQuarantine{q}));
  q.last_seen = q.first_seen = at(20);
  REQUIRE(write(*store, PutQuarantine{q}));
  auto rows = store->quarantine("eo", true, 10);
  REQUIRE(rows->size() == 1);
  CHECK((*rows)[0].seen == 2);
  CHECK((*rows)[0].first_seen == at(10));
  CHECK((*rows)[0].last_seen == at(20));
  CHECK(store->counts()->quarantine_open == 1);
  REQUIRE(write(*store, CloseQuarantine{"tilleuls", "eo", "record", "", "corrected", at(30)}));
  CHECK(store->quarantine("eo", true, 10)->empty());
  CHECK(store->counts()->quarantine_open == 0);
  CHECK((**store->quarantine_entry(1)).closed_by == "corrected");
  REQUIRE(write(*store, PutQuarantine{q}));
  CHECK(store->quarantine("eo", true, 10)->size() == 1);
  CHECK(store->counts()->quarantine_open == 1);
}

TEST_CASE("the last lot of a period is the one that was done last") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  for (const auto& [key, completed, state] :
       {std::tuple{"1", 10, "done"}, {"2", 20, "done"}, {"3", 30, "rejected"}, {"4", 0, "open"}}) {
    REQUIRE(write(*store, PutLot{{"tilleuls", "eo-depot", key, "2026-06", "digest", new_id(), at(1),
                                  at(completed), state}}));
  }
  CHECK((**store->last_lot("eo-depot", "2026-06")).key == "2");
  CHECK(store->open_lots()->size() == 1);
  CHECK((**store->lot("eo-depot", "3")).state == "rejected");
}

TEST_CASE("adapter state and settings are put, replaced and erased") {
  const TemporaryFolder folder;
  const auto store = open(folder.path());
  REQUIRE(write(*store, PutAdapterState{"mss", "uid", "1"}, PutAdapterState{"mss", "uid", "2"},
                PutAdapterState{"mss", "old", "x"}, EraseAdapterState{"mss", "old"},
                PutSetting{"key", "wrapped"}));
  CHECK(*store->adapter_state("mss") == Pairs{{"uid", "2"}});
  CHECK(**store->setting("key") == "wrapped");
}

TEST_CASE(
    "a dropped payload loses its key, its bytes and its file; an orphan file goes at the next "
    "start") {
  const TemporaryFolder folder;
  const Uuid in_row = new_id(), in_file = new_id(), orphan = new_id(), kept = new_id();
  const auto stage = [&](Store& store, const Uuid& id) {
    auto file = PayloadFile::create(store.payload_path(id));
    REQUIRE(file);
    REQUIRE(file->write(base::as_bytes("sealed")));
    REQUIRE(file->make_durable());
  };
  std::filesystem::path orphan_path;
  {
    const auto store = open(folder.path());
    for (const Uuid& id : {in_file, orphan, kept}) stage(*store, id);
    orphan_path = store->payload_path(orphan);
    REQUIRE(write(*store, PutPayload{{in_row, 3, "sha", "key", "body", false, at(1)}},
                  PutPayload{{in_file, 3, "sha", "key", "", true, at(1)}},
                  PutPayload{{kept, 3, "sha", "key", "", true, at(1)}}));
    CHECK((**store->payload(in_row)).body == "body");
    REQUIRE(write(*store, DropPayload{in_row}, DropPayload{in_file}));
    CHECK((**store->payload(in_row)).body.empty());
    CHECK((**store->payload(in_row)).key.empty());
    CHECK((**store->payload(in_row)).sha256 == "sha");
    CHECK_FALSE(std::filesystem::exists(store->payload_path(in_file)));
    std::ofstream(orphan_path.string() + ".part") << "unfinished";
  }
  const auto store = open(folder.path());
  CHECK_FALSE(std::filesystem::exists(orphan_path));
  CHECK_FALSE(std::filesystem::exists(orphan_path.string() + ".part"));
  CHECK(std::filesystem::exists(store->payload_path(kept)));
}

}  // namespace charmille::store
