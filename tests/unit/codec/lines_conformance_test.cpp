// The department's files of the conformance data, records and fixed, at the level of the codec.
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>

#include "tests/conformance_data.h"
#include "tests/unit/codec/lines.h"

using namespace charmille;
using namespace charmille::codec;
using namespace charmille::codec::test;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view records_layout = R"({"format": "records", "encoding": "iso-8859-15",
  "delimiter": ";", "line-end": "crlf", "line-end-mark": "¶", "null-values": ["00000000"],
  "version": {"field": "version", "accept": ["V2.3"]},
  "envelope": {"lot": "lot", "extracted": "date", "emitter": "emetteur"},
  "types": {
    "00": {"name": "entete", "role": "header", "fields":
      ["emetteur", "domaine", "flux", "date", "heure", "version", "lot", "perimetre"]},
    "10": {"name": "enfants", "key": ["idCD"], "fields":
      ["idCD", "sexe", "nomNaissance", "nomUsage", "prenoms", "dateNaissance", "insee", "nir", "cle",
       "dossier", "titap", "nbfrat"]},
    "11": {"name": "parents", "parent": "enfants", "fields":
      ["idCD", "lien", "nom", "prenom", "dateNaissance", "autorite", "rue", "codePostal", "commune",
       "telephone", "confidentiel"]},
    "20": {"name": "decisions", "parent": "enfants", "key": ["idCD", "decision"], "fields":
      ["idCD", "decision", "type", "autorite", "juridiction", "cabinet", "rg", "prise", "debut",
       "echeance", "fin", "motifFin", "renouvellement", "precedente"],
      "null-values": {"fin": ["99991231"]}},
    "30": {"name": "placements", "parent": "decisions", "key": ["idCD", "decision", "placement"],
      "fields": ["idCD", "decision", "placement", "lieu", "finess", "libelle", "debut", "fin",
       "modulable", "anonyme", "prix", "quotite"], "null-values": {"fin": ["99991231"]}},
    "40": {"name": "projets", "parent": "enfants", "fields":
      ["idCD", "projet", "etabli", "revision", "statut", "signeParents", "signeEnfant", "objectifs"]},
    "50": {"name": "echeances", "parent": "decisions", "fields":
      ["idCD", "decision", "nature", "date", "preavis"]},
    "60": {"name": "etablissements", "parent": "placements", "reference": true, "on": ["finess"],
      "fields": ["finess", "nom", "categorie", "habilitation", "du", "au", "capacite", "prix",
       "datePrix"]},
    "70": {"name": "droits", "parent": "decisions", "fields":
      ["idCD", "decision", "qui", "mode", "frequence", "lieu", "du", "au"]},
    "99": {"name": "fin", "role": "trailer", "fields":
      ["emetteur", "lot", "lignes", "n10", "n11", "n20", "n30", "n40", "n50", "n60", "n70",
       "longueur"],
      "checks": {"emetteur": {"equals": "entete.emetteur"}, "lot": {"equals": "entete.lot"},
        "lignes": {"count": "all"}, "n10": {"count": "enfants"}, "n11": {"count": "parents"},
        "n20": {"count": "decisions"}, "n30": {"count": "placements"}, "n40": {"count": "projets"},
        "n50": {"count": "echeances"}, "n60": {"count": "etablissements"},
        "n70": {"count": "droits"}, "longueur": {"sum": "length", "modulo": 1000000000}}}}})";

constexpr std::string_view fixed_layout = R"({"format": "fixed", "encoding": "cp850",
  "length": 200, "ctrl-z": true, "null-values": ["00000000"],
  "envelope": {"lot": "lot", "extracted": "date", "emitter": "emetteur"},
  "types": {
    "H": {"name": "entete", "role": "header", "fields": [{"name": "emetteur", "columns": "2-13"},
      {"name": "date", "columns": "14-21", "type": "date"}, {"name": "lot", "columns": "22-31"}]},
    "D": {"name": "decisions", "group-by": "idCD", "key": ["idCD", "decision"], "fields": [
      {"name": "idCD", "columns": "2-13", "required": true},
      {"name": "nom", "columns": "14-53"}, {"name": "prenoms", "columns": "54-93"},
      {"name": "sexe", "columns": 94, "type": "digits", "required": true},
      {"name": "dateNaissance", "columns": "95-102", "type": "date"},
      {"name": "decision", "columns": "103-117"},
      {"name": "type", "columns": "118-120", "type": "digits"},
      {"name": "debut", "columns": "121-128", "type": "date"},
      {"name": "echeance", "columns": "129-136", "type": "date"},
      {"name": "fin", "columns": "137-144", "type": "date", "null-values": ["99991231"]},
      {"name": "finess", "columns": "145-153", "type": "digits"},
      {"name": "anonyme", "columns": 154, "type": "alpha"},
      {"name": "prix", "columns": "155-161", "type": "digits"},
      {"name": "autorite", "columns": "162-164", "type": "alpha"}]},
    "T": {"name": "fin", "role": "trailer", "fields": [{"name": "emetteur", "columns": "2-13"},
      {"name": "lignes", "columns": "14-21", "type": "digits"},
      {"name": "prix", "columns": "22-33", "type": "digits"}],
      "checks": {"emetteur": {"equals": "entete.emetteur"}, "lignes": {"count": "decisions"},
                 "prix": {"sum": "decisions.prix"}}}}})";

std::optional<fs::path> data_folder() {
  auto folder = conformance_data("ase");
  if (!folder) std::cout << "skipped: no conformance data\n";
  return folder;
}

Reading read_file(const fs::path& path) {
  auto payload = base::Payload::from_file(path);
  REQUIRE(payload);
  return read(lines_options(path.extension() == ".txt" ? fixed_layout : records_layout), *payload,
              100);
}

std::size_t count(const tree::Node& node, std::string_view list) {
  const tree::Node* const found = node.find(list);
  return found == nullptr ? 0 : found->items().size();
}

/// Sums over all rows, down a path of lists.
std::size_t total(const tree::Node& node, std::span<const std::string_view> path) {
  if (path.empty()) return 1;
  std::size_t sum = 0;
  if (const tree::Node* const list = node.find(path.front()))
    for (const tree::Node& item : list->items()) sum += total(item, path.subspan(1));
  return sum;
}

std::size_t total(const Reading& r, std::vector<std::string_view> path) {
  std::size_t sum = 0;
  for (const tree::Node* row : r.rows) sum += total(*row, path);
  return sum;
}

}  // namespace

TEST_CASE("the department's lines become children with all that hangs from them") {
  const auto data = data_folder();
  if (!data) return;
  const Reading r = read_file(*data / "small/cd/CD99_ASE_MVT_20260630.csv");
  REQUIRE(r.code() == "");
  CHECK(r.remarks.empty());
  CHECK(r.rejected.empty());
  CHECK(r.rows.size() == 20);
  CHECK(total(r, {"parents"}) == 32);
  CHECK(total(r, {"decisions"}) == 56);
  CHECK(total(r, {"decisions", "placements"}) == 46);
  CHECK(total(r, {"projets"}) == 19);
  CHECK(total(r, {"decisions", "echeances"}) == 18);
  CHECK(total(r, {"decisions", "droits"}) == 29);
  // Each placement in an establishment finds it in the table.
  CHECK(total(r, {"decisions", "placements", "etablissements"}) == 46);
  CHECK(r.cell(0, "nomNaissance") == "BÉHAGUE");
  const tree::Node& first = r.rows[0]->find("decisions")->items()[0];
  CHECK(first.find("decision")->chars() == "99-D0500003");
  CHECK(r.rows[0]->find("projets")->items()[0].find("objectifs")->chars().find('\n') !=
        std::string_view::npos);
  CHECK(r.rows[0]->find("entete")->find("lot")->chars() == "LOT000123");
}

TEST_CASE("the department's fixed lines become children with their decisions") {
  const auto data = data_folder();
  if (!data) return;
  const Reading r = read_file(*data / "small/cd/CDFIXE_ASE_20260630.txt");
  REQUIRE(r.code() == "");
  CHECK(r.remarks.empty());
  CHECK(r.rows.size() == 20);
  CHECK(total(r, {"decisions"}) == 56);
  CHECK(count(*r.rows[0], "decisions") == 4);
  const tree::Node& first = r.rows[0]->find("decisions")->items()[0];
  CHECK(first.find("nom")->chars() == "BÉHAGUE");
  CHECK(first.find("finess")->chars().empty());
  CHECK(first.find("autorite")->chars() == "PCD");
}

TEST_CASE("the large files are read whole as well") {
  const auto data = data_folder();
  if (!data) return;
  const Reading csv = read_file(*data / "medium/cd/CD99_ASE_MVT_20260630.csv");
  CHECK(csv.code() == "");
  CHECK(csv.rows.size() == 2000);
  CHECK(total(csv, {"decisions", "placements"}) == 3943);
  const Reading fixed = read_file(*data / "medium/cd/CDFIXE_ASE_20260630.txt");
  CHECK(fixed.code() == "");
  CHECK(fixed.rows.size() == 2000);
  CHECK(total(fixed, {"decisions"}) == 5025);
}

TEST_CASE("every broken file of series c that the codec decides is refused for its own reason") {
  const auto data = data_folder();
  if (!data) return;
  const std::map<std::string, std::string> refusals = {
      {"c01_trailer_count_mismatch.csv", "CH-LIG-043 225:4"},
      {"c02_missing_trailer.csv", "CH-LIG-034 224:0"},
      {"c03_records_after_trailer.csv", "CH-LIG-035 226:0"},
      {"c04_two_headers.csv", "CH-LIG-033 2:0"},
      {"c05_unknown_record_type.csv", "CH-LIG-036 6:0"},
      {"c06_unknown_version.csv", "CH-LIG-042 1:7"},
      {"c13_fixed_short_and_long_lines.txt", "CH-LIG-039 2:0"},
      {"c14_fixed_wrong_total.txt", "CH-LIG-044 58:22"},
      {"c15_fixed_shifted_column.txt", "CH-LIG-041 2:94"}};
  for (const auto& [name, expected] : refusals) {
    CAPTURE(name);
    const Reading r = read_file(*data / "bad" / name);
    REQUIRE(r.refused);
    CHECK(r.code() + ' ' + std::to_string(r.refused->place.line) + ':' +
              std::to_string(r.refused->place.column) ==
          expected);
  }
}

TEST_CASE("the others of series c are well formed: only the orphan is held") {
  const auto data = data_folder();
  if (!data) return;
  for (const auto& entry : fs::directory_iterator(*data / "bad")) {
    const std::string name = entry.path().filename();
    if (name < "c07" || name > "c12~") continue;
    CAPTURE(name);
    const Reading r = read_file(entry.path());
    CHECK(r.code() == "");
    CHECK(r.rows.size() == 20);
    const bool orphan = name.starts_with("c09");
    REQUIRE(r.rejected.size() == (orphan ? 1 : 0));
    if (!orphan) continue;
    CHECK(r.rejected[0].fault.code == "CH-LIG-053");
    CHECK(r.rejected[0].line == 225);
    CHECK(r.rejected[0].owner == "ZZZZZZZZZZZ");
  }
}
