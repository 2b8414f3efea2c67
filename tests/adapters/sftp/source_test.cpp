// Against a real sshd: what is taken, when, and where it lies afterwards.

#include "adapters/sftp/wire.h"
#include "tests/adapters/sftp/server.h"

using namespace charmille::adapters::sftp::testing;
using namespace charmille;
using namespace charmille::adapters;

namespace {

Settings quick(Loop& loop, const Server& server) {
  Settings settings = settings_for(loop, server);
  settings.text("interval", "150ms").text("stable", "100ms");
  return settings;
}

std::set<std::string> names_taken(MemoryIntake& intake) {
  std::set<std::string> out;
  for (const auto& [metadata, body] : intake.taken()) out.insert(metadata.name);
  return out;
}

}  // namespace

TEST_CASE("files are taken whole whatever their names, archived, and everything else stays") {
  if (!has_sshd()) return;
  Server& server = shared_server();
  Loop loop;
  const std::set<std::string> odd{"plain.csv", " a  b.csv", "'q\"\\$(id);.csv", "été.csv",
                                  "\xe9.csv",  "-rf.csv",   "%2F~.csv"};
  for (const auto& name : odd) write_file(server.in() / name, "content of " + name);
  for (const auto& name : {"x.part", ".hidden.csv", "other.txt", "new\nline.csv"})
    write_file(server.in() / name, "not taken");
  fs::create_directory(server.in() / "folder.csv");
  fs::create_symlink("/etc/passwd", server.in() / "link.csv");
  Settings settings = quick(loop, server);
  settings.list("files", {"*.csv"});
  Drop drop(loop, settings, std::make_shared<MemoryIntake>());
  drop.start();
  REQUIRE(in_time([&] { return files_in(server.in() / "archive").size() == odd.size(); }));
  REQUIRE(in_time([&] { return drop.intake().state().empty(); }));  // nothing left to remember
  drop.stop();
  CHECK(names_taken(drop.intake()) == odd);
  for (const auto& [metadata, body] : drop.intake().taken())
    CHECK(body == "content of " + metadata.name);
  CHECK(files_in(server.in()) == std::vector<std::string>{".hidden.csv", "link.csv",
                                                          "new\nline.csv", "other.txt", "x.part"});
  CHECK(server.logins() <= 2);  // connections are used again
}

TEST_CASE("a file that grows is not taken before it stands still") {
  if (!has_sshd()) return;
  Server& server = shared_server();
  Loop loop;
  Settings settings = settings_for(loop, server);
  settings.text("interval", "100ms").text("stable", "600ms");
  Drop drop(loop, settings, std::make_shared<MemoryIntake>());
  drop.start();
  std::string whole;
  for (int i = 0; i < 15; ++i) {
    whole += "line " + std::to_string(i) + "\n";
    write_file(server.in() / "a.csv", whole);
    std::this_thread::sleep_for(100ms);
    REQUIRE(drop.intake().taken().empty());
  }
  REQUIRE(in_time([&] { return drop.intake().taken().size() == 1; }));
  drop.stop();
  CHECK(drop.intake().taken().front().second == whole);
}

TEST_CASE("with a marker a file is taken once the marker is there, and both leave") {
  if (!has_sshd()) return;
  Server& server = shared_server();
  Loop loop;
  write_file(server.in() / "a.csv", "a");
  write_file(server.in() / "b.csv", "b");
  write_file(server.in() / "b.csv.ok", "");
  Settings settings = quick(loop, server);
  settings.text("marker", "{name}.ok").text("after", "delete");
  Drop drop(loop, settings, std::make_shared<MemoryIntake>());
  drop.start();
  REQUIRE(in_time([&] { return files_in(server.in()) == std::vector<std::string>{"a.csv"}; }));
  drop.stop();
  CHECK(names_taken(drop.intake()) == std::set<std::string>{"b.csv"});
}

TEST_CASE("a connection that dies between acceptance and move takes nothing twice") {
  if (!has_sshd()) return;
  Server& server = shared_server();
  Loop loop;
  write_file(server.in() / "a.csv", "a");
  const auto intake = std::make_shared<MemoryIntake>();
  bool cut = false;
  intake->refuse_when([&](const Arrival&) -> std::optional<Fault> {
    if (!cut) server.cut_sessions();
    cut = true;
    return std::nullopt;
  });
  Settings settings = quick(loop, server);
  Drop drop(loop, settings, intake);
  drop.start();
  REQUIRE(in_time([&] { return files_in(server.in() / "archive").size() == 1; }));
  REQUIRE(in_time([&] { return intake->state().empty(); }));
  drop.stop();
  CHECK(cut);
  CHECK(intake->offers() == 1);
  CHECK(intake->taken().size() == 1);
}

TEST_CASE(
    "what a crash left between commit and move is moved at the next start, not offered again") {
  if (!has_sshd()) return;
  Server& server = shared_server();
  Loop loop;
  const auto intake = std::make_shared<MemoryIntake>();
  // The first life accepts and cannot move: a file stands where the archive should be.
  write_file(server.in() / "a.csv", "a");
  write_file(server.out() / "wall", "");
  {
    Settings settings = quick(loop, server);
    settings.text("archive", "../out/wall/archive");
    Drop first(loop, settings, intake);
    first.start();
    REQUIRE(in_time([&] { return intake->taken().size() == 1; }));
    std::this_thread::sleep_for(500ms);  // more turns: not offered again
    first.stop();
    CHECK(files_in(server.in()).size() == 1);
    CHECK(intake->state().size() == 1);
  }
  // A newer version under the same name is another file: it is taken, the older is forgotten.
  write_file(server.in() / "b.csv", "b");
  Settings settings = quick(loop, server);
  Drop second(loop, settings, intake);
  second.start();
  REQUIRE(in_time([&] { return files_in(server.in() / "archive").size() == 2; }));
  REQUIRE(in_time([&] { return intake->state().empty(); }));
  second.stop();
  CHECK(intake->offers() == 2);
}

TEST_CASE("a newer version in the place of an accepted one is taken too") {
  if (!has_sshd()) return;
  Server& server = shared_server();
  Loop loop;
  const auto intake = std::make_shared<MemoryIntake>();
  const sftp::Token old{"a.csv", 1, 1'700'000'000};
  AdapterState state;
  state.put.emplace_back("accepted/" + sftp::idempotency_key(old), sftp::to_text(old));
  state.put.emplace_back("accepted/damaged", "no token");
  REQUIRE(loop.run(intake->remember(state, Deadline::max())));
  write_file(server.in() / "a.csv", "newer");
  Settings settings = quick(loop, server);
  Drop drop(loop, settings, intake);
  drop.start();
  REQUIRE(in_time([&] { return files_in(server.in() / "archive").size() == 1; }));
  REQUIRE(in_time([&] { return intake->state().empty(); }));
  drop.stop();
  CHECK(intake->taken().size() == 1);
}

TEST_CASE("from a server that may only be read each file is taken once") {
  if (!has_sshd()) return;
  Server server("RO=1");
  Loop loop;
  write_file(server.in() / "a.csv", "a");
  Settings settings = quick(loop, server);
  const auto intake = std::make_shared<MemoryIntake>();
  {
    Drop drop(loop, settings, intake);
    drop.start();
    REQUIRE(in_time([&] { return intake->taken().size() == 1; }));
    std::this_thread::sleep_for(600ms);
    drop.stop();
    CHECK(drop.faults().empty());
  }
  Settings same = quick(loop, server);
  Drop drop(loop, same, intake);
  drop.start();
  std::this_thread::sleep_for(600ms);
  drop.stop();
  CHECK(intake->offers() == 1);
  CHECK(files_in(server.in()) == std::vector<std::string>{"a.csv"});
}

TEST_CASE(
    "what is too large, or refused by the gateway, lies in the reject folder with its report") {
  if (!has_sshd()) return;
  Server& server = shared_server();
  Loop loop;
  write_file(server.in() / "large.csv", std::string(2000, 'x'));
  write_file(server.in() / "wrong.csv", "x");
  write_file(server.in() / "good.csv", "x");
  const auto intake = std::make_shared<MemoryIntake>();
  intake->refuse_when([](const Arrival& arrival) -> std::optional<Fault> {
    if (arrival.metadata.name == "wrong.csv") return fault("CH-EXC-004");
    return std::nullopt;
  });
  Settings settings = quick(loop, server);
  settings.text("max-size", "1KiB");
  Drop drop(loop, settings, intake);
  drop.start();
  REQUIRE(in_time([&] {
    return files_in(server.in() / "reject").size() == 6 && files_in(server.in()).empty();
  }));
  drop.stop();
  CHECK(names_taken(*intake) == std::set<std::string>{"good.csv"});
  std::string reports;
  for (const auto& name : files_in(server.in() / "reject"))
    if (name.ends_with(".txt")) reports += read_file(server.in() / "reject" / name);
  CHECK(reports.find("CH-SFTP-010") != reports.npos);
  CHECK(reports.find("CH-EXC-004") != reports.npos);
}

TEST_CASE("while the gateway is full everything stays and is offered again") {
  if (!has_sshd()) return;
  Server& server = shared_server();
  Loop loop;
  write_file(server.in() / "a.csv", "a");
  const auto intake = std::make_shared<MemoryIntake>();
  std::atomic<int> left = 2;
  intake->refuse_when([&](const Arrival&) -> std::optional<Fault> {
    if (left-- > 0) return fault("CH-EXC-003");
    return std::nullopt;
  });
  Settings settings = quick(loop, server);
  Drop drop(loop, settings, intake);
  drop.start();
  REQUIRE(in_time([&] { return files_in(server.in() / "archive").size() == 1; }));
  drop.stop();
  CHECK(intake->offers() == 3);
  CHECK(drop.faults().empty());
}

TEST_CASE(
    "the settlement of a refused payload moves its file and writes the report, any number of "
    "times") {
  if (!has_sshd()) return;
  Server& server = shared_server();
  Loop loop;
  write_file(server.in() / "a.csv", "a");
  Settings settings = quick(loop, server);
  Drop drop(loop, settings, std::make_shared<MemoryIntake>());
  drop.start();
  REQUIRE(in_time([&] { return files_in(server.in() / "archive").size() == 1; }));
  drop.stop();
  Settlement settlement;
  settlement.outcome = Settlement::Outcome::rejected;
  settlement.reference = drop.intake().taken().front().first.reference;
  settlement.report_text = "ligne 3, colonne Sexe\n";
  settlement.report_json = "{}";
  for (int i = 0; i < 2; ++i) {
    auto settled = drop.source().settle(settlement, std::chrono::steady_clock::now() + 10s);
    CHECK(loop.run(std::move(settled)));
  }
  CHECK(files_in(server.in() / "archive").empty());
  const auto rejected = files_in(server.in() / "reject");
  REQUIRE(rejected.size() == 3);
  CHECK(rejected[0].ends_with("-a.csv"));
  CHECK(read_file(server.in() / "reject" / rejected[2]) == settlement.report_text);
}

TEST_CASE("the same version that comes a second time is filed once") {
  if (!has_sshd()) return;
  Server& server = shared_server();
  Loop loop;
  const auto when = fs::file_time_type::clock::now() - 1h;
  const auto put = [&] {
    write_file(server.in() / ".a.csv", "a");
    fs::last_write_time(server.in() / ".a.csv", when);
    fs::rename(server.in() / ".a.csv", server.in() / "a.csv");
  };
  Settings settings = quick(loop, server);
  Drop drop(loop, settings, std::make_shared<MemoryIntake>());
  drop.start();
  for (std::size_t i = 1; i <= 2; ++i) {
    put();
    REQUIRE(in_time([&] { return drop.intake().offers() == i && files_in(server.in()).empty(); }));
  }
  drop.stop();
  CHECK(drop.intake().taken().size() == 1);
  CHECK(files_in(server.in() / "archive").size() == 1);
}

TEST_CASE("a missing folder, and a server that is away, are told at the pace of the turns") {
  if (!has_sshd()) return;
  Loop loop;
  auto server = std::make_unique<Server>();
  fs::remove_all(server->in());
  Settings settings = settings_for(loop, *server);
  settings.text("interval", "400ms");
  Drop drop(loop, settings, std::make_shared<MemoryIntake>());
  drop.start();
  REQUIRE(in_time([&] { return drop.faults().size() == 2; }));
  CHECK(drop.faults().front() == "CH-SFTP-006");
  server.reset();
  REQUIRE(in_time([&] { return drop.faults().back() == "CH-NET-002"; }));
  drop.stop();
  CHECK(drop.faults().size() < 10);
}
