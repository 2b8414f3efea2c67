#include "gateway/mapping/mask/mask.h"

#include <algorithm>
#include <set>
#include <tuple>

#include <doctest/doctest.h>

#include "gateway/base/national_keys.h"
#include "gateway/crypto/digest.h"
#include "gateway/mapping/plan.h"
#include "tests/unit/mapping/mappings.h"

using namespace charmille;

namespace {

mapping::Mask with_seed(const std::string& seed, mapping::Keep keep = {}) {
  return mapping::Mask(crypto::Key::from_bytes(crypto::sha256(seed)), std::move(keep));
}

std::vector<std::string> masked(mapping::Mask mask, const std::vector<std::string>& files) {
  for (std::size_t i = 0; i < files.size(); ++i)
    REQUIRE(mask.look(base::Payload(files[i]), std::to_string(i) + ".csv"));
  REQUIRE(mask.decide());
  std::vector<std::string> out(files.size());
  for (std::size_t i = 0; i < files.size(); ++i)
    REQUIRE(mask.write(i, [&](std::string_view bytes) -> Result<void> {
      out[i] += bytes;
      return {};
    }));
  return out;
}

std::vector<std::vector<std::string>> cells(const std::string& text) {
  std::vector<std::vector<std::string>> rows(1, {""});
  for (const char c : text) {
    if (c == ';')
      rows.back().emplace_back();
    else if (c == '\n')
      rows.push_back({""});
    else if (c != '\r')
      rows.back().back() += c;
  }
  return rows;
}

const std::string children =
    "Identifiant;Nom;Date de naissance;NIR;Sexe;Tel\r\n"
    "E01002;BEHAGUE;06/08/2015;150862969255;M;\r\n"
    "E01008;DUPONT;06/01/2017;1 17 01 97 492 607 62;M;07.67.97.70.68\r\n"
    "E01020;\"DU;PONT\";27/06/2007;;M;0767977068\r\n";

}  // namespace

TEST_CASE("nothing of a person is left, and the form of the file stays") {
  const auto before = cells(children);
  const std::string out = masked(with_seed("a"), {children})[0];
  const auto after = cells(out);
  REQUIRE(after.size() == before.size());
  CHECK(after[0] == before[0]);
  CHECK(std::ranges::count(out, '\r') == 4);
  for (const char* value : {"E01002", "E01008", "BEHAGUE", "DUPONT", "PONT", "06/08/2015", "97492",
                            "06/01/2017", "27/06/2007", "607", "0767977068"})
    CHECK_MESSAGE(out.find(value) == std::string::npos, value);
  CHECK(after[1][5].empty());
  CHECK(after[1][4] == "M");
  CHECK(after[3][1].front() == '"');
  CHECK(after[2][5].size() == before[2][5].size());
}

TEST_CASE("a NIR follows the birth date and has its right key") {
  const auto after = cells(masked(with_seed("b"), {children})[0]);
  std::string nir = after[2][3];
  std::erase(nir, ' ');
  CHECK(base::matricule_key_fits(nir));
  CHECK(nir.substr(0, 1) == "1");
  CHECK(nir.substr(1, 2) == after[2][2].substr(8, 2));
  CHECK(nir.substr(3, 2) == after[2][2].substr(3, 2));
}

TEST_CASE("the files of a lot still join, and an order of days stays one") {
  const std::string notes =
      "Identifiant;Le\nE01020;07/01/2017\nE01002;06/01/2017\nE01020;06/08/2015\n";
  const auto out = masked(with_seed("c"), {children, notes});
  const auto main = cells(out[0]);
  const auto joined = cells(out[1]);
  CHECK(joined[1][0] == main[3][0]);
  CHECK(joined[2][0] == main[1][0]);
  CHECK(joined[3][0] == main[3][0]);
  CHECK(joined[2][1] == main[2][2]);
  CHECK(joined[3][1] == main[1][2]);
}

TEST_CASE("another key gives other persons, the same key the same, and what is to stay stays") {
  CHECK(masked(with_seed("a"), {children}) == masked(with_seed("a"), {children}));
  CHECK(masked(with_seed("a"), {children}) != masked(with_seed("d"), {children}));
  const auto kept = cells(masked(with_seed("a", {.values = {"06/08/2015"}}), {children})[0]);
  CHECK(kept[1][2] == "06/08/2015");
}

TEST_CASE("a file that cannot be masked whole is refused") {
  const auto refusal = [](std::string text) {
    auto mask = with_seed("a");
    const auto looked = mask.look(base::Payload(std::move(text)), "a.csv");
    return looked ? std::string{} : std::string(looked.error().code);
  };
  using namespace std::literals;
  CHECK(refusal("") == "CH-CSV-001");
  CHECK(refusal("a;b\n") == "CH-CSV-002");
  CHECK(refusal("a;b\n1;2\n3;4\n5;6\n7;8;9\n") == "CH-CSV-004");
  CHECK(refusal("a;b\n1;\0\n"s) == "CH-TXT-004");
  CHECK(refusal("a;b\n1;" + std::string(2'000'000, 'x') + "\n") == "CH-CSV-011");
  CHECK(refusal("[{\"a\": 1}]") == "CH-MAP-070");
}

TEST_CASE("different identifiers stay different, however short they are") {
  for (const auto& [first, last, before] : {std::tuple{10, 79, ""}, {100, 399, ""}, {1, 99, "E"}}) {
    std::string file = "Identifiant;Nom\n";
    for (int i = first; i <= last; ++i) file += before + std::to_string(i) + ";X\n";
    const auto rows = cells(masked(with_seed("short"), {file})[0]);
    std::set<std::string> ids;
    for (std::size_t i = 1; i + 1 < rows.size(); ++i) ids.insert(rows[i][0]);
    CAPTURE(first);
    CHECK(ids.size() == static_cast<std::size_t>(last - first + 1));
  }
}

TEST_CASE("remarks are masked, however often the same comes again") {
  std::string file = "Id;Nom;Commentaire;Suivi\n";
  for (int i = 0; i < 12; ++i)
    file += std::to_string(i) + ";DUPONT;Exclusion 3 jours;Visite chez Mme Quiniou\n";
  const std::string out = masked(with_seed("prose"), {file})[0];
  CHECK(out.find("Exclusion") == std::string::npos);
  CHECK(out.find("Quiniou") == std::string::npos);
}

TEST_CASE("a column stays when a person says so, and one that no file has is refused") {
  std::string file = "Identifiant;Nom;Motif\n";
  for (int i = 10; i < 22; ++i)
    file += "E" + std::to_string(i) + ";DUPONT;Libelle rare " +
            std::string(1, "abcdefghijklmnopqrstuvwxyz"[i % 26]) + "\n";
  const auto rows = cells(masked(with_seed("k", {.columns = {"Motif"}}), {file})[0]);
  CHECK(rows[1][2] == cells(file)[1][2]);
  CHECK(rows[1][0] != "E10");
  auto mask = with_seed("k", {.columns = {"Motifs"}});
  REQUIRE(mask.look(base::Payload(file), "a.csv"));
  const auto decided = mask.decide();
  REQUIRE_FALSE(decided);
  CHECK(decided.error().code == "CH-MAP-071");
  CHECK(base::argument(decided.error(), "nearest") == "Motif");
}

TEST_CASE("codes of a mapping's tables stay, other cells of their column do not") {
  const auto mapping = mapping::testing::mapping_of(
      "mapping: t\nfrom: csv\nto: tree\neach: rows\n"
      "tables: {motif: {A12: a, B7: b, C900: c, É5: e}}\n"
      "template: {m: \"{{ Motif.translate('motif') }}\"}\n");
  std::string file = "Identifiant;Motif;Autre\n";
  for (int i = 10; i < 29; ++i)
    file += "E" + std::to_string(i) + ";" +
            (i == 12      ? "e5"
             : i % 2 == 0 ? "A12"
                          : "C900") +
            ";Q" + std::to_string(i * 37) + "\n";
  file += "A12;Z451;Q5\n";
  const auto without = cells(masked(with_seed("t"), {file})[0]);
  CHECK(without[1][1] != "A12");
  const auto rows = cells(masked(with_seed("t", {.tables = mapping->plan().tables}), {file})[0]);
  CHECK(rows[1][1] == "A12");
  CHECK(rows[2][1] == "C900");
  CHECK(rows[3][1] == "e5");
  CHECK(rows[20][1] != "Z451");
  CHECK(rows[20][0] != "A12");  // an identifier, whatever the table holds
  CHECK(rows[1][2] != "Q370");
}

TEST_CASE("codes that name persons are masked, and as the persons are") {
  std::string staff = "Identifiant;Nom\nX900;QUINIOU\nX901;LE GOFF\nX902;TANGUY\n";
  std::string file = "Dossier;Suivi;Equipe;Groupe\n";
  for (int i = 0; i < 9; ++i)
    file += std::to_string(4000 + i) + (i % 2 == 0 ? ";QUINIOU" : ";TANGUY") + ";X901;Foyer\n";
  const auto out = masked(with_seed("p"), {staff, file});
  const auto persons = cells(out[0]);
  const auto rows = cells(out[1]);
  CHECK(rows[1][1] == persons[1][1]);
  CHECK(rows[2][1] == persons[3][1]);
  CHECK(rows[1][2] == persons[2][0]);  // a code that is somebody's identifier
  CHECK(rows[1][3] == "Foyer");
}

TEST_CASE("whoever a civility names is a person in every column") {
  std::string file = "Dossier;Suivi;Binome;Titre\n";
  for (int i = 0; i < 8; ++i)
    file += std::to_string(5000 + i) + ";vu par Mme Quiniou le soir;Quiniou;Mme\n";
  const auto rows = cells(masked(with_seed("q"), {file})[0]);
  CHECK(rows[1][2] != "Quiniou");
  CHECK(rows[1][3] == "Mme");
}

TEST_CASE("one value becomes one value, whatever its column holds") {
  const std::string one = "Identifiant;Nom;Ville\nE01;DUPONT;BREST\nE02;LANNION;QUIMPER\n";
  const std::string two =
      "Suite;Mention;Jour\nvu;DUPONT;06/08/2015\nlu;E01;BREST\nsu;LANNION;x y\n";
  const auto out = masked(with_seed("o"), {one, two});
  const auto first = cells(out[0]);
  const auto second = cells(out[1]);
  CHECK(second[1][1] == first[1][1]);
  CHECK(second[2][1] == first[1][0]);
  CHECK(second[2][2] == first[1][2]);
  CHECK(second[3][1] == first[2][1]);
}

TEST_CASE("a first line that is written as the rows is no header, unless somebody says so") {
  const auto refusal = [](std::string text, bool header = false) {
    auto mask = with_seed("a", {.header = header});
    const auto looked = mask.look(base::Payload(std::move(text)), "a.csv");
    return looked ? std::string{} : std::string(looked.error().code);
  };
  CHECK(refusal("DUPONT;Marie\nMARTIN;Jean-Paul\nLE GOFF;Anne\nTANGUY;Yves\n") == "CH-MAP-072");
  CHECK(refusal("DUPONT;PERE\nMARTIN;MERE\nTANGUY;PERE\n") == "CH-MAP-072");
  CHECK(refusal("LIBELLE;VALEUR\nROUGE;HAUT\n") == "CH-MAP-072");
  CHECK(refusal("LIBELLE;VALEUR\nROUGE;HAUT\n", true).empty());
  CHECK(refusal("NOM;PRENOM\nDUPONT;MARIE\nMARTIN;JEAN\n").empty());
  CHECK(refusal("Libelle;Valeur\nROUGE;HAUT\n").empty());
  CHECK(refusal("LIBELLE;VALEUR\nROUGE;12\n").empty());
}
