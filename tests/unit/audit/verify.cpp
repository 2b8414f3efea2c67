// Verification: whatever is changed in the stored log, the first number that cannot be trusted is
// named.
#include "gateway/audit/verify.h"

#include "gateway/audit/glance.h"
#include "gateway/store/sqlite/database.h"
#include "tests/unit/store/sample.h"

namespace charmille::audit {
using namespace store::sample;
using store::sqlite::Blob;
using store::sqlite::Connection;

namespace {

/// A log of `size` leaves, closed, and open to be tampered with.
class Victim {
 public:
  explicit Victim(std::uint64_t size) {
    {
      const auto store = open(folder_.path());
      while (store->frontier().size() < size) {
        store::Unit unit;
        for (std::uint64_t i = store->frontier().size(); i < size && unit.audit.size() < 100; ++i) {
          unit.audit.push_back(leaf(new_id()));
        }
        REQUIRE(store->commit_and_wait(std::move(unit)));
      }
    }
    db_.emplace(
        std::move(*Connection::open(folder_.path() / "charmille.db", Connection::Mode::write)));
    run("PRAGMA synchronous=OFF");
    run("DROP TRIGGER leaf_update; DROP TRIGGER leaf_delete");
  }

  void run(const char* sql) { REQUIRE(db_->run(sql)); }
  Connection& db() { return *db_; }
  const std::filesystem::path& folder() const { return folder_.path(); }

  Verdict verdict() {
    auto log = store::read_sqlite_log(folder_.path());
    REQUIRE(log);
    auto verdict = verify(**log);
    REQUIRE(verdict);
    return *verdict;
  }

  std::string record(std::uint64_t seq) {
    auto cursor = db_->query("SELECT record FROM leaf WHERE seq = ?1", seq);
    REQUIRE(*cursor.next());
    return cursor.bytes(0);
  }

  void set_record(std::uint64_t seq, const std::string& bytes) {
    REQUIRE(db_->execute("UPDATE leaf SET record = ?2 WHERE seq = ?1", seq, Blob{bytes}));
  }

  void set_both(std::uint64_t seq, const std::string& bytes) {
    const auto hash = merkle::leaf_hash(bytes);
    REQUIRE(db_->execute("UPDATE leaf SET record = ?2, hash = ?3 WHERE seq = ?1", seq, Blob{bytes},
                         Blob{base::as_text(hash)}));
  }

 private:
  TemporaryFolder folder_;
  std::optional<Connection> db_;
};

}  // namespace

TEST_CASE("a log that nobody touched is whole, at every size around the tiles") {
  for (const std::uint64_t size : {0, 1, 2, 7, 255, 256, 257, 600}) {
    CAPTURE(size);
    Victim victim(size);
    const Verdict verdict = victim.verdict();
    CHECK(verdict.whole());
    CHECK(verdict.size == size);
    CHECK(verdict.verified == size);
    CHECK_FALSE(verdict.first_bad);
  }
}

TEST_CASE("any byte changed in any record, or in any hash, names its leaf") {
  Victim victim(9);
  std::size_t trials = 0;
  for (std::uint64_t seq = 0; seq < 9; ++seq) {
    const std::string good = victim.record(seq);
    for (std::size_t at = 0; at < good.size(); ++at, ++trials) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ (1 << (at % 8)));
      victim.set_record(seq, bad);
      const Verdict verdict = victim.verdict();
      REQUIRE(verdict.flaw == Flaw::altered);
      REQUIRE(verdict.first_bad == seq);
    }
    victim.set_record(seq, good);
  }
  CHECK(trials > 1500);
  CHECK(victim.verdict().whole());
}

TEST_CASE("a record changed together with its hash is found by the tile over it") {
  Victim victim(600);
  for (const std::uint64_t seq : {0, 1, 255, 256, 300, 511}) {
    CAPTURE(seq);
    const std::string good = victim.record(seq);
    std::string bad = good;
    bad[bad.find("\"create\"") == std::string::npos ? 10 : 8] ^= 1;
    victim.set_both(seq, bad);
    const Verdict verdict = victim.verdict();
    CHECK(verdict.flaw == Flaw::tile);
    CHECK(verdict.first_bad == seq);
    victim.set_both(seq, good);
  }
  CHECK(victim.verdict().whole());
}

TEST_CASE(
    "behind the last tile, a record changed together with its hash is found by the frontier") {
  Victim victim(600);  // 600 = 512 + 64 + 16 + 8
  for (const auto& [seq, first] :
       {std::pair<std::uint64_t, std::uint64_t>{512, 512}, {580, 576}, {599, 592}}) {
    CAPTURE(seq);
    const std::string good = victim.record(seq);
    std::string bad = good;
    bad[8] ^= 1;
    victim.set_both(seq, bad);
    const Verdict verdict = victim.verdict();
    CHECK(verdict.flaw == Flaw::frontier);
    CHECK(verdict.first_bad == first);
    victim.set_both(seq, good);
  }
}

TEST_CASE("any row deleted, swapped, renumbered or added is named") {
  constexpr std::uint64_t kSize = 300;
  for (std::uint64_t seq = 0; seq < kSize; seq += seq < 4 || seq > 252 ? 1 : 31) {
    CAPTURE(seq);
    {
      Victim victim(kSize);
      REQUIRE(victim.db().execute("DELETE FROM leaf WHERE seq = ?1", seq));
      CHECK(victim.verdict().flaw == Flaw::missing);
      CHECK(victim.verdict().first_bad == seq);
      REQUIRE(victim.db().execute("DELETE FROM leaf WHERE seq >= ?1", seq));
      CHECK(victim.verdict().first_bad == seq);
    }
    if (seq + 1 < kSize && seq % 5 == 0) {
      Victim victim(kSize);
      const std::string a = victim.record(seq), b = victim.record(seq + 1);
      victim.set_both(seq, b);
      victim.set_both(seq + 1, a);
      CHECK(victim.verdict().first_bad == seq);
    }
    if (seq > 252) break;
  }
  Victim added(kSize);
  added.run("INSERT INTO leaf SELECT 300, record, hash FROM leaf WHERE seq = 299");
  CHECK(added.verdict().flaw == Flaw::extra);
  CHECK(added.verdict().first_bad == kSize);
  Victim before(kSize);
  before.run("INSERT INTO leaf SELECT -1, record, hash FROM leaf WHERE seq = 0");
  CHECK(before.verdict().flaw != Flaw::none);
}

TEST_CASE("any byte of a tile changed, a tile gone, or a cut tree is named") {
  Victim victim(600);
  for (int at = 0; at < 8192; at += 97) {
    victim.run("SAVEPOINT s");
    std::string hashes;
    {
      auto cursor = victim.db().query("SELECT hashes FROM tile WHERE idx = 1");
      REQUIRE(*cursor.next());
      hashes = cursor.bytes(0);
    }
    const std::string good = hashes;
    hashes[static_cast<std::size_t>(at)] ^= 4;
    REQUIRE(victim.db().execute("UPDATE tile SET hashes = ?1 WHERE idx = 1", Blob{hashes}));
    victim.run("RELEASE s");
    const Verdict verdict = victim.verdict();
    REQUIRE(verdict.flaw == Flaw::tile);
    REQUIRE(verdict.first_bad == static_cast<std::uint64_t>(256 + at / 32));
    REQUIRE(victim.db().execute("UPDATE tile SET hashes = ?1 WHERE idx = 1", Blob{good}));
  }
  CHECK(victim.verdict().whole());
  victim.run("DELETE FROM tile WHERE idx = 0");
  CHECK(victim.verdict().first_bad == 0);
  Victim cut(600);
  cut.run("UPDATE tree SET size = 500");
  CHECK_FALSE(cut.verdict().whole());
}

TEST_CASE("a store whose last leaves were altered does not open") {
  Victim victim(300);
  victim.set_record(290, "{}");
  const auto opened = store::open_sqlite(options(victim.folder()));
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == "CH-STO-003");
  CHECK(opened.error().args[0].second == "290");
}

TEST_CASE("a glance at a leaf finds what the leaf says, whatever stands in its texts") {
  merkle::Leaf leaf;
  leaf.seq = 12;
  leaf.log = "log \"quoted\"";
  leaf.id = leaf.boot = new_id();
  leaf.ev = merkle::Event::exchange_subjects;
  leaf.out = merkle::Outcome::serious;
  leaf.xch = leaf.flow = new_id();
  leaf.corr = {"\"seq\":99", "},{\"log\":\"x\""};
  leaf.peer = merkle::Peer{"departement", "10.0.0.1", {}, {}};
  leaf.subjects =
      merkle::SubjectList{2026, {crypto::Tag{1}, crypto::Tag{2}}, {"identity"}, {}, "p:1"};
  const auto record = merkle::to_canonical_json(leaf);
  REQUIRE(record);
  const Glance seen = glance(*record);
  CHECK(seen.seq == 12);
  CHECK(seen.out == 8);
  CHECK(seen.log == "log \\\"quoted\\\"");
  CHECK(seen.ev == "exchange.subjects");
  CHECK(seen.xch == leaf.xch->text());
  CHECK(seen.peer == "departement");
  REQUIRE(seen.tags.size() == 2);
  CHECK(seen.tags[1] == "02000000000000000000000000000000");
}

TEST_CASE("a glance at any bytes ends") {
  for (const char* text :
       {"", "{", "\"", "\"\\", "{\"a\":\"\\", "]]]]", "[[[[[[[[\"x\":", "{\"seq\":}", "nul"}) {
    const Glance seen = glance(text);
    CHECK_FALSE(seen.seq);
  }
}

}  // namespace charmille::audit
