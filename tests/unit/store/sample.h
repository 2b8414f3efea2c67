// Made-up units for the tests of the store, and a folder that goes when the test ends.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "gateway/base/bytes.h"
#include "gateway/base/uuid.h"
#include "gateway/store/store.h"

namespace charmille::store::sample {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "charmille-store-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline SqliteOptions options(const std::filesystem::path& folder) {
  SqliteOptions o;
  o.folder = folder;
  o.log_origin = "test/audit/gw1";
  o.node = "gw1";
  o.reserve = 256 << 10;
  return o;
}

inline std::unique_ptr<Store> open(const std::filesystem::path& folder) {
  auto opened = open_sqlite(options(folder));
  REQUIRE_MESSAGE(opened.has_value(), opened.error().code);
  return std::move(*opened);
}

inline Uuid new_id() {
  return base::uuid_v7(base::system_clock().now(), base::system_random());
}

inline Time at(std::int64_t second) {
  return base::from_micros(second * 1'000'000);
}

inline Exchange inbound(const Uuid& id) {
  Exchange x;
  x.id = x.flow = id;
  x.organisation = "tilleuls";
  x.partner = "eo";
  x.endpoint = "eo-depot";
  x.created = x.updated = at(1000);
  return x;
}

inline Exchange delivery(const Uuid& id, const std::string& lane, std::int64_t due = 0) {
  Exchange x = inbound(id);
  x.cause = new_id();
  x.direction = Direction::out;
  x.state = State::queued;
  x.partner = "departement";
  x.endpoint = "departement-sftp";
  x.route = "placements";
  x.lane = lane;
  x.due = at(due);
  return x;
}

inline Draft leaf(const Uuid& exchange, merkle::Event event = merkle::Event::exchange_received) {
  Draft draft;
  draft.ev = event;
  draft.xch = exchange;
  draft.act = merkle::Act::create;
  return draft;
}

inline ChildRow child(const Uuid& id) {
  return {id, "tilleuls", "key of the child", "tag-" + id.text().substr(24), 0, {}, 0};
}

inline StatementRow statement(const Uuid& child, const std::string& section,
                              const std::string& body, const std::string& lot = "20260630") {
  StatementRow s;
  s.child = child;
  s.source = "eo";
  s.section = section;
  s.extracted = at(2000);
  s.lot = lot;
  s.exchange = new_id();
  s.digest = "digest of " + body;
  s.body = body;
  s.recorded = at(2001);
  return s;
}

inline Result<Committed> put(Store& store, const Exchange& x) {
  Unit unit;
  unit.writes.push_back(PutExchange{x});
  unit.audit.push_back(leaf(x.id));
  return store.commit_and_wait(std::move(unit));
}

template <class... Writes>
Result<Committed> write(Store& store, Writes... writes) {
  Unit unit;
  (unit.writes.push_back(std::move(writes)), ...);
  return store.commit_and_wait(std::move(unit));
}

}  // namespace charmille::store::sample
