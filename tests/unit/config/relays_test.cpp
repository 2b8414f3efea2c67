// Relays: an extraction for statistics goes to statistics, under a policy, and is no record.
#include <doctest/doctest.h>

#include "tests/unit/config/site_fixture.h"

using namespace charmille;
using namespace charmille::config;

namespace {

const std::string statistics_policy = R"(policy: statistiques
recipient: statistics
lines:
  - {extraction: olinpe, ground: "CASF L226-3-3", purpose: observation}
)";

/// The good configuration with a relay whose line is `relay`.
std::string relayed(const std::string& relay) {
  std::string text = test::good_text + "relays:\n  olinpe: " + relay + "\n";
  const auto insert = [&](std::string_view before, std::string_view more) {
    text.insert(text.find(before) + before.size(), more);
  };
  insert("partners:\n", "  ase: {}\n  drees: {recipient: statistics}\n");
  insert("endpoints:\n",
         "  recus: {adapter: file, partner: ase, folder: olinpe, format: csv}\n"
         "  drees-depot: {adapter: file, partner: drees, folder: drees}\n");
  insert("[departement.yaml", ", statistiques.yaml");
  return text;
}

Validated check(const std::string& relay, const std::string& policy = statistics_policy) {
  auto files = files_of(relayed(relay), "c.yaml", "/site",
                        {{"departement.yaml", test::policy_text}, {"statistiques.yaml", policy}});
  REQUIRE(files.has_value());
  return validate(std::move(*files), test::surroundings());
}

std::string codes(const Validated& result) {
  test::brief(result.faults);
  std::string all;
  for (const Fault& f : result.faults)
    all += (all.empty() ? "" : "; ") + f.place.path + " " + std::string(f.code);
  return all;
}

}  // namespace

TEST_CASE("a relay is read, and waits for a person unless it says otherwise") {
  const auto result =
      check("{from: recus, extraction: olinpe, to: drees-depot, file: \"ONPE-{date}.XML\"}");
  CHECK(codes(result) == "");
  CHECK(test::brief(result.warnings) == "");
  REQUIRE(result.site != nullptr);
  REQUIRE(result.site->relays.size() == 1);
  const Relay& relay = result.site->relays.front();
  CHECK(relay.name == "olinpe");
  CHECK(relay.from == "recus");
  CHECK(relay.to == "drees-depot");
  CHECK(relay.mode == Mode::hold);
  CHECK(result.site->endpoints.at("recus").direction == Direction::source);
  CHECK(result.site->endpoints.at("drees-depot").direction == Direction::destination);
}

TEST_CASE("a relay goes to statistics alone, under a policy that says so") {
  CHECK(codes(check("{from: recus, extraction: olinpe, to: sortie}"))
            .find("relays.olinpe.to CH-CFG-075") != std::string::npos);
  CHECK(codes(check("{from: recus, extraction: olinpe, to: drees-depot}",
                    "policy: s\nrecipient: statistics\nlines:\n"
                    "  - {sections: [identity], ground: g, purpose: p}\n")) ==
        "relays.olinpe.extraction CH-CFG-077");
}

TEST_CASE("what is relayed becomes no record, and is no lot") {
  CHECK(codes(check("{from: depot, extraction: olinpe, to: drees-depot}")) ==
        "relays.olinpe.from CH-CFG-078; relays.olinpe.from CH-CFG-076");
}

TEST_CASE("a relayed file is named by when it leaves") {
  CHECK(codes(check("{from: recus, extraction: olinpe, to: drees-depot, file: \"{lot}.XML\"}")) ==
        "relays.olinpe.file CH-CFG-042");
}

TEST_CASE("a line of a policy names sections or an extraction") {
  CHECK(codes(check("{from: recus, extraction: olinpe, to: drees-depot}",
                    "policy: s\nrecipient: statistics\nlines:\n  - {ground: g, purpose: p}\n"))
            .find("CH-CFG-068") != std::string::npos);
  CHECK(codes(check("{from: recus, extraction: olinpe, to: drees-depot}",
                    "policy: s\nrecipient: statistics\nlines:\n  - {sections: [identity], "
                    "extraction: olinpe, "
                    "ground: g, purpose: p}\n"))
            .find("CH-CFG-068") != std::string::npos);
}
