#include "gateway/config/secret.h"

#include <concepts>
#include <sstream>
#include <type_traits>
#include <unistd.h>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/unit/config/site_fixture.h"

using namespace charmille;
using config::read_secret;
using config::Secret;
using config::SecretReference;

namespace {

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) {
  out << value;
};

static_assert(Streamable<std::string>);
static_assert(!Streamable<Secret>, "a secret has no operator<<");
static_assert(fmt::is_formattable<std::string>::value);
static_assert(!fmt::is_formattable<Secret>::value, "a secret has no formatter");
static_assert(!std::convertible_to<Secret, std::string> &&
              !std::convertible_to<Secret, std::string_view>);
static_assert(!std::is_copy_constructible_v<Secret> &&
              std::is_nothrow_move_constructible_v<Secret>);

std::string code_of(const Result<Secret>& secret) {
  return secret ? "" : std::string(secret.error().code);
}

}  // namespace

TEST_CASE("a secret is read from a file of its owner alone, without its end of line") {
  const config::test::Scratch scratch;
  const auto file = scratch.write("token", "0123456789\r\n", 0600);
  const auto secret = read_secret({file, {}, {}});
  REQUIRE(secret.has_value());
  CHECK(secret->reveal() == "0123456789");
}

TEST_CASE("a secret that others may read is refused") {
  const config::test::Scratch scratch;
  CHECK(code_of(read_secret({scratch.write("group", "x", 0640), {}, {}})) == "CH-CFG-081");
  CHECK(code_of(read_secret({scratch.write("other", "x", 0604), {}, {}})) == "CH-CFG-081");
}

TEST_CASE("a credential that systemd hands over is read whatever its group bits say") {
  const config::test::Scratch scratch;
  const auto file = scratch.write("credentials/token", "x", 0440);
  REQUIRE(::setenv("CREDENTIALS_DIRECTORY", file.parent_path().c_str(), 1) == 0);
  CHECK(code_of(read_secret({file, {}, {}})).empty());
  ::unsetenv("CREDENTIALS_DIRECTORY");
  CHECK(code_of(read_secret({file, {}, {}})) == "CH-CFG-081");
}

TEST_CASE(
    "what is no readable, non-empty, sensible file is refused at the place of the reference") {
  const config::test::Scratch scratch;
  const auto missing = read_secret({scratch.path() / "none", {}, {"c.yaml", 3, 5, "keys.master"}});
  CHECK(code_of(missing) == "CH-CFG-080");
  CHECK(missing.error().place == base::Place{"c.yaml", 3, 5, "keys.master"});
  CHECK(code_of(read_secret({scratch.path(), {}, {}})) == "CH-CFG-080");
  CHECK(code_of(read_secret({scratch.write("empty", "\n", 0600), {}, {}})) == "CH-CFG-083");
  CHECK(code_of(read_secret({scratch.write("large", std::string(70'000, 'x'), 0600), {}, {}})) ==
        "CH-CFG-083");
}

TEST_CASE("a secret may come from the environment") {
  ::setenv("CHARMILLE_TEST_SECRET", "abc", 1);
  CHECK(read_secret({{}, "CHARMILLE_TEST_SECRET", {}})->reveal() == "abc");
  ::unsetenv("CHARMILLE_TEST_SECRET");
  CHECK(code_of(read_secret({{}, "CHARMILLE_TEST_SECRET", {}})) == "CH-CFG-084");
}

TEST_CASE("a secret that moved leaves nothing behind") {
  Secret first("short");
  const Secret second = std::move(first);
  CHECK(second.reveal() == "short");
  CHECK(first.reveal().empty());
}
