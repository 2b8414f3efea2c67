#include <fstream>
#include <sys/stat.h>

#include <doctest/doctest.h>

#include "adapters/file/config.h"
#include "tests/adapters/harness.h"

using namespace charmille;
using namespace charmille::adapters;
using namespace charmille::adapters::testing_harness;
namespace fs = std::filesystem;

namespace {

std::string content(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Fixture {
  Loop loop;
  TemporaryFolder folder;
  std::unique_ptr<Destination> destination;

  Fixture() {
    Settings settings(loop);
    settings.text("folder", folder.path().string())
        .text("file", "{route}_{sequence}.csv")
        .text("marker", "{name}.ok");
    auto made = file::adapter().make_destination(settings.get());
    REQUIRE(made);
    destination = std::move(*made);
  }
  Envelope envelope(std::string body, std::string sequence = "1") {
    Outbound outbound;
    outbound.delivery.bytes[0] = 7;
    outbound.payload = base::Payload(std::move(body));
    outbound.variables = {{"route", "eo"}, {"sequence", std::move(sequence)}};
    auto prepared = destination->prepare(std::move(outbound));
    REQUIRE(prepared);
    Envelope out;
    out.delivery.bytes[0] = 7;
    out.prepared = std::move(*prepared);
    return out;
  }
  Result<Delivered> send(Envelope e) {
    return loop.run(destination->send(std::move(e), std::chrono::steady_clock::now() + 5s));
  }
  Result<Probe> probe(Envelope e) {
    return loop.run(destination->probe(std::move(e), std::chrono::steady_clock::now() + 5s));
  }
};

}  // namespace

TEST_CASE(
    "a file appears whole under its name, with its marker and its rights, and nothing else is "
    "left") {
  Fixture f;
  CHECK(*f.probe(f.envelope("a;b\n")) == Probe::absent);
  const auto sent = f.send(f.envelope("a;b\n"));
  REQUIRE(sent);
  CHECK_FALSE(sent->duplicate);
  CHECK(content(f.folder.path() / "eo_1.csv") == "a;b\n");
  CHECK(fs::exists(f.folder.path() / "eo_1.csv.ok"));
  CHECK(std::distance(fs::directory_iterator(f.folder.path()), {}) == 2);
  CHECK((fs::status(f.folder.path() / "eo_1.csv").permissions() & fs::perms::all) ==
        fs::perms(0640));
  CHECK(*f.probe(f.envelope("a;b\n")) == Probe::there);
}

TEST_CASE(
    "the same file again is a duplicate, another content under its name is refused and nothing is "
    "replaced") {
  Fixture f;
  REQUIRE(f.send(f.envelope("a;b\n")));
  const auto again = f.send(f.envelope("a;b\n"));
  REQUIRE(again);
  CHECK(again->duplicate);
  const auto other = f.send(f.envelope("c;d\n"));
  REQUIRE_FALSE(other);
  CHECK(std::string(other.error().code) == "CH-FILE-007");
  CHECK(other.error().action == base::Action::reject);
  CHECK(content(f.folder.path() / "eo_1.csv") == "a;b\n");
}

TEST_CASE(
    "what a cut attempt left behind is overwritten, and a link in its place is not followed") {
  Fixture f;
  TemporaryFolder outside;
  std::ofstream(outside.path() / "victim") << "untouched";
  const Envelope envelope = f.envelope("a;b\n");
  fs::create_symlink(outside.path() / "victim",
                     f.folder.path() / ("." + envelope.delivery.text() + ".part"));
  REQUIRE(f.send(envelope));
  CHECK(content(outside.path() / "victim") == "untouched");
  fs::create_symlink(outside.path() / "victim", f.folder.path() / "eo_2.csv");
  CHECK_FALSE(f.send(f.envelope("x", "2")));
  CHECK(content(outside.path() / "victim") == "untouched");
}

TEST_CASE("a folder that is gone is tried again later") {
  Fixture f;
  fs::remove_all(f.folder.path());
  const auto sent = f.send(f.envelope("x"));
  REQUIRE_FALSE(sent);
  CHECK(sent.error().action == base::Action::retry);
}

TEST_CASE("large payloads are written in pieces and compared in pieces") {
  Fixture f;
  std::string body(3'000'001, 'x');
  body.back() = 'y';
  REQUIRE(f.send(f.envelope(body)));
  CHECK(fs::file_size(f.folder.path() / "eo_1.csv") == body.size());
  CHECK(f.send(f.envelope(body))->duplicate);
  body.back() = 'z';
  CHECK_FALSE(f.send(f.envelope(body)));
}
