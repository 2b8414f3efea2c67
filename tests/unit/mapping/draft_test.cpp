#include "gateway/mapping/profile/draft.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "gateway/codec/codec.h"
#include "gateway/mapping/mapping.h"

using namespace charmille;
using mapping::ColumnKind;

namespace {

mapping::FileProfile profile(const std::string& text, const std::string& name = "A_20260630.csv") {
  auto found = mapping::profile_file(base::Payload(text), name);
  REQUIRE_MESSAGE(found, (found ? "" : std::string(found.error().code)));
  return std::move(*found);
}

std::string fault_of(std::string text) {
  const auto found = mapping::profile_file(base::Payload(std::move(text)), "a.csv");
  return found ? "" : std::string(found.error().code);
}

const std::string children =
    "Identifiant;Nom;Sexe;N\xE9(e) le;Poids;Secret\r\n"
    "E01;\xC9T\xC9;M;12/03/2014;30,5;Oui\r\nE02;DOE;F;01/01/1900;31,0;Non\r\n"
    "E03;ROE;M;13/03/2014;;Oui\r\nE04;POE;F;14/03/2014;28,5;\r\n"
    "E05;MOE;M;15/03/2014;1,5;Oui\r\nE06;ZOE;F;16/03/2014;2,5;Non\r\n";

}  // namespace

TEST_CASE("a profile tells encoding, delimiter and what each column holds") {
  const auto found = profile(children);
  CHECK(found.written.options.csv.encoding == codec::Encoding::windows_1252);
  CHECK(found.written.certainty == codec::Detected::Certainty::probable);
  CHECK(found.written.options.csv.delimiter == ';');
  REQUIRE(found.columns.size() == 6);
  CHECK(found.columns[0].kind() == ColumnKind::identifier);
  CHECK(found.columns[0].unique());
  CHECK(found.columns[1].kind() == ColumnKind::name);
  CHECK(found.columns[2].codes() == std::map<std::string, std::uint64_t>{{"F", 3}, {"M", 3}});
  CHECK(found.columns[3].date_forms() == std::vector<std::string_view>{"dd/MM/yyyy"});
  CHECK(found.columns[3].no_date() == "01/01/1900");
  CHECK(found.columns[4].kind() == ColumnKind::decimal);
  CHECK(found.columns[5].kind() == ColumnKind::boolean);
}

TEST_CASE("delimiters, sep= lines, marks and UTF-16 are told") {
  for (const char delimiter : {';', ',', '\t', '|'}) {
    std::string text = "a?b?c\n1?2?x\n3?4?y\n";
    std::ranges::replace(text, '?', delimiter);
    CHECK(profile(text).written.options.csv.delimiter == delimiter);
  }
  CHECK(profile("sep=,\na,b\n1,2\n").written.separator_line);
  CHECK(profile("\xEF\xBB\xBF"
                "a;b\n1;2\n")
            .written.mark);
  using namespace std::literals;
  CHECK(profile("a\0;\0b\0\n\0x\0;\0y\0\n\0"s).written.options.csv.encoding ==
        codec::Encoding::utf16le);
  CHECK(profile("a;b\n1;2\n").written.certainty == codec::Detected::Certainty::any);
}

TEST_CASE("codes that are rare, or of columns that promise persons, are never shown") {
  std::string rare = "Groupe;Ville;Referent\n";
  for (int i = 0; i < 9; ++i) rare += i == 0 ? "Zebre;Ici;Mme Lune\n" : "Lion;Ici;Mme Lune\n";
  const auto found = profile(rare);
  for (const auto& column : found.columns) CHECK(column.codes().empty());
  const std::string draft = mapping::write_draft("a/b", std::vector{found}, {});
  for (const char* value : {"Zebre", "Lion", "Ici", "Lune"})
    CHECK(draft.find(value) == std::string::npos);
}

TEST_CASE("a draft loads, runs without faults on its file, and joins what belongs together") {
  const std::vector files{
      profile(children),
      profile("Identifiant;`Odd \\ {{name}}\nE01;x\nE01;y\nE06;z\n", "B-Notes_202606.csv")};
  const auto joins = mapping::find_joins(files);
  REQUIRE(joins.size() == 1);
  CHECK(joins[0].column == "Identifiant");
  const std::string text = mapping::write_draft("a/b", files, joins);
  const auto loaded = mapping::load({.file = "b.yaml", .shown = "b.yaml", .schemas = {}}, text);
  REQUIRE_MESSAGE(loaded, text);
  CHECK((*loaded)->files() == std::vector<std::string>{"B-Notes"});
  auto stream = codec::open(files[0].written.options, base::Payload(children), "a.csv");
  REQUIRE(stream);
  auto batch = (*stream)->next(100);
  REQUIRE(batch);
  for (const auto& item : mapping::apply(**loaded, batch->document, nullptr, {}))
    for (const Fault& fault : item.faults) FAIL_CHECK(base::describe(fault, base::Language::en));
}

TEST_CASE("what cannot be read is told, not guessed") {
  using namespace std::literals;
  CHECK(fault_of("") == "CH-CSV-001");
  CHECK(fault_of("a;b\n") == "CH-CSV-002");
  CHECK(fault_of("\x1F\x8B\x08\x00 binary"s) == "CH-TXT-007");
  CHECK(fault_of("a;b\n1;\0\n"s) == "CH-TXT-004");
  CHECK(fault_of("a;b\n1;" + std::string(2'000'000, 'x') + "\n") == "CH-CSV-011");
  CHECK(fault_of("00;X;20260630\n10;Y;1\n") == "CH-CSV-033");
  CHECK(fault_of("HCD99        20260630LOT000123\nD1   A\n") == "CH-CSV-032");
}

TEST_CASE("a list has the same name where it is joined and in the result") {
  const std::vector files{profile("Identifiant;Nom\nE01;DOE\nE02;ROE\n"),
                          profile("Identifiant;Equipe\nE01;x1\nE01;y2\n", "EO_CahierLiaison.csv")};
  const std::string text = mapping::write_draft("a/b", files, mapping::find_joins(files));
  CHECK(text.find("nest:\n  eoCahierLiaison: {") != std::string::npos);
  CHECK(text.find("  eoCahierLiaison:\n    \"{% for x in eoCahierLiaison %}\":") !=
        std::string::npos);
}

TEST_CASE("a file that joins nothing is told, with the columns that could have") {
  const std::vector files{profile("Identifiant;Nom\nE01;DOE\nE02;ROE\n"),
                          profile("Identifiant;Note\nE07;x1\n", "B.csv"),
                          profile("Dossier;Note\n4001;x1\n", "C.csv")};
  const auto joins = mapping::find_joins(files);
  CHECK(joins.empty());
  const auto alone = mapping::find_not_joined(files, joins);
  REQUIRE(alone.size() == 2);
  CHECK(alone[0].file == 1);
  CHECK(alone[0].shared == std::vector<std::string>{"Identifiant"});
  CHECK(alone[1].file == 2);
  CHECK(alone[1].shared.empty());
  CHECK(mapping::write_draft("a/b", files, joins).find("# B.csv: 1 records") != std::string::npos);
}

TEST_CASE("a number of a draft that meets a text is a fault, never nothing") {
  const std::vector files{profile("Identifiant;Rang;Taille\nE01;10;1,5\nE02;11;2,5\nE03;12;3\n")};
  const std::string text = mapping::write_draft("a/b", files, {});
  const auto loaded = mapping::load({.file = "b.yaml", .shown = "b.yaml", .schemas = {}}, text);
  REQUIRE_MESSAGE(loaded, text);
  const auto run = [&](const std::string& rows) {
    auto stream = codec::open(files[0].written.options,
                              base::Payload("Identifiant;Rang;Taille\n" + rows), "a.csv");
    REQUIRE(stream);
    auto batch = (*stream)->next(10);
    REQUIRE(batch);
    return mapping::apply(**loaded, batch->document, nullptr, {});
  };
  const auto good = run("E09;7;30,25\n");
  REQUIRE(good.at(0).good());
  CHECK(codec::write_json(good[0].document.root()) ==
        R"({"identifiant":"E09","rang":7,"taille":30.25})");
  const auto bad = run("E09;sept;30 kg\n");
  REQUIRE(bad.at(0).faults.size() == 2);
  CHECK(bad[0].faults[0].code == "CH-PATH-043");
  CHECK(bad[0].faults[0].place.column == 2);
}
