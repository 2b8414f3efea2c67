// The XML file of a department and the documents of a DUI in the conformance data, and every broken
// file of the series d and e: verdict, line, time and memory.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>

#include "tests/conformance_data.h"
#include "tests/unit/codec/reading.h"

using namespace charmille;
using namespace charmille::codec;
using namespace charmille::codec::test;
namespace fs = std::filesystem;

namespace {

using Codes = std::vector<std::string>;

std::optional<fs::path> data_folder() {
  auto folder = conformance_data("ase");
  if (!folder) std::cout << "skipped: no conformance data\n";
  return folder;
}

Options options_of(std::string_view json) {
  const auto document = read_json(json, "conf.json");
  REQUIRE(document);
  const auto options = read_options(*document, document->root());
  if (!options) FAIL(base::describe(options.error(), base::Language::en));
  return *options;
}

Options department() {
  return options_of(R"({"format":"xml","namespaces":{"ase":"urn:cd99:ase:mouvements:v2"},
      "root":"ase:Transmission","attributes":{"version":["2.3"]},"each":"ase:Beneficiaire",
      "header":"ase:Entete","key":"id",
      "footer":{"element":"ase:Pied","checks":{"nbBeneficiaires":{"count":"ase:Beneficiaire"},
        "nbMesures":{"count":"ase:Mesure"}}},
      "envelope":{"lot":"Entete/Lot","extracted":"Entete/DateExtraction",
        "emitter":"Entete/Emetteur/code"}})");
}

Options documents() {
  return options_of(R"({"format":"zip","name":"Fichier","sha256":"Empreinte SHA-256",
      "index":{"file":"index.csv","missing":"documents","csv":{"encoding":"windows-1252"}}})");
}

/// The greatest resident size of this process so far, in KiB.
std::uint64_t peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6));
  return 0;
}

Reading read_file(const Options& options, const fs::path& path) {
  auto payload = base::Payload::from_file(path);
  REQUIRE(payload);
  return read(options, *payload, 500);
}

/// The classes of expected.tsv, at the level of the codec.
std::string verdict_of(const Reading& r) {
  if (r.refused) return "REJECT_FILE";
  if (!r.rejected.empty()) return "REJECT_RECORDS";
  return r.remarks.empty() ? "ACCEPT" : "ACCEPT_WARN";
}

struct Expected {
  const char* code;
  std::uint32_t line;
};

}  // namespace

TEST_CASE("the department's XML is read whole, header and envelope included") {
  const auto data = data_folder();
  if (!data) return;
  const std::pair<const char*, std::size_t> sizes[] = {{"small", 20}, {"medium", 2000}};
  for (const auto& [size, count] : sizes) {
    CAPTURE(size);
    const fs::path file = *data / size / "cd/CD99_ASE_20260630.xml";
    const Reading r = read_file(department(), file);
    CHECK(r.code() == "");
    CHECK(r.remarks.empty());
    REQUIRE(r.rows.size() == count);
    std::size_t measures = 0;
    for (const tree::Node* row : r.rows) {
      CHECK(row->find("id")->chars().size() == 9);
      CHECK(row->find("Entete")->find("Emetteur")->find("code")->chars() == "CD99");
      const tree::Node* const measure = row->find("Mesure");
      if (measure != nullptr)
        measures += measure->is(tree::Kind::array) ? measure->items().size() : 1;
    }
    if (count == 20) CHECK(measures == 56);
  }
  const auto payload = base::Payload::from_file(*data / "small/cd/CD99_ASE_20260630.xml");
  auto stream = open(department(), *payload, "f");
  const auto batch = (*stream)->next(1);
  REQUIRE(batch);
  CHECK((*stream)->envelope().lot == "LOT000123");
  CHECK((*stream)->envelope().extracted == "2026-06-30");
  CHECK((*stream)->envelope().emitter == "CD99");
  const tree::Node& row = batch->document.root().find("rows")->items()[0];
  CHECK(row.origin() == tree::Origin{1, 4, 2});
  CHECK(row.find("Identite")->find("NomNaissance")->chars() == "Béhague");
  CHECK(row.find("Identite")->find("Prenom")->find("text")->chars() == "Rayan");
}

TEST_CASE("every document of the DUI comes with its row") {
  const auto data = data_folder();
  if (!data) return;
  const Reading r = read_file(documents(), *data / "small/eo/EO_GED_20260630.zip");
  CHECK(r.code() == "");
  CHECK(r.rejected.empty());
  CHECK(r.remarks.empty());
  CHECK(r.rows.size() == 40);
  for (const tree::Node* row : r.rows)
    CHECK(row->find("document-sha256")->chars() == row->find("Empreinte SHA-256")->chars());
}

TEST_CASE(
    "every broken file of series d and e has its verdict, for its own reason and at its line") {
  const auto data = data_folder();
  if (!data) return;
  std::map<std::string, std::string> verdicts;
  std::ifstream table(*data / "bad/expected.tsv");
  for (std::string line; std::getline(table, line);)
    verdicts[line.substr(0, line.find('\t'))] = line.substr(line.find('\t') + 1);
  const std::map<std::string, Expected> refusals = {
      {"d01_billion_laughs.xml", {"CH-XML-005", 2}},
      {"d02_xxe_local_file.xml", {"CH-XML-005", 2}},
      {"d03_xxe_external_dtd.xml", {"CH-XML-005", 2}},
      {"d04_not_well_formed.xml", {"CH-XML-001", 0}},
      {"d05_wrong_namespace.xml", {"CH-XML-009", 2}},
      {"d06_truncated.xml", {"CH-XML-002", 0}},
      {"d07_declares_utf8_is_latin1.xml", {"CH-TXT-001", 3}},
      {"d08_deep_nesting.xml", {"CH-XML-009", 1}},
      {"d09_footer_count_mismatch.xml", {"CH-XML-031", 0}},
      {"d10_duplicate_beneficiary.xml", {"CH-XML-027", 0}},
      {"d11_xinclude.xml", {"CH-XML-007", 3}},
      {"e01_zip_slip.zip", {"CH-ZIP-006", 0}},
      {"e02_zip_bomb_200MB.zip", {"CH-ZIP-005", 0}},
      {"e04_many_entries.zip", {"CH-ZIP-002", 0}},
      {"e07_truncated.zip", {"CH-ZIP-001", 0}},
      {"e08_program_named_pdf.pdf", {"CH-DOC-002", 0}},
      {"e09_pdf_with_javascript.pdf", {"CH-DOC-006", 0}},
      {"e10_pdf_truncated.pdf", {"CH-DOC-005", 0}}};
  const Options single = options_of(R"({"format":"document"})");
  std::size_t files = 0;
  for (const auto& [name, verdict] : verdicts) {
    if (!name.starts_with('d') && !name.starts_with('e')) continue;
    CAPTURE(name);
    ++files;
    const Options options = name.ends_with(".xml")   ? department()
                            : name.ends_with(".zip") ? documents()
                                                     : single;
    const std::uint64_t memory = peak_memory();
    const auto begun = std::chrono::steady_clock::now();
    const Reading r = read_file(options, *data / "bad" / name);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    CHECK(took.count() < 1.0);
    CHECK(peak_memory() - memory < 64 * 1024);
    CHECK(verdict_of(r) == verdict);
    const auto refusal = refusals.find(name);
    if (refusal == refusals.end()) continue;
    CHECK(r.code() == refusal->second.code);
    if (r.refused && refusal->second.line != 0)
      CHECK(r.refused->place.line == refusal->second.line);
  }
  CHECK(files == 21);
}

TEST_CASE("the files that are not refused whole tell what is held back") {
  const auto data = data_folder();
  if (!data) return;
  const Reading nested = read_file(documents(), *data / "bad/e03_nested_zip.zip");
  REQUIRE(nested.rejected.size() == 1);
  CHECK(nested.rejected[0].fault.code == "CH-ZIP-016");
  const Reading hashes = read_file(documents(), *data / "bad/e05_wrong_hash_in_index.zip");
  REQUIRE(hashes.rejected.size() == 2);
  CHECK(hashes.rejected[0].fault.code == "CH-ZIP-014");
  CHECK(hashes.rejected[0].line == 2);
  CHECK(hashes.rejected[1].fault.code == "CH-ZIP-013");
  CHECK(hashes.rejected[1].line == 3);
  const Reading alike = read_file(documents(), *data / "bad/e06_duplicate_and_case_names.zip");
  CHECK(alike.rows.size() == 3);
  CHECK(alike.remarks == Codes{"CH-ZIP-018", "CH-ZIP-011"});
}
