#include "adapters/directory/cache.h"

#include <fstream>

#include <doctest/doctest.h>

#include "tests/adapters/harness.h"

using namespace charmille;
using namespace charmille::adapters::directory;

namespace {

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() /
                               ("charmille-cache-" + base::uuid_v4(base::system_random()).text());
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path file() const { return path / "directory-a.db"; }
};

constexpr const char* url = "https://a.invalid/fhir";

Cache open(const Folder& folder, const std::string& directory = url) {
  auto cache = Cache::open(folder.file(), directory);
  REQUIRE(cache);
  return std::move(*cache);
}

base::Time at(std::int64_t seconds) {
  return base::Time(std::chrono::seconds(seconds));
}

std::optional<Kept> find(Cache& cache, const std::string& question) {
  auto found = cache.find(question);
  REQUIRE(found);
  return std::move(*found);
}

Entry entry(std::string id, std::string body, bool beside = false) {
  return {"Practitioner", std::move(id), "2026-06-01", std::move(body), beside};
}

}  // namespace

TEST_CASE("an answer comes back as it was put, in its order, also after the cache is opened anew") {
  const Folder folder;
  {
    Cache cache = open(folder);
    CHECK_FALSE(find(cache, "q"));
    REQUIRE(
        cache.put("q", {at(20), at(10), false, {entry("2", "b"), entry("1", "a", true)}}, at(0)));
  }
  Cache cache = open(folder);
  const auto kept = find(cache, "q");
  REQUIRE(kept);
  CHECK(kept->answered == at(20));
  CHECK(kept->whole == at(10));
  CHECK_FALSE(kept->complete);
  REQUIRE(kept->entries.size() == 2);
  CHECK(kept->entries[0].id == "2");
  CHECK(kept->entries[0].body == "b");
  CHECK(kept->entries[0].updated == "2026-06-01");
  CHECK(kept->entries[1].beside);
}

TEST_CASE("that nothing was found is an answer too") {
  const Folder folder;
  Cache cache = open(folder);
  REQUIRE(cache.put("q", {at(20), at(20), true, {}}, at(0)));
  REQUIRE(find(cache, "q"));
  CHECK(find(cache, "q")->entries.empty());
}

TEST_CASE("a resource is kept once: what came last counts in every answer") {
  const Folder folder;
  Cache cache = open(folder);
  REQUIRE(cache.put("p", {at(20), at(20), true, {entry("1", "old")}}, at(0)));
  REQUIRE(cache.put("q", {at(21), at(21), true, {entry("1", "new"), entry("2", "b")}}, at(0)));
  CHECK(find(cache, "p")->entries[0].body == "new");
  REQUIRE(cache.put("q", {at(22), at(22), true, {entry("2", "c")}}, at(0)));
  CHECK(find(cache, "q")->entries.size() == 1);
  CHECK(find(cache, "p")->entries[0].body == "new");
}

TEST_CASE("old answers go, and the resources that nothing holds any more") {
  const Folder folder;
  Cache cache = open(folder);
  REQUIRE(cache.put("p", {at(20), at(20), true, {entry("1", "gone-for-good")}}, at(0)));
  REQUIRE(cache.put("q", {at(40), at(40), true, {entry("2", "b")}}, at(30)));
  CHECK_FALSE(find(cache, "p"));
  REQUIRE(cache.put("p", {at(41), at(41), true, {}}, at(30)));
  CHECK(find(cache, "q")->entries[0].body == "b");
  auto db = sqlite::Connection::open(folder.file(), sqlite::Connection::Mode::read);
  REQUIRE(db);
  auto rows = db->query("SELECT count(*) FROM resource");
  REQUIRE(rows.next());
  CHECK(rows.integer(0) == 1);
}

TEST_CASE("what another directory answered is forgotten") {
  const Folder folder;
  {
    Cache cache = open(folder);
    REQUIRE(cache.put("q", {at(20), at(20), true, {entry("1", "a")}}, at(0)));
  }
  Cache cache = open(folder, "https://b.invalid/fhir");
  CHECK_FALSE(find(cache, "q"));
}

TEST_CASE("a damaged file is made anew") {
  const Folder folder;
  std::ofstream(folder.file()) << std::string(8192, 'x');
  Cache cache = open(folder);
  REQUIRE(cache.put("q", {at(20), at(20), true, {entry("1", "a")}}, at(0)));
  CHECK(find(cache, "q"));
}

TEST_CASE("a cache that cannot be is a fault") {
  const Folder folder;
  CHECK_FALSE(Cache::open(folder.path / "nowhere" / "x.db", url));
}
