// Who is who: nothing is said to a server whose key is not the pinned one.

#include "gateway/base/catalogue.h"
#include "tests/adapters/sftp/server.h"

using namespace charmille::adapters::sftp::testing;
using namespace charmille;
using namespace charmille::adapters;

namespace {

/// What `check --world` says of an endpoint.
std::vector<std::string> told(Settings& settings) {
  std::vector<std::string> codes;
  for (const Fault& f : sftp::adapter().check_source(settings.get())) codes.emplace_back(f.code);
  return codes;
}

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("the right keys on both sides find nothing to say") {
  if (!has_sshd()) return;
  Server& server = shared_server();
  Loop loop;
  Settings settings = settings_for(loop, server);
  CHECK(told(settings) == Codes{});
}

TEST_CASE(
    "a key that is not pinned ends the connection before any login, and known_hosts is no way "
    "around") {
  if (!has_sshd()) return;
  Server& server = shared_server();
  Loop loop;
  Settings settings = settings_for(loop, server, "client_key", "other.fp");
  const auto faults = sftp::adapter().check_source(settings.get());
  REQUIRE(faults.size() == 1);
  CHECK(std::string(faults.front().code) == "CH-SFTP-001");
  CHECK(faults.front().action == base::Action::hold);
  const std::string text = base::describe(faults.front(), base::Language::fr);
  CHECK(text.find(server.first_line("host_key.fp")) != text.npos);
  CHECK(server.logins() == 0);
}

TEST_CASE("while a key is being changed both are accepted") {
  if (!has_sshd()) return;
  Server& server = shared_server();
  Loop loop;
  Settings settings(loop);
  settings.text("host", "127.0.0.1")
      .integer("port", server.port())
      .text("user", "root")
      .list("host-keys", {server.first_line("other.fp"), server.first_line("host_key.fp")})
      .object("key", "file", server.path("client_key").string());
  CHECK(told(settings) == Codes{});
}

TEST_CASE("a key of ours that the server does not know is told as such") {
  if (!has_sshd()) return;
  Server& server = shared_server();
  Loop loop;
  Settings settings = settings_for(loop, server, "other_key");
  CHECK(told(settings) == Codes{"CH-SFTP-003"});
}

TEST_CASE("a key with a passphrase is opened by it, and by no other") {
  if (!has_sshd()) return;
  Server& server = shared_server();
  Loop loop;
  TemporaryFolder folder;
  const auto with = [&](const std::string& phrase) {
    const fs::path file = folder.path() / "phrase";
    fs::remove(file);
    write_file(file, phrase);
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
    Settings settings = settings_for(loop, server, "phrase_key");
    settings.object("passphrase", "file", file.string());
    return told(settings);
  };
  CHECK(with("une phrase") == Codes{});
  CHECK(with("une autre") == Codes{"CH-SFTP-003"});
}

TEST_CASE("an RSA host key is refused although it is pinned: SHA-1 signs it") {
  if (!has_sshd()) return;
  Server server("HOST_KEY=rsa");
  Loop loop;
  Settings settings = settings_for(loop, server);
  CHECK(told(settings) == Codes{"CH-SFTP-002"});
  CHECK(server.logins() == 0);
}

TEST_CASE("what is no SSH server is told, within the time to connect") {
  Loop loop;
  const auto web = start(loop, net::Listen{});
  Settings settings(loop);
  TemporaryFolder folder;
  write_file(folder.path() / "key", "no key");
  fs::permissions(folder.path() / "key", fs::perms::owner_read | fs::perms::owner_write);
  settings.text("host", "127.0.0.1")
      .integer("port", web->port())
      .text("user", "root")
      .list("host-keys", {"SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8"})
      .object("key", "file", (folder.path() / "key").string())
      .text("connect-timeout", "500ms");
  const auto codes = told(settings);
  REQUIRE(codes.size() == 1);
  CHECK((codes[0] == "CH-SFTP-004" || codes[0] == "CH-NET-005" || codes[0] == "CH-NET-004" ||
         codes[0] == "CH-NET-006"));
  loop.run(web->stop(std::chrono::steady_clock::now() + 1s));
}

TEST_CASE("settings that cannot work are refused before anything connects") {
  Loop loop;
  TemporaryFolder folder;
  const auto secret = [&](const std::string& name, fs::perms rights) {
    write_file(folder.path() / name, "a secret");
    fs::permissions(folder.path() / name, rights);
    return (folder.path() / name).string();
  };
  const auto owner = fs::perms::owner_read | fs::perms::owner_write;
  const std::string good = secret("key", owner);
  const std::string open = secret("open", owner | fs::perms::others_read);
  constexpr std::string_view pinned = "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8";
  const auto code_of = [&](std::string_view host, std::string_view fingerprint, auto identity) {
    Settings settings(loop);
    settings.text("host", host).text("user", "eo").list("host-keys", {fingerprint});
    identity(settings);
    const auto made = sftp::adapter().make_source(settings.get());
    return made ? std::string() : std::string(made.error().code);
  };
  const auto key = [&](Settings& s) { s.object("key", "file", good); };
  CHECK(code_of("sftp.example", pinned, key).empty());
  CHECK(code_of("sftp://example", pinned, key) == "CH-SFTP-019");
  CHECK(code_of("sftp.example", "SHA256:short", key) == "CH-SFTP-016");
  CHECK(code_of("sftp.example", "MD5:00:11", key) == "CH-SFTP-016");
  CHECK(code_of("sftp.example", pinned, [](Settings&) {}) == "CH-SFTP-017");
  CHECK(code_of("sftp.example", pinned, [&](Settings& s) {
          key(s);
          s.object("password", "file", good);
        }) == "CH-SFTP-017");
  CHECK(code_of("sftp.example", pinned, [&](Settings& s) {
          s.object("password", "file", good).object("passphrase", "file", good);
        }) == "CH-SFTP-017");
  CHECK(code_of("sftp.example", pinned, [](Settings& s) { s.object("key", "env", "KEY"); }) ==
        "CH-SFTP-018");
  CHECK(code_of("sftp.example", pinned, [&](Settings& s) { s.object("key", "file", open); }) ==
        "CH-CFG-081");
}
