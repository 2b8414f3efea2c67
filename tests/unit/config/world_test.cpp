#include "gateway/config/world.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "tests/unit/config/site_fixture.h"

using namespace charmille;
using namespace charmille::config;
using test::Scratch;

namespace {

constexpr std::string_view token = "0123456789abcdef01234567";

/// A world that suits `good_text`.
void furnish(const Scratch& scratch) {
  scratch.write("keys/master.key", "k", 0600);
  scratch.write("eo.token", token, 0600);
  std::filesystem::create_directory(scratch.path() / "state");
  std::filesystem::permissions(scratch.path() / "state", std::filesystem::perms::owner_all);
}

std::shared_ptr<const Site> site_in(const Scratch& scratch, const std::string& text) {
  auto files = files_of(text, "c.yaml", scratch.path(), {{"departement.yaml", test::policy_text}});
  REQUIRE(files.has_value());
  auto result = validate(std::move(*files), test::surroundings());
  CHECK(test::brief(result.faults) == "");
  REQUIRE(result.site != nullptr);
  return result.site;
}

std::string world_of(const Scratch& scratch, const std::string& text,
                     const WorldHooks& hooks = {
                         .check_certificate = {}, .check_endpoint = {}, .check_port = false}) {
  return test::brief(check_world(*site_in(scratch, text), hooks));
}

}  // namespace

TEST_CASE("a world that suits has no faults") {
  const Scratch scratch;
  furnish(scratch);
  CHECK(world_of(scratch, test::good_text) == "");
}

TEST_CASE("everything that is missing is told at once, where the configuration names it") {
  const Scratch scratch;
  CHECK(world_of(scratch, test::spoiled("state: state", "state: deep/state")) ==
        "2:8 state CH-CFG-087\n3:16 keys.master CH-CFG-080\n10:24 partners.eo.identity[0].token "
        "CH-CFG-080\n");
}

TEST_CASE("a short token and a secret that others may read are told") {
  const Scratch scratch;
  furnish(scratch);
  scratch.write("eo.token", "0123456789abcdef0123456", 0600);
  CHECK(world_of(scratch, test::good_text) == "10:24 partners.eo.identity[0].token CH-CFG-085\n");
  scratch.write("eo.token", token, 0644);
  CHECK(world_of(scratch, test::good_text) == "10:24 partners.eo.identity[0].token CH-CFG-081\n");
}

TEST_CASE("a state folder that is open to others is told") {
  const Scratch scratch;
  furnish(scratch);
  std::filesystem::permissions(scratch.path() / "state", static_cast<std::filesystem::perms>(0755));
  CHECK(world_of(scratch, test::good_text) == "2:8 state CH-CFG-091\n");
}

TEST_CASE("an unknown time zone is told") {
  const Scratch scratch;
  furnish(scratch);
  CHECK(
      world_of(scratch, test::spoiled("id: tilleuls", "id: tilleuls, time-zone: Europe/Pariss")) ==
      "1:15 organisation CH-CFG-090\n");
  CHECK(world_of(scratch,
                 test::spoiled("id: tilleuls", "id: tilleuls, time-zone: ../../../etc/passwd")) ==
        "1:15 organisation CH-CFG-090\n");
}

TEST_CASE("certificates and endpoints are looked at through the hooks") {
  const Scratch scratch;
  furnish(scratch);
  scratch.write("server.pem", "", 0644);
  scratch.write("server.key", "k", 0600);
  int endpoints = 0;
  std::vector<Path> certificates;
  WorldHooks hooks;
  hooks.check_port = false;
  hooks.check_endpoint = [&](const Endpoint&) {
    ++endpoints;
    return std::vector<Fault>{};
  };
  hooks.check_certificate = [&](const Path& file, const base::Place&) {
    certificates.push_back(file);
    return std::vector<Fault>{};
  };
  const std::string tls =
      "tls: {certificate: server.pem, key: {file: server.key}, client-ca: ca.pem}";
  CHECK(world_of(scratch, test::spoiled("tls: none", tls), hooks) == "4:9 listen CH-CFG-086\n");
  CHECK(endpoints == 2);
  CHECK(certificates == std::vector<Path>{scratch.path() / "server.pem"});
}

TEST_CASE("a port that is taken is told") {
  const Scratch scratch;
  furnish(scratch);
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&address), length) == 0);
  REQUIRE(::listen(listener, 1) == 0);
  REQUIRE(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  const std::string text =
      test::spoiled("127.0.0.1:8443", "127.0.0.1:" + std::to_string(ntohs(address.sin_port)));
  CHECK(world_of(scratch, text, {}) == "4:9 listen CH-CFG-089\n");
  ::close(listener);
  CHECK(world_of(scratch, text, {}) == "");
}
