#include "gateway/config/policy.h"

#include <doctest/doctest.h>

#include "gateway/config/yaml.h"
#include "tests/unit/config/site_fixture.h"

using namespace charmille;
using namespace charmille::config;

namespace {

std::string faults_of(std::string_view text) {
  const auto document = read_yaml(text, "p.yaml");
  REQUIRE(document.has_value());
  std::vector<Fault> faults;
  const auto policy = read_policy(*document, faults);
  CHECK(policy.has_value() == faults.empty());
  return test::brief(faults);
}

}  // namespace

TEST_CASE("a policy keeps its lines, their grounds and their places") {
  const auto document = read_yaml(
      "policy: p\nrecipient: care-team\nlines:\n"
      "  - {sections: [school], fields: [level, uai], ground: g, purpose: q}\n",
      "p.yaml");
  std::vector<Fault> faults;
  const auto policy = read_policy(*document, faults);
  REQUIRE(policy.has_value());
  CHECK(policy->recipient == Recipient::care_team);
  REQUIRE(policy->lines.size() == 1);
  CHECK(policy->lines[0].fields == std::vector<std::string>{"level", "uai"});
  CHECK(policy->lines[0].ground == "g");
  CHECK(policy->lines[0].place == base::Place{"p.yaml", 4, 5, "lines[0]"});
}

TEST_CASE("a line without a ground, an unknown section and an unknown recipient are refused") {
  CHECK(faults_of("policy: p\nrecipient: dui\nlines:\n  - {sections: [identity], purpose: q}\n") ==
        "4:5 lines[0].ground CH-CFG-103\n");
  CHECK(
      faults_of(
          "policy: p\nrecipient: dui\nlines:\n  - {sections: [helth], ground: g, purpose: q}\n") ==
      "4:17 lines[0].sections[0] CH-CFG-112\n");
  CHECK(faults_of(
            "policy: p\nrecipient: dmpp\nlines:\n  - {sections: [ins], ground: g, purpose: q}\n") ==
        "2:12 recipient CH-CFG-112\n");
  CHECK(faults_of("policy: p\nrecipient: dui\nlines: []\n") == "3:8 lines CH-CFG-118\n");
}

TEST_CASE("fields narrow one section") {
  CHECK(faults_of("policy: p\nrecipient: dui\nlines:\n"
                  "  - {sections: [ids, school], fields: [level], ground: g, purpose: q}\n") ==
        "4:39 lines[0].fields CH-CFG-067\n");
}

TEST_CASE("labels are those of documents") {
  CHECK(faults_of("policy: p\nrecipient: dui\nlines:\n"
                  "  - {sections: [documents], documents: [social], labels: [R], ground: g, "
                  "purpose: q}\n") == "");
  CHECK(faults_of("policy: p\nrecipient: dui\nlines:\n"
                  "  - {sections: [school], labels: [R], ground: g, purpose: q}\n") ==
        "4:34 lines[0].labels CH-CFG-096\n");
}

TEST_CASE("two policies for one recipient are refused") {
  auto files = files_of(
      test::spoiled("[departement.yaml]", "[departement.yaml, autre.yaml]"), "c.yaml", "/site",
      {{"departement.yaml", test::policy_text}, {"autre.yaml", test::policy_text}});
  REQUIRE(files.has_value());
  const auto result = validate(std::move(*files), test::surroundings());
  REQUIRE(result.faults.size() == 1);
  CHECK(result.faults[0].code == "CH-CFG-066");
  CHECK(result.faults[0].place.file == "autre.yaml");
}

TEST_CASE("the policies of the project are read, and keep health, numbers and writings at home") {
  const char* source = std::getenv("CHARMILLE_SOURCE");
  REQUIRE(source != nullptr);
  for (const auto* name : {"departement", "dui"}) {
    const auto document = read_yaml_file(
        std::filesystem::path(source) / "conf/policies" / (std::string(name) + ".yaml"), name);
    REQUIRE(document.has_value());
    std::vector<Fault> faults;
    const auto policy = read_policy(*document, faults);
    CHECK(test::brief(faults) == "");
    REQUIRE(policy.has_value());
    CHECK(name_of(policy->recipient) == name);
    for (const PolicyLine& line : policy->lines)
      for (const std::string& section : line.sections)
        for (const auto* kept : {"health", "ins", "notes", "events"}) CHECK(section != kept);
    for (const PolicyLine& line : policy->lines)
      for (const std::string& rubric : line.documents) CHECK(rubric != "health");
  }
}

TEST_CASE("the words of recipients, rights and sections are read back") {
  for (const auto name : recipient_names()) CHECK(name_of(*parse_recipient(name)) == name);
  for (const auto name : right_names()) CHECK(name_of(*parse_right(name)) == name);
  CHECK(parse_recipient("DMP") == std::nullopt);
  CHECK(section_names().size() == 19);
}
