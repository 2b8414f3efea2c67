#include <fstream>
#include <sys/stat.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <doctest/doctest.h>

#include "adapters/file/config.h"
#include "tests/adapters/harness.h"

using namespace charmille;
using namespace charmille::adapters;
using namespace charmille::adapters::testing_harness;
namespace fs = std::filesystem;

namespace {

void put(const fs::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}
std::string content(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
/// The names in a folder that end so.
std::vector<std::string> names_in(const fs::path& folder, std::string_view end = {}) {
  std::vector<std::string> out;
  if (!fs::exists(folder)) return out;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().filename().string().ends_with(end))
      out.push_back(entry.path().filename().string());
  return out;
}

/// A drop folder with its source at work.
class Drop {
 public:
  explicit Drop(std::string_view stable = "0s", std::string_view marker = {}) : settings_(loop_) {
    settings_.text("folder", folder().string()).text("stable", stable).text("rescan", "10s");
    settings_.list("files", {"*.csv"});
    if (!marker.empty()) settings_.text("marker", marker);
  }
  ~Drop() { stop(); }

  const fs::path& folder() const { return folder_.path(); }
  MemoryIntake& intake() { return *intake_; }
  Source& source() { return *source_; }
  Loop& loop() { return loop_; }

  void start() {
    auto made = file::adapter().make_source(settings_.get());
    REQUIRE(made);
    source_ = std::move(*made);
    auto done = asio::bind_cancellation_slot(signal_.slot(), asio::use_future);
    over_ = asio::co_spawn(strand_, source_->run(intake_), done);
  }
  void stop() {
    if (!over_.valid()) return;
    asio::post(strand_, [this] { signal_.emit(asio::cancellation_type::terminal); });
    CHECK(over_.wait_for(10s) == std::future_status::ready);
    try {
      over_.get();
    } catch (const boost::system::system_error&) {
    }
    source_.reset();
  }

 private:
  Loop loop_;
  asio::any_io_executor strand_ = asio::make_strand(loop_.executor());
  TemporaryFolder folder_;
  Settings settings_;
  std::shared_ptr<MemoryIntake> intake_ = std::make_shared<MemoryIntake>();
  std::unique_ptr<Source> source_;
  asio::cancellation_signal signal_;
  std::future<Result<void>> over_;
};

Deadline later() {
  return std::chrono::steady_clock::now() + 10s;
}

}  // namespace

TEST_CASE("files that lie there and files that come are taken at once and archived; others stay") {
  Drop drop;
  put(drop.folder() / "before.csv", "a;b\n");
  put(drop.folder() / "other.txt", "x");
  put(drop.folder() / ".hidden.csv", "x");
  put(drop.folder() / "writing.csv.part", "x");
  fs::create_directory(drop.folder() / "folder.csv");
  drop.start();
  REQUIRE(soon([&] { return drop.intake().taken().size() == 1; }));
  const auto began = std::chrono::steady_clock::now();
  put(drop.folder() / "draft.tmp", "c;d\n");
  fs::rename(drop.folder() / "draft.tmp", drop.folder() / "after.csv");
  REQUIRE(soon([&] { return drop.intake().taken().size() == 2; }));
  CHECK(std::chrono::steady_clock::now() - began < 1s);  // the rescan is at 10 s: it was the signal
  REQUIRE(soon([&] { return names_in(drop.folder() / "archive").size() == 2; }));
  CHECK(names_in(drop.folder()).size() == 3);
  const auto taken = drop.intake().taken();
  CHECK(taken[1].first.name == "after.csv");
  CHECK(taken[1].second == "c;d\n");
  CHECK(taken[1].first.authentication == "folder");
}

TEST_CASE("links are never followed, and names are only names") {
  Drop drop;
  TemporaryFolder outside;
  put(outside.path() / "secret.csv", "secret");
  fs::create_symlink(outside.path() / "secret.csv", drop.folder() / "link.csv");
  REQUIRE(::mkfifo((drop.folder() / "pipe.csv").c_str(), 0600) == 0);
  put(drop.folder() / "; $(touch pwned) `id` \n.csv", "odd");
  drop.start();
  REQUIRE(soon([&] { return names_in(drop.folder() / "archive").size() == 1; }));
  CHECK(drop.intake().taken().size() == 1);
  CHECK(drop.intake().taken()[0].second == "odd");
  CHECK(fs::exists(outside.path() / "secret.csv"));
  CHECK(fs::is_symlink(drop.folder() / "link.csv"));
}

TEST_CASE("a file that grows is left alone until it rests") {
  Drop drop("300ms");
  drop.start();
  std::ofstream out(drop.folder() / "slow.csv", std::ios::binary);
  for (int i = 0; i < 6; ++i) {
    out << "line\n" << std::flush;
    std::this_thread::sleep_for(100ms);
    CHECK(drop.intake().taken().empty());
  }
  out.close();
  REQUIRE(soon([&] { return drop.intake().taken().size() == 1; }));
  CHECK(drop.intake().taken()[0].second.size() == 30);
}

TEST_CASE("with a marker, the file waits for it, and the marker goes with the file") {
  Drop drop("2s", "{name}.ok");
  put(drop.folder() / "a.csv", "x");
  drop.start();
  std::this_thread::sleep_for(200ms);
  CHECK(drop.intake().taken().empty());
  put(drop.folder() / "a.csv.ok", "");
  REQUIRE(soon([&] { return names_in(drop.folder()).empty(); }));
  CHECK(drop.intake().taken().size() == 1);
}

TEST_CASE("what the engine refuses for now stays in place and is offered again") {
  Drop drop;
  std::atomic<int> refusals = 0;
  drop.intake().refuse_when([&](const Arrival&) -> std::optional<Fault> {
    if (refusals.fetch_add(1) == 0) return fault("CH-SYS-007", {}, {{"reason", "full"}});
    return std::nullopt;
  });
  put(drop.folder() / "a.csv", "x");
  drop.start();
  REQUIRE(soon([&] { return refusals >= 1; }));
  CHECK(names_in(drop.folder()) == std::vector<std::string>{"a.csv"});
  REQUIRE(soon([&] { return names_in(drop.folder() / "archive").size() == 1; }));
  CHECK(drop.intake().taken().size() == 1);
}

TEST_CASE(
    "a crash between acceptance and move: the same file is offered under the same key, then "
    "archived") {
  Drop drop;
  put(drop.folder() / "a.csv", "x");
  fs::create_directory(drop.folder() / "archive");
  REQUIRE(::chmod((drop.folder() / "archive").c_str(), 0700) == 0);
  drop.start();
  REQUIRE(soon([&] { return names_in(drop.folder() / "archive").size() == 1; }));
  drop.stop();
  // As the crash would have left it: accepted, but not moved.
  fs::rename(drop.folder() / "archive" / names_in(drop.folder() / "archive")[0],
             drop.folder() / "a.csv");
  drop.start();
  REQUIRE(soon([&] { return names_in(drop.folder() / "archive").size() == 1; }));
  CHECK(drop.intake().offers() == 2);
  CHECK(drop.intake().taken().size() == 1);
}

TEST_CASE("a refused file lies in the reject folder with its report, however often that is said") {
  Drop drop;
  put(drop.folder() / "a.csv", "x");
  drop.start();
  REQUIRE(soon([&] { return names_in(drop.folder() / "archive").size() == 1; }));
  Settlement settlement;
  settlement.outcome = Settlement::Outcome::rejected;
  settlement.reference = drop.intake().taken()[0].first.reference;
  settlement.report_text = "ligne 3 : colonne absente\n";
  settlement.report_json = "{}\n";
  for (int i = 0; i < 2; ++i) REQUIRE(drop.loop().run(drop.source().settle(settlement, later())));
  CHECK(names_in(drop.folder() / "archive").empty());
  const auto reports = names_in(drop.folder() / "reject", "-a.csv.rapport.txt");
  REQUIRE(reports.size() == 1);
  CHECK(content(drop.folder() / "reject" / reports[0]) == "ligne 3 : colonne absente\n");
  CHECK(names_in(drop.folder() / "reject", "-a.csv").size() == 1);
  CHECK(names_in(drop.folder() / "reject", ".rapport.json").size() == 1);
  settlement.reference = "1-2-3-..%2F..%2Fetc%2Fpasswd";
  CHECK_FALSE(drop.loop().run(drop.source().settle(settlement, later())));
}

TEST_CASE("remarks lie beside the archived file") {
  Drop drop;
  put(drop.folder() / "a.csv", "x");
  drop.start();
  REQUIRE(soon([&] { return names_in(drop.folder() / "archive").size() == 1; }));
  Settlement settlement;
  settlement.outcome = Settlement::Outcome::done_with_remarks;
  settlement.reference = drop.intake().taken()[0].first.reference;
  settlement.report_text = "deux lignes en quarantaine\n";
  REQUIRE(drop.loop().run(drop.source().settle(settlement, later())));
  CHECK(names_in(drop.folder() / "archive", "-a.csv.rapport.txt").size() == 1);
  CHECK(names_in(drop.folder() / "archive", "-a.csv").size() == 1);
}

TEST_CASE("a file that the intake refuses for good is put away with the reason, the others go on") {
  Drop drop;
  drop.intake().refuse_when([](const Arrival& arrival) -> std::optional<Fault> {
    if (arrival.metadata.name == "bad.csv")
      return fault("CH-SYS-006", {}, {{"size", "9"}, {"limit", "5"}});
    return std::nullopt;
  });
  put(drop.folder() / "bad.csv", "x");
  put(drop.folder() / "good.csv", "y");
  drop.start();
  REQUIRE(soon([&] {
    return names_in(drop.folder() / "archive").size() == 1 &&
           names_in(drop.folder() / "reject").size() == 3;
  }));
  const auto report = names_in(drop.folder() / "reject", "-bad.csv.rapport.txt");
  REQUIRE(report.size() == 1);
  CHECK(content(drop.folder() / "reject" / report[0]).find("CH-SYS-006") != std::string::npos);
}

TEST_CASE(
    "the specification refuses what is wrong, and the world is looked at in a step of its own") {
  Loop loop;
  TemporaryFolder folder;
  Settings good(loop);
  good.text("folder", folder.path().string());
  CHECK(good.check(*file::adapter().source).empty());
  CHECK(file::adapter().check_source(good.get()).empty());
  Settings absent(loop);
  absent.text("folder", (folder.path() / "nowhere").string());
  CHECK(absent.check(*file::adapter().source).empty());
  REQUIRE(file::adapter().check_source(absent.get()).size() == 1);
  CHECK(std::string(file::adapter().check_source(absent.get())[0].code) == "CH-FILE-001");
  Settings wrong(loop);
  wrong.text("foldr", "/x").text("stable", "soon");
  CHECK(wrong.check(*file::adapter().source).size() == 3);
}
