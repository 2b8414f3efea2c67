// The examples of the official packages, judged by the profiles that they claim: each is valid, or
// stands here with what is wrong in it. Likewise the authored examples, as their README says, and
// what our mappings write.
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include <doctest/doctest.h>

#include "gateway/base/payload.h"
#include "gateway/codec/codec.h"
#include "gateway/fhir/validator.h"
#include "tests/conformance_data.h"

using namespace charmille;
namespace fs = std::filesystem;

namespace {

/// An example that is not as its package claims, the codes that we tell of it, and why.
struct Departure {
  std::string_view file;
  std::string_view codes;
  std::string_view reason;
};
constexpr std::string_view no_custodian =
    "pdsm-comprehensive-document-reference 3.1.1 asks for a custodian (1..1); the draft's examples "
    "have none";
constexpr std::string_view no_canonical =
    "as-dp-* asks in meta.profile for its own canonical with its version, and for that of fr-core, "
    "and meta.source for the address of the directory";
constexpr Departure departures[] = {
    {"Person-pp16dr-person.json", "CH-FHIR-027",
     "as-dr-person asks for its canonical with its version; meta.profile has it without"},
    {"Person-pp19dr-person.json", "CH-FHIR-027", "as Person-pp16dr-person"},
    {"DocumentReference-exemple-pdsm-documentreference.json",
     "CH-FHIR-011 CH-FHIR-025 CH-FHIR-027 CH-FHIR-030",
     "a contained resource that nothing refers to, and that has meta.versionId (dom-4); and its "
     "canonicals"},
    {"List-ExampleSubmissionSet.json", "CH-FHIR-011 CH-FHIR-025 CH-FHIR-027",
     "a contained resource has meta.versionId (dom-4); the usual identifier is no urn:oid, as "
     "MHD's "
     "UniqueId asks; and the canonicals of its authors"},
    {"Organization-org-example.json", "CH-FHIR-011 CH-FHIR-027", no_canonical},
    {"Bundle-example-annexe-searchset-documentreferences.json", "CH-FHIR-004", no_custodian},
    {"Bundle-example-td2-1-remplacement.json", "CH-FHIR-004 CH-FHIR-019",
     "no custodian; and the source of the submission set is an Organization, where MHD allows "
     "PractitionerRole, Device and Patient"},
    {"Bundle-example-td2-iti65-lot-soumission.json", "CH-FHIR-004 CH-FHIR-019",
     "as Bundle-example-td2-1-remplacement"},
    {"ConceptMap-documentReferenceToPDSM.json", "CH-FHIR-025",
     "cmd-1: a target that is narrower or inexact has a comment"},
    {"DocumentReference-doc-x-id.json", "CH-FHIR-004", no_custodian},
    {"DocumentReference-example-annexe-docref-cda.json", "CH-FHIR-004", no_custodian},
    {"DocumentReference-example-annexe-docref-fhir.json", "CH-FHIR-004", no_custodian},
    {"DocumentReference-example-td2-iti105-publication-simplifiee.json", "CH-FHIR-004",
     no_custodian},
    {"DocumentReference-example-td3-1a-cr-consultation.json", "CH-FHIR-004", no_custodian},
    {"DocumentReference-example-td3-1a-fhir-document.json", "CH-FHIR-004", no_custodian},
    {"DocumentReference-example-td3-1a-ordonnance.json", "CH-FHIR-004", no_custodian},
    {"invalid-dangling-reference.json", "CH-FHIR-018", "made so"},
    {"invalid-no-birth-order.json", "CH-FHIR-004 CH-FHIR-027", "made so"},
    {"invalid-vali-without-ins.json", "CH-FHIR-025", "made so"},
};

constexpr std::string_view packages[] = {
    "fr-core-2.1.0",      "ihe-mhd-4.2.0",           "pdsm-3.1.1",
    "pdsm4dmp-0.1.0",     "cahier-de-liaison-3.0.0", "annuaire-1.2.0-snapshot-2",
    "mss-0.1.0-snapshot", "tracabilite-2.0.0",       "terminologies-nos"};
constexpr std::string_view tddui_2 = "tddui-2.3-restated/json";
constexpr std::string_view tddui_1 = "tddui-1.1.0-ballot";
constexpr std::string_view examples[] = {"examples-authored",
                                         "tddui-1.1.0-ballot",
                                         "tddui-cda-1.0.1",
                                         "pdsm-3.1.1",
                                         "pdsm4dmp-0.1.0",
                                         "mss-0.1.0-snapshot",
                                         "annuaire-1.2.0-snapshot-2",
                                         "cahier-de-liaison-3.0.0",
                                         "tracabilite-2.0.0",
                                         "ihe-balp-1.1.5"};

/// What a package is made of is no example of it.
bool is_definition(const std::string& name) {
  for (const char* kind : {"StructureDefinition-", "ValueSet-", "CodeSystem-", "SearchParameter-",
                           "ImplementationGuide-"})
    if (name.starts_with(kind)) return true;
  return false;
}

/// The two generations of TDDUI have profiles of the same name.
fhir::Validator validator_with(const fs::path& data, std::string_view tddui) {
  std::vector<fs::path> folders{data / tddui};
  for (const std::string_view package : packages) folders.push_back(data / package);
  auto definitions = fhir::load_definitions(folders, {});
  REQUIRE(definitions);
  return fhir::Validator(std::move(*definitions));
}

std::string codes_of(const std::vector<fhir::Issue>& issues) {
  std::set<std::string_view> codes;
  for (const fhir::Issue& issue : issues)
    if (issue.severity == fhir::Severity::error) codes.insert(issue.fault.code);
  std::string text;
  for (const std::string_view code : codes) text += (text.empty() ? "" : " ") + std::string(code);
  return text;
}

tree::Document read(const fs::path& file) {
  const auto payload = base::Payload::from_file(file);
  REQUIRE(payload);
  const auto bytes = payload->bytes(64U << 20);
  REQUIRE(bytes);
  auto document = codec::read_json(*bytes, file.filename().string());
  REQUIRE(document);
  return std::move(*document);
}

/// What a mapping writes, by its cases: `charmille test` says that they are what it writes.
std::vector<fs::path> written_by(std::string_view mapping, std::string_view cases) {
  const char* const source = std::getenv("CHARMILLE_SOURCE");
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(source != nullptr ? source : ".") /
                                                  "mappings" / mapping / "cases" / cases))
    if (entry.path().string().ends_with(".out.json")) files.push_back(entry.path());
  REQUIRE(!files.empty());
  return files;
}

/// Attachments as the destination sends them: it sees the bytes, and tells their size and digest.
tree::Node with_facts(tree::Document& into, const tree::Node& node) {
  if (!node.is(tree::Kind::array) && !node.is(tree::Kind::object)) return node;
  std::vector<tree::Node> items;
  for (const tree::Node& item : node.items()) items.push_back(with_facts(into, item));
  if (node.is(tree::Kind::array)) return into.array(items);
  std::vector<tree::Document::Member> members;
  for (std::size_t i = 0; i < items.size(); ++i) members.emplace_back(node.key(i), items[i]);
  if (node.find("url") != nullptr && node.find("contentType") != nullptr) {
    if (node.find("size") == nullptr) members.emplace_back("size", into.integer(5));
    members.emplace_back("hash", into.text("AAAAAAAAAAAAAAAAAAAAAAAAAAA="));
  }
  return into.object(members);
}

}  // namespace

TEST_CASE("what pdsm/documents writes is valid by PDSm, MHD and fr-core") {
  const auto data = conformance_data("fhir");
  if (!data) {
    MESSAGE("skipped: the data are absent");
    return;
  }
  const fhir::Validator validator = validator_with(*data, tddui_2);
  for (const fs::path& file : written_by("pdsm", "documents")) {
    tree::Document document = read(file);
    CHECK_MESSAGE(codes_of(validator.validate(document)) == "CH-FHIR-004", file.filename().string(),
                  ": the destination adds what only the bytes tell");
    document.set_root(with_facts(document, document.root()));
    CHECK_MESSAGE(codes_of(validator.validate(document)) == "", file.filename().string());
  }
}

TEST_CASE("what tddui/dossier writes is valid by the restated TDDUI profiles") {
  const auto data = conformance_data("fhir");
  if (!data) {
    MESSAGE("skipped: the data are absent");
    return;
  }
  const fhir::Validator validator = validator_with(*data, tddui_2);
  for (const fs::path& file : written_by("tddui", "dossier"))
    CHECK_MESSAGE(codes_of(validator.validate(read(file))) == "", file.filename().string());
}

TEST_CASE("every example of the official packages is as its package claims") {
  const auto found = conformance_data("fhir");
  if (!found) {
    MESSAGE("skipped: the data are absent");
    return;
  }
  const fs::path& data = *found;
  const fhir::Validator with_tddui_2 = validator_with(data, tddui_2);
  const fhir::Validator with_tddui_1 = validator_with(data, tddui_1);
  std::map<std::string, std::string_view> expected;
  for (const Departure& one : departures) expected.emplace(one.file, one.codes);
  int judged = 0;
  int valid = 0;
  for (const std::string_view folder : examples) {
    const fhir::Validator& validator = folder == tddui_1 ? with_tddui_1 : with_tddui_2;
    for (const auto& entry : fs::directory_iterator(data / folder)) {
      const std::string name = entry.path().filename().string();
      if (entry.path().extension() != ".json" || is_definition(name)) continue;
      const std::string codes = codes_of(validator.validate(read(entry.path())));
      const auto at = expected.find(name);
      const std::string wanted = at == expected.end() ? "" : std::string(at->second);
      CHECK_MESSAGE(codes == wanted, std::string(folder), "/", name);
      ++judged;
      valid += codes.empty() ? 1 : 0;
      if (at != expected.end()) expected.erase(at);
    }
  }
  CHECK_MESSAGE(expected.empty(), "listed, and not there: ",
                expected.empty() ? std::string() : expected.begin()->first);
  MESSAGE(judged, " examples, ", valid, " valid, ", judged - valid, " listed with the reason");
}
