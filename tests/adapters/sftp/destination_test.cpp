// Against a real sshd: what a partner finds, and what a second attempt does.

#include "tests/adapters/sftp/server.h"

using namespace charmille::adapters::sftp::testing;
using namespace charmille;
using namespace charmille::adapters;

namespace {

Settings out_of(Loop& loop, const Server& server) {
  Settings settings = settings_for(loop, server);
  settings.text("folder", "out").text("file", "{route}_{sequence}.csv");
  return settings;
}

std::unique_ptr<Destination> destination(Settings& settings) {
  auto made = sftp::adapter().make_destination(settings.get());
  REQUIRE(made);
  return std::move(*made);
}

Envelope envelope_for(Destination& to, std::string content, std::string sequence = "1") {
  Outbound outbound;
  outbound.delivery.bytes[15] = 7;
  outbound.payload = base::Payload(std::move(content));
  outbound.variables = {{"route", "p"}, {"sequence", std::move(sequence)}};
  Envelope envelope;
  envelope.delivery = outbound.delivery;
  auto prepared = to.prepare(std::move(outbound));
  REQUIRE(prepared);
  envelope.prepared = std::move(*prepared);
  return envelope;
}

Deadline soon_enough() {
  return std::chrono::steady_clock::now() + 30s;
}

}  // namespace

TEST_CASE(
    "a delivery appears under its name alone; again it is a duplicate, and the probe sees it") {
  if (!has_sshd()) return;
  Server& server = shared_server();
  Loop loop;
  Settings settings = out_of(loop, server);
  const auto to = destination(settings);
  const std::string content(300'000, 'x');
  const Envelope envelope = envelope_for(*to, content);
  CHECK(loop.run(to->probe(envelope, soon_enough())) == Probe::absent);
  const auto first = loop.run(to->send(envelope, soon_enough()));
  REQUIRE(first);
  CHECK_FALSE(first->duplicate);
  CHECK(first->correlation == Pairs{{"file", "p_1.csv"}});
  CHECK(files_in(server.out()) == std::vector<std::string>{"p_1.csv"});
  CHECK(read_file(server.out() / "p_1.csv") == content);
  CHECK(loop.run(to->probe(envelope, soon_enough())) == Probe::there);
  const auto second = loop.run(to->send(envelope, soon_enough()));
  REQUIRE(second);
  CHECK(second->duplicate);
  CHECK(server.logins() == 1);
}

TEST_CASE("a file of that name with another size is never touched: a person decides") {
  if (!has_sshd()) return;
  Server& server = shared_server();
  Loop loop;
  write_file(server.out() / "p_1.csv", "somebody else's");
  Settings settings = out_of(loop, server);
  const auto to = destination(settings);
  const Envelope envelope = envelope_for(*to, "ours");
  CHECK(loop.run(to->probe(envelope, soon_enough())) == Probe::absent);
  const auto sent = loop.run(to->send(envelope, soon_enough()));
  REQUIRE_FALSE(sent);
  CHECK(std::string(sent.error().code) == "CH-SFTP-013");
  CHECK(sent.error().action == base::Action::hold);
  CHECK(read_file(server.out() / "p_1.csv") == "somebody else's");
}

TEST_CASE("what an attempt that was cut left behind does not stand in the way") {
  if (!has_sshd()) return;
  Server& server = shared_server();
  Loop loop;
  Settings settings = out_of(loop, server);
  const auto to = destination(settings);
  const Envelope envelope = envelope_for(*to, "ours");
  write_file(server.out() / ("." + envelope.delivery.text() + ".part"), std::string(1000, '?'));
  REQUIRE(loop.run(to->send(envelope, soon_enough())));
  CHECK(files_in(server.out()) == std::vector<std::string>{"p_1.csv"});
  CHECK(read_file(server.out() / "p_1.csv") == "ours");
}

TEST_CASE("the marker comes after the file, and is written again when it is missing") {
  if (!has_sshd()) return;
  Server& server = shared_server();
  Loop loop;
  Settings settings = out_of(loop, server);
  settings.text("marker", "{name}.ok");
  const auto to = destination(settings);
  const Envelope envelope = envelope_for(*to, "ours");
  write_file(server.out() / "p_1.csv", "ours");
  CHECK(loop.run(to->probe(envelope, soon_enough())) == Probe::absent);
  REQUIRE(loop.run(to->send(envelope, soon_enough())));
  CHECK(files_in(server.out()) == std::vector<std::string>{"p_1.csv", "p_1.csv.ok"});
  CHECK(loop.run(to->probe(envelope, soon_enough())) == Probe::there);
}

TEST_CASE(
    "rights and folders that are missing hold the delivery; a server that is away is tried again") {
  if (!has_sshd()) return;
  Loop loop;
  const auto code_of = [&](const std::unique_ptr<Destination>& to) {
    const auto sent = loop.run(to->send(envelope_for(*to, "ours"), soon_enough()));
    REQUIRE_FALSE(sent);
    return std::pair(std::string(sent.error().code), sent.error().action);
  };
  auto server = std::make_unique<Server>("RO=1");
  Settings closed = out_of(loop, *server);
  CHECK(code_of(destination(closed)) == std::pair(std::string("CH-SFTP-005"), base::Action::hold));
  Settings missing = settings_for(loop, *server);
  missing.text("folder", "nowhere").text("file", "{route}_{sequence}.csv");
  CHECK(code_of(destination(missing)).second == base::Action::hold);
  Settings away = out_of(loop, *server);
  const auto to = destination(away);
  server.reset();
  CHECK(code_of(to) == std::pair(std::string("CH-NET-002"), base::Action::retry));
}

namespace {

asio::awaitable<Result<Delivered>> sent_by(Destination* to, Envelope envelope) {
  auto outcome = co_await to->send(envelope, soon_enough());
  co_return outcome;
}

}  // namespace

TEST_CASE(
    "a server that dies during a transfer leaves nothing under the name, and the next attempt "
    "succeeds") {
  if (!has_sshd()) return;
  Server& server = shared_server();
  Loop loop;
  Settings settings = out_of(loop, server);
  const auto to = destination(settings);
  const Envelope envelope = envelope_for(*to, std::string(64 << 20, 'x'));
  auto sent = asio::co_spawn(loop.io(), sent_by(to.get(), envelope), asio::use_future);
  const fs::path part = server.out() / ("." + envelope.delivery.text() + ".part");
  REQUIRE(in_time([&] { return fs::exists(part) && fs::file_size(part) > 0; }));
  server.cut_sessions();
  const auto outcome = sent.get();
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().action == base::Action::retry);
  CHECK_FALSE(fs::exists(server.out() / "p_1.csv"));
  REQUIRE(loop.run(to->send(envelope, soon_enough())));
  CHECK(fs::file_size(server.out() / "p_1.csv") == 64 << 20);
  CHECK_FALSE(fs::exists(part));
}

TEST_CASE("a silent server holds a delivery no longer than its deadline") {
  if (!has_sshd()) return;
  Server& server = shared_server();
  Loop loop;
  Settings settings = out_of(loop, server);
  const auto to = destination(settings);
  REQUIRE(loop.run(to->send(envelope_for(*to, "ours", "1"), soon_enough())));
  const auto stop_all = [&](int signal) {
    std::istringstream pids(run_script("pgrep -P " + server.first_line("sftp.pid")));
    for (int pid = 0; pids >> pid;) ::kill(pid, signal);
  };
  stop_all(SIGSTOP);
  const auto begun = std::chrono::steady_clock::now();
  const auto sent =
      loop.run(to->send(envelope_for(*to, "ours", "2"), std::chrono::steady_clock::now() + 1s));
  const auto took = std::chrono::steady_clock::now() - begun;
  stop_all(SIGCONT);
  REQUIRE_FALSE(sent);
  CHECK(std::string(sent.error().code) == "CH-NET-005");
  CHECK(took < 4s);  // libcurl says goodbye for up to two seconds
}
