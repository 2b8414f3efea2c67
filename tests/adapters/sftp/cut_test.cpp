// Wherever the connection breaks, every file is taken once and put once.
#include <spawn.h>
#include <sys/wait.h>

#include "gateway/base/catalogue.h"
#include "tests/adapters/sftp/server.h"

using namespace charmille::adapters::sftp::testing;
using namespace charmille;
using namespace charmille::adapters;

namespace {

/// After how many bytes of the server's the connection breaks: now and then before we are logged
/// in, then at about every answer, to beyond the end of a visit.
std::vector<int> cuts() {
  std::vector<int> out{0, 200, 1200, 2200, 2700};
  for (int cut = 2800; cut <= 5500; cut += 60) out.push_back(cut);
  return out;
}

/// tests/testbed/faultproxy.py in front of the server.
class Proxy {
 public:
  explicit Proxy(std::int64_t target) {
    const std::string script =
        std::string(std::getenv("CHARMILLE_SOURCE")) + "/tests/testbed/faultproxy.py";
    port_ = free_port();
    std::string words[] = {"python3", script, std::to_string(port_), std::to_string(target),
                           mode_file()};
    char* arguments[] = {words[0].data(), words[1].data(), words[2].data(),
                         words[3].data(), words[4].data(), nullptr};
    mode("pass");
    REQUIRE(::posix_spawnp(&pid_, "python3", nullptr, nullptr, arguments, environ) == 0);
    REQUIRE(in_time([&] { return listens(); }));
  }
  ~Proxy() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  void mode(const std::string& text) const { write_file(mode_file(), text); }
  std::int64_t port() const { return port_; }

 private:
  std::string mode_file() const { return (folder_.path() / "mode").string(); }
  static std::int64_t free_port() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(fd, reinterpret_cast<sockaddr*>(&address), size);
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    ::close(fd);
    return ntohs(address.sin_port);
  }
  bool listens() const {
    try {
      const RawPeer peer(static_cast<std::uint16_t>(port_));
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  }

  TemporaryFolder folder_;
  std::int64_t port_ = 0;
  pid_t pid_ = 0;
};

Settings through(Loop& loop, const Server& server, const Proxy& proxy) {
  Settings settings(loop);
  settings.text("host", "127.0.0.1")
      .integer("port", proxy.port())
      .text("user", "root")
      .list("host-keys", {server.first_line("host_key.fp")})
      .object("key", "file", server.path("client_key").string())
      .text("timeout", "20s")
      .text("connect-timeout", "20s");
  return settings;
}

Deadline soon_enough() {
  return std::chrono::steady_clock::now() + 18s;
}

}  // namespace

TEST_CASE(
    "a delivery whose connection breaks anywhere is there once, whole, after the next attempt") {
  if (!has_sshd()) return;
  Server& server = shared_server();
  Loop loop;
  const Proxy proxy(server.port());
  std::size_t broken = 0;
  std::size_t rounds = 0;
  for (const int cut : cuts()) {
    ++rounds;
    CAPTURE(cut);
    Settings settings = through(loop, server, proxy);
    settings.text("folder", "out").text("file", "{sequence}.csv").text("marker", "{name}.ok");
    auto to = sftp::adapter().make_destination(settings.get());
    REQUIRE(to);
    Outbound outbound;
    outbound.delivery.bytes[14] = static_cast<std::uint8_t>(rounds);
    outbound.payload = base::Payload("content " + std::to_string(cut));
    outbound.variables = {{"sequence", std::to_string(cut)}};
    Envelope envelope;
    envelope.delivery = outbound.delivery;
    envelope.prepared = *(*to)->prepare(outbound);
    proxy.mode("reset " + std::to_string(cut));
    const auto first = loop.run((*to)->send(envelope, soon_enough()));
    if (!first) CHECK(first.error().action == base::Action::retry);
    broken += first ? 0 : 1;
    proxy.mode("pass");
    const auto probe = loop.run((*to)->probe(envelope, soon_enough()));
    CAPTURE(probe ? std::string() : base::describe(probe.error(), base::Language::en));
    REQUIRE(probe);
    if (first) CHECK(*probe == Probe::there);
    if (*probe != Probe::there) REQUIRE(loop.run((*to)->send(envelope, soon_enough())));
    const fs::path file = server.out() / (std::to_string(cut) + ".csv");
    CHECK(read_file(file) == "content " + std::to_string(cut));
    CHECK(fs::exists(file.string() + ".ok"));
  }
  CHECK(broken > 10);
  CHECK(broken < rounds);  // the sweep reached beyond the end of a visit
  CHECK(files_in(server.out()).size() == 2 * rounds);
}

TEST_CASE("a file whose connection breaks anywhere is taken once and archived once") {
  if (!has_sshd()) return;
  Server& server = shared_server();
  Loop loop;
  const Proxy proxy(server.port());
  const auto intake = std::make_shared<MemoryIntake>();
  std::size_t broken = 0;
  std::size_t rounds = 0;
  for (const int cut : cuts()) {
    CAPTURE(cut);
    write_file(server.in() / (std::to_string(cut) + ".csv"), "content " + std::to_string(cut));
    Settings settings = through(loop, server, proxy);
    settings.text("interval", "150ms").text("stable", "0s");
    proxy.mode("reset " + std::to_string(cut));
    Drop drop(loop, settings, intake);
    drop.start();
    ++rounds;
    const auto archived = [&] { return files_in(server.in() / "archive").size(); };
    REQUIRE(in_time([&] { return archived() == rounds || !drop.faults().empty(); }));
    broken += drop.faults().empty() ? 0 : 1;
    proxy.mode("pass");
    REQUIRE(in_time([&] { return archived() == rounds && files_in(server.in()).empty(); }));
    drop.stop();
  }
  CHECK(broken > 10);
  CHECK(intake->offers() == rounds);
  CHECK(intake->taken().size() == rounds);
}
