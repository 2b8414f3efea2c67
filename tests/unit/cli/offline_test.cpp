#include <doctest/doctest.h>

#include "gateway/base/catalogue.h"
#include "gateway/codec/codec.h"
#include "tests/unit/cli/command_line.h"

using namespace charmille;
using namespace charmille::cli::testing;

TEST_CASE("wrong usage exits 2 and says what is wrong, help exits 0") {
  CHECK(run_line({"--help"}).code == 0);
  CHECK(run_line({"--help"}).out.find("exchanges") != std::string::npos);
  CHECK(run_line({}).code == 2);
  const Ran unknown = run_line({"chek"});
  CHECK(unknown.code == 2);
  CHECK(unknown.err.find("« chek »") != std::string::npos);
  CHECK(unknown.err.find("le plus proche : check") != std::string::npos);
  CHECK(unknown.out.empty());
  const Ran below = run_line({"exchanges", "liste", "--state", "parked"});
  CHECK(below.code == 2);
  CHECK(below.err.find("`charmille exchanges`") != std::string::npos);
  CHECK(below.err.find("le plus proche : list") != std::string::npos);
  CHECK(run_line({"exchanges", "zzzzzzzz"}).err.find("list, show") != std::string::npos);
  CHECK(run_line({"keys"}).err.find("il manque la commande") != std::string::npos);
  CHECK(run_line({"keys", "--lang", "en"}).err.find("subcommand is required") != std::string::npos);
}

TEST_CASE("help speaks French, and English when asked") {
  CHECK(run_line({"check", "--help"}).out.find("toutes les fautes") != std::string::npos);
  CHECK(run_line({"--lang", "en", "check", "--help"}).out.find("every fault") != std::string::npos);
  CHECK(run_line({"check", "--help", "--lang=en"}).out.find("every fault") != std::string::npos);
}

TEST_CASE("a configuration with ten mistakes gives ten faults with their lines and exits 2") {
  const std::string file = (source() / "tests/data/ten-mistakes.yaml").string();
  const Ran ran = run_line({"check", "-c", file});
  CHECK(ran.code == 2);
  CHECK(count("\n" + ran.err, "\n" + file + ":") == 10);  // warnings begin otherwise
  CHECK(ran.out.empty());
  const Ran json = run_line({"check", "--json", "-c", file});
  CHECK(json.code == 2);
  const auto document = codec::read_json(json.out, "out");
  REQUIRE(document);
  REQUIRE(document->root().find("faults") != nullptr);
  CHECK(document->root().find("faults")->items().size() == 10);
  for (const tree::Node& fault : document->root().find("faults")->items())
    CHECK(fault.find("line")->chars() != "0");
}

TEST_CASE("the demo's configuration is right, and says what it holds") {
  const Ran ran = run_line({"check", "-c", (source() / "conf/demo/charmille.yaml").string()});
  CHECK_MESSAGE(ran.code == 0, ran.err);
  CHECK(ran.out.find("2 trajets") != std::string::npos);
}

TEST_CASE("a configuration that is not there is told, not guessed") {
  const Ran ran = run_line({"check", "-c", "/nowhere/charmille.yaml"});
  CHECK(ran.code == 2);
  CHECK(ran.err.find("/nowhere/charmille.yaml") != std::string::npos);
}

TEST_CASE("explain gives text and remedy in both languages, whatever the case of the code") {
  const Ran french = run_line({"explain", "ch-csv-001"});
  CHECK(french.code == 0);
  CHECK(french.out.find("CH-CSV-001") != std::string::npos);
  CHECK(french.out.find("que faire") != std::string::npos);
  const Ran english = run_line({"explain", "CH-CSV-001", "--lang", "en"});
  CHECK(english.out.find("what to do") != std::string::npos);
  CHECK(english.out != french.out);
}

TEST_CASE("an unknown code is wrong usage, and the nearest one is named") {
  const Ran ran = run_line({"explain", "CH-CSW-001"});
  CHECK(ran.code == 2);
  CHECK(ran.err.find("CH-CSV-001") != std::string::npos);
}

TEST_CASE("a code may be given without its CH-") {
  const Ran ran = run_line({"explain", "map-050"});
  CHECK(ran.code == 0);
  CHECK(ran.out.find("CH-MAP-050") != std::string::npos);
  CHECK(run_line({"explain", "MAP-05"}).err.find("le plus proche : CH-MAP-005") !=
        std::string::npos);
}

TEST_CASE("explain does not say that data is refused where none is") {
  for (const char* code : {"CH-EXC-031", "CH-EXC-032", "CH-CLI-001", "CH-EXC-020"}) {
    const Ran ran = run_line({"explain", code});
    CHECK(ran.out.find("est refusée, les autres") == std::string::npos);
  }
  CHECK(run_line({"explain", "CH-EXC-031"}).out.find("remarque") != std::string::npos);
  CHECK(run_line({"explain", "CH-CSV-004"}).out.find("est refusée, les autres") !=
        std::string::npos);
}

TEST_CASE("the system's reasons and the states of exchanges are told in the person's language") {
  const Fault missing = fault("CH-SYS-007", {}, {{"reason", "No such file or directory"}});
  CHECK(base::describe(missing, base::Language::fr).find("fichier ou dossier absent") !=
        std::string::npos);
  CHECK(base::describe(missing, base::Language::en).find("No such file") != std::string::npos);
  const Fault state = fault("CH-EXC-020", {}, {{"state", "shadowed"}});
  CHECK(base::text_of(state, base::Language::fr).find("« à blanc »") != std::string::npos);
  CHECK(base::text_of(state, base::Language::en).find("shadowed") != std::string::npos);
}

TEST_CASE("no placeholder of the catalogue is shown") {
  CHECK(run_line({"explain"}).out.find("-000") == std::string::npos);
  CHECK(run_line({"explain", "CH-EXC-000"}).code == 2);
}

TEST_CASE("adapters lists the protocols, and every setting of one") {
  const Ran list = run_line({"adapters"});
  CHECK(list.out.find("file") != std::string::npos);
  CHECK(list.out.find("http") != std::string::npos);
  const Ran one = run_line({"adapters", "file"});
  CHECK(one.out.find("folder") != std::string::npos);
  CHECK(one.out.find("obligatoire") != std::string::npos);
  const Ran wrong = run_line({"adapters", "fil"});
  CHECK(wrong.code == 2);
  CHECK(wrong.err.find("« file »") + wrong.err.find("file") != std::string::npos);
}

TEST_CASE("eval prints the collection, and tells a wrong expression from wrong data") {
  const Folder folder;
  const std::string file = folder.write("enfant.json", R"({"nom": " d'Été ", "dates": [1, 2, 3]})");
  CHECK(run_line({"eval", "nom.trim().upper()", file}).out.find("D'ÉTÉ") != std::string::npos);
  CHECK(run_line({"eval", "1 + 1"}).out.find("2") != std::string::npos);
  const Ran many = run_line({"eval", "dates", file});
  const auto collection = codec::read_json(many.out, "out");
  REQUIRE(collection);
  CHECK(collection->root().items().size() == 3);
  const Ran wrong = run_line({"eval", "nom..trim()", file});
  CHECK(wrong.code == 2);
  CHECK(wrong.err.find("CH-") != std::string::npos);
  CHECK(run_line({"eval", "dates + 1", file}).code == 1);
  CHECK(run_line({"eval", "a", "/nowhere.json"}).code == 1);
  const std::string patient =
      folder.write("patient.json", R"({"resourceType": "Patient", "deceasedBoolean": false})");
  CHECK(run_line({"eval", "deceased", patient, "--model", "r4"}).out.find("false") !=
        std::string::npos);
  CHECK(run_line({"eval", "deceasedBoolean", patient, "--model", "r4"}).code == 2);
  CHECK(run_line({"eval", "$this"}).out == "[]\n");
  const std::string extra = folder.write("x.json", "{\"v\": 41}");
  CHECK(run_line({"eval", "%x.v + 1", "--var", "x=" + extra}).out.find("42") != std::string::npos);
  CHECK(run_line({"eval", "1", "--var", "x"}).code == 2);
}

namespace {

constexpr const char* mapping = R"(mapping: a/personnes
from: csv
to: tree
each: rows
template:
  nom: "{{ Nom.upper() }}"
tests:
  - name: en capitales
    input: {Nom: été}
    output: {nom: ÉTÉ}
)";

}  // namespace

TEST_CASE(
    "test runs what stands inside mapping files, and a test that fails exits 1 with both values") {
  const Folder folder;
  folder.write("mappings/a/personnes.yaml", mapping);
  const std::string mappings = (folder.path() / "mappings").string();
  const Ran good = run_line({"test", "--mappings", mappings});
  CHECK_MESSAGE(good.code == 0, good.err);
  CHECK(good.out.find("1/1") != std::string::npos);
  std::string wrong = mapping;
  wrong.replace(wrong.rfind("ÉTÉ"), std::string("ÉTÉ").size(), "HIVER");
  folder.write("mappings/a/personnes.yaml", wrong);
  const Ran bad = run_line({"test", "a/personnes", "--mappings", mappings});
  CHECK(bad.code == 1);
  CHECK(bad.out.find("HIVER") != std::string::npos);
  CHECK(bad.out.find("ÉTÉ") != std::string::npos);
  const Ran unknown = run_line({"test", "a/personne", "--mappings", mappings});
  CHECK(unknown.code == 2);
  CHECK(unknown.err.find("a/personnes") != std::string::npos);
}

TEST_CASE("map shows what a mapping gives, and where each value comes from") {
  const Folder folder;
  folder.write("mappings/a/personnes.yaml", mapping);
  const std::string mappings = (folder.path() / "mappings").string();
  const std::string file = folder.write("personnes.csv", "Nom;Age\nété;3\nhiver;4\n");
  const Ran ran = run_line({"map", "a/personnes", file, "--mappings", mappings, "--json"});
  CHECK_MESSAGE(ran.code == 0, ran.err);
  CHECK(ran.out == "{\"nom\":\"ÉTÉ\"}\n{\"nom\":\"HIVER\"}\n");
  const Ran explained = run_line({"map", "a/personnes", file, "--mappings", mappings, "--explain"});
  CHECK(explained.out.find("personnes.csv:3 Nom") != std::string::npos);
  CHECK(explained.out.find("personnes.yaml:6") != std::string::npos);
  const Ran all =
      run_line({"map", "a/personnes", file, "--mappings", mappings, "--explain", "--json"});
  const auto first = codec::read_json(all.out.substr(0, all.out.find('\n')), "out");
  REQUIRE(first);
  const tree::Node& value = first->root().find("values")->items().front();
  CHECK(value.find("path")->chars() == "nom");
  CHECK(value.find("expression")->chars().find("Nom") != std::string_view::npos);
  CHECK(value.find("sources")->items().front().chars() == "personnes.csv:2:1");
  CHECK(value.find("columns")->items().front().chars() == "Nom");
}

TEST_CASE("rows that belong to nothing are told once a join, with their number and first lines") {
  const Folder folder;
  const std::string file = folder.write("enfants.yaml",
                                        "mapping: enfants\nfrom: csv\nto: tree\neach: rows\n"
                                        "nest:\n  mesures: {file: Mesures, on: Id}\n"
                                        "template: {id: '{{ Id }}', m: '{[ mesures.Code ]}'}\n");
  const std::string main = folder.write("Enfants.csv", "Id;Nom\nE1;a\n");
  std::string rows = "Id;Code\nE1;x\n";
  const std::string one = folder.write("un/Mesures.csv", rows + "E2;y\n");
  for (int i = 0; i < 30; ++i) rows += "E2;y\n";
  const std::string many = folder.write("deux/Mesures.csv", rows);
  const Ran single = run_line({"map", file, main, one, "--json"});
  CHECK(single.code == 1);
  CHECK(single.err.find("Mesures.csv:3") != std::string::npos);
  CHECK(single.err.find("CH-MAP-040") != std::string::npos);
  const Ran told = run_line({"map", file, main, many, "--json"});
  CHECK(told.code == 1);
  CHECK(told.out == "{\"id\":\"E1\",\"m\":[\"x\"]}\n");
  CHECK(count(told.err, "Mesures.csv") == 1);
  CHECK(told.err.find("30 lignes de mesures") != std::string::npos);
  CHECK(told.err.find("lignes 3, 4, 5, 6, 7, 8, 9, 10, …") != std::string::npos);
  const Ran explained = run_line({"map", file, main, one, "--explain"});
  CHECK(explained.out.find("Mesures.csv:2 Code") != std::string::npos);
}

TEST_CASE("map takes a mapping file and variables, for scripts") {
  const Folder folder;
  const std::string file = folder.write(
      "un.yaml",
      "mapping: un\nfrom: json\nto: tree\nvars: {ou: null}\ntemplate: {x: '{{ a & %ou.b }}'}\n");
  const std::string input = folder.write("in.json", R"({"a": "A"})");
  const std::string ou = folder.write("ou.json", R"({"b": "B"})");
  const Ran ran = run_line({"map", file, input, "--var", "ou=" + ou, "--json"});
  CHECK_MESSAGE(ran.code == 0, ran.err);
  CHECK(ran.out == "{\"x\":\"AB\"}\n");
  const std::string wrong = folder.write(
      "deux.yaml", "mapping: deux\nfrom: json\nto: tree\ntemplate: {x: '{{ a.trimm() }}'}\n");
  const Ran refused = run_line({"map", wrong, input});
  CHECK(refused.code == 2);
  CHECK(refused.err.find("^~~~~") != std::string::npos);
  CHECK(refused.out.empty());
}

TEST_CASE("a fault quotes mappings, never the configuration or data") {
  const Folder folder;
  const std::string configuration =
      folder.write("charmille.yaml", "partners: {d: {identity: [{token: s3cr3t-value}]}}\n");
  const Ran checked = run_line({"check", "-c", configuration});
  CHECK(checked.code == 2);
  CHECK(checked.err.find("s3cr3t") == std::string::npos);
  CHECK(checked.out.find("s3cr3t") == std::string::npos);
  const std::string file = folder.write("date.yaml",
                                        "mapping: date\nfrom: csv\nto: tree\neach: rows\n"
                                        "template: {d: '{{ Nom.parseDate(''dd/MM/yyyy'') }}'}\n");
  const std::string data = folder.write("donnees.yaml", "Nom;X\nDURAND;1\n");
  const Ran mapped = run_line({"map", file, data});
  CHECK(mapped.code == 1);
  CHECK(mapped.err.find("CH-PATH-040") != std::string::npos);
  CHECK(mapped.err.find("DURAND") == std::string::npos);
}

TEST_CASE("map tells what the rules of the record would refuse") {
  const Folder folder;
  const std::string file = folder.write("fiche.yaml",
                                        "mapping: fiche\nfrom: csv\nto: child-record\neach: rows\n"
                                        "template: {identity: {birthDate: '{{ Ne }}'}}\n");
  // The schema of the record is found beside the mappings.
  const Ran ran = run_line({"map", file, folder.write("p.csv", "Ne;X\n27/06/2007;1\n"),
                            "--mappings", (source() / "mappings").string()});
  CHECK(ran.code == 1);
  CHECK(ran.err.find("CH-REC-002") != std::string::npos);
  CHECK(ran.err.find("p.csv:2") != std::string::npos);
  CHECK(ran.err.find("fiche") != std::string::npos);
  CHECK(ran.err.find("27/06") == std::string::npos);
}

TEST_CASE("map tells what a mapping leaves behind") {
  const Folder folder;
  const std::string file =
      folder.write("perte.yaml",
                   "mapping: perte\nfrom: csv\nto: tree\neach: rows\n"
                   "tables: {sexe: {F: female}}\n"
                   "template:\n  '{% if Actif = ''1'' %}':\n"
                   "    nom: '{{ Nom }}'\n    sexe: '{{ Sexe.translate(''sexe'') }}'\n");
  const std::string rows =
      folder.write("p.csv", "Nom;Sexe;Actif;Perdu\nA;F;1;x\nB;X;1;\nC;F;0;y\n");
  const Ran ran = run_line({"map", file, rows, "--loss", "--json"});
  CHECK(ran.code == 1);
  const auto loss = codec::read_json(ran.out, "out");
  REQUIRE(loss);
  const auto lost = loss->root().find("neverRead")->items();
  REQUIRE(lost.size() == 1);
  CHECK(lost.front().find("column")->chars() == "Perdu");
  CHECK(lost.front().find("filled")->chars() == "2");
  const auto codes = loss->root().find("unknownCodes")->items();
  REQUIRE(codes.size() == 1);
  CHECK(codes.front().find("table")->chars() == "sexe");
  CHECK(codes.front().find("times")->chars() == "1");
  CHECK(run_line({"map", file, rows, "--loss"}).out.find("Perdu") != std::string::npos);
}

TEST_CASE("map counts what it leaves of a record, value by value") {
  const Folder folder;
  const std::string file = folder.write("perte.yaml",
                                        "mapping: perte\nfrom: child-record\nto: tree\n"
                                        "template: {nom: '{{ identity.birthName }}', le: '{[ "
                                        "presence.where(kind = ''A'').date ]}'}\n");
  const std::string record =
      folder.write("fiche.json",
                   "{\"identity\": {\"birthName\": \"A\", \"sex\": \"F\"},"
                   " \"presence\": [{\"date\": \"2026-01-01\", \"kind\": \"A\"},"
                   " {\"date\": \"2026-01-02\", \"kind\": \"P\", \"reason\": null}]}");
  const Ran ran = run_line({"map", file, record, "--loss", "--json"});
  CHECK_MESSAGE(ran.code == 0, ran.err);
  const auto loss = codec::read_json(ran.out, "out");
  REQUIRE(loss);
  const auto lost = loss->root().find("neverRead")->items();
  REQUIRE(lost.size() == 2);
  CHECK(lost[0].find("column")->chars() == "identity.sex");
  CHECK(lost[1].find("column")->chars() == "presence.date");
  CHECK(lost[1].find("filled")->chars() == "1");
  CHECK(lost[1].find("of")->chars() == "2");
  const Ran words = run_line({"map", file, record, "--loss"});
  CHECK(words.out.find("identité (sex)") != std::string::npos);
}

TEST_CASE("a file that map cannot read exits with a fault that names line, not content") {
  const Folder folder;
  folder.write("mappings/a/personnes.yaml", mapping);
  const std::string mappings = (folder.path() / "mappings").string();
  const std::string latin = folder.write("personnes.csv", "Nom;Age\n\xe9t\xe9;3\n");
  const Ran ran = run_line({"map", "a/personnes", latin, "--mappings", mappings});
  CHECK(ran.code == 1);
  CHECK(ran.err.find("personnes.csv:2") != std::string::npos);
  const Ran told = run_line({"map", "a/personnes", latin, "--mappings", mappings, "--encoding",
                             "windows-1252", "--json"});
  CHECK_MESSAGE(told.code == 0, told.err);
  CHECK(told.out == "{\"nom\":\"ÉTÉ\"}\n");
  CHECK(run_line({"map", "a/personnes", "/nowhere.csv", "--mappings", mappings}).code == 2);
}

TEST_CASE("the shipped mappings pass their own tests") {
  const Ran ran = run_line({"test", "--mappings", (source() / "mappings").string()});
  CHECK_MESSAGE(ran.code == 0, ran.out << ran.err);
}

TEST_CASE("keys init writes the key once, prints the sheet, and the sheet gives the key back") {
  const Folder folder;
  const std::string configuration = folder.write(
      "charmille.yaml",
      "organisation: {name: A, id: a}\nstate: state\nkeys: {master: {file: secrets/master.key}}\n"
      "partners: {}\nmappings: []\nendpoints: {}\nroutes: {}\n");
  const Ran first = run_line({"keys", "init", "-c", configuration});
  REQUIRE_MESSAGE(first.code == 0, first.err);
  CHECK(std::filesystem::exists(folder.path() / "secrets/master.key"));
  const Ran again = run_line({"keys", "init", "-c", configuration});
  CHECK(again.code != 0);
  CHECK(again.out.empty());
  std::filesystem::rename(folder.path() / "secrets/master.key", folder.path() / "before.key");
  const Ran restored =
      run_with_input(first.out, {"keys", "init", "--from-sheet", "-c", configuration});
  REQUIRE_MESSAGE(restored.code == 0, restored.err);
  const auto bytes = [&](const char* name) {
    std::ifstream in(folder.path() / name, std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(in), {}};
  };
  CHECK(bytes("secrets/master.key") == bytes("before.key"));
}

TEST_CASE("schema config is JSON that names every adapter") {
  const Ran ran = run_line({"schema", "config"});
  CHECK(ran.code == 0);
  CHECK(codec::read_json(ran.out, "out"));
  CHECK(ran.out.find("\"file\"") != std::string::npos);
}

TEST_CASE(
    "route graph says what goes to whom, how confidential, why, and what the program keeps back") {
  const std::string example = (source() / "conf/examples/deux-departements.yaml").string();
  const Ran ran = run_line({"route", "graph", "-c", example});
  CHECK(ran.code == 0);
  for (const char* piece :
       {"eo/enfants", "depot-98 (file, departement-98)", "departement 98", "departement.yaml",
        "identity, ids", "CASF L221-1, L226-2-2", "reconnaître l'enfant confié", "departement#1",
        "persons.link", "non prévu par la politique : ins,", "records transmit"})
    CHECK_MESSAGE(ran.out.find(piece) != std::string::npos, piece);

  const Ran json = run_line({"route", "graph", "--format", "json", "-c", example});
  const auto document = codec::read_json(json.out, "out");
  REQUIRE(document);
  const tree::Node& to = document->root().items()[0].find("to")->items()[0];
  CHECK(to.find("recipient")->chars() == "departement 98");
  CHECK(to.find("sent")->items()[0].find("confidentiality")->chars() == "C1");
  CHECK(to.find("sent")->items()[1].find("line")->chars() == "departement#2");
  CHECK(to.find("withheldByProgram")->items()[0].find("rule")->chars() == "own-decisions");

  const Ran dot = run_line({"route", "graph", "--format", "dot", "-c", example});
  CHECK(dot.out.starts_with("digraph charmille {"));
  CHECK(count(dot.out, "record -> e_depot_99") == 2);
  CHECK(count(dot.out, "{") == count(dot.out, "}"));
  const Ran mermaid = run_line({"route", "graph", "--format", "mermaid", "-c", example});
  CHECK(mermaid.out.starts_with("flowchart LR\n"));
  CHECK(count(mermaid.out, "| e_depot_99\n") == 2);
  CHECK(run_line({"route", "graph", "--format", "svg", "-c", example}).code == 2);
}

TEST_CASE("route graph tells what the program keeps from those who may not know a secret place") {
  const Folder folder;
  const std::string policies = (source() / "conf/policies").string();
  const std::string file = folder.write("c.yaml", R"(organisation: {name: A, id: a}
state: state
keys: {master: {file: master.key}}
partners:
  dui: {recipient: dui, finess: ["990001018"]}
  famille: {recipient: parents}
mappings: [)" + (source() / "mappings").string() + R"(]
policies: [)" + policies + R"(/parents.yaml, avide.yaml]
endpoints:
  de: {adapter: file, partner: dui, folder: in, archive: a, reject: r, format: json}
  vers: {adapter: file, partner: famille, folder: out, format: json}
  vers-dui: {adapter: file, partner: dui, folder: out2, format: json}
routes:
  r: {from: de, mapping: eo/enfant-json, to: [{endpoint: vers, mapping: departement/placements, start: everything}]}
)");
  folder.write("avide.yaml",
               "policy: avide\nrecipient: dmp\nlines:\n  - {sections: [measures, notes], ground: "
               "g, purpose: p}\n");
  const Ran ran = run_line({"route", "graph", "-c", file});
  CHECK_MESSAGE(ran.code == 0, ran.err);
  for (const char* piece : {"stays.finess", "school.uai", "health.doctor", "fouillé"})
    CHECK_MESSAGE(ran.out.find(piece) != std::string::npos, piece);
  // What a policy names in vain is told by check, at its line.
  const Ran checked = run_line({"check", "-c", file});
  CHECK(checked.err.find("CH-CFG-065") != std::string::npos);
  CHECK(checked.err.find("avide.yaml:4:") != std::string::npos);
}

TEST_CASE("check refuses a destination whose policy lets nothing go, and one without a policy") {
  const Folder folder;
  const auto with = [&](const std::string& policies) {
    return folder.write("c.yaml", R"(organisation: {name: A, id: a}
state: state
keys: {master: {file: master.key}}
partners:
  dui: {recipient: dui, finess: ["990001018"]}
  medecin: {recipient: dmp}
mappings: [)" + (source() / "mappings").string() +
                                      R"(]
policies: [)" + policies + R"(]
endpoints:
  de: {adapter: file, partner: dui, folder: in, archive: a, reject: r, format: json}
  vers: {adapter: file, partner: medecin, folder: out, format: json}
routes:
  r: {from: de, mapping: eo/enfant-json, to: [{endpoint: vers, mapping: departement/placements, start: everything}]}
)");
  };
  folder.write("vaine.yaml",
               "policy: vaine\nrecipient: dmp\nlines:\n  - {sections: [measures, stays], ground: "
               "g, purpose: p}\n");
  const Ran vain = run_line({"check", "-c", with("vaine.yaml")});
  CHECK(vain.code == 2);
  CHECK(vain.err.find("CH-CFG-064") != std::string::npos);
  const Ran none = run_line({"check", "-c", with("")});
  CHECK(none.code == 2);
  CHECK(none.err.find("c.yaml:13:") != std::string::npos);
  CHECK(none.err.find("CH-CFG-062") != std::string::npos);
  CHECK(none.err.find("conf/policies") != std::string::npos);
}

TEST_CASE("route graph names the source, the mapping and each destination") {
  const Ran ran =
      run_line({"route", "graph", "-c", (source() / "conf/demo/charmille.yaml").string()});
  CHECK(ran.code == 0);
  for (const char* piece :
       {"export-du-soir", "eo-depot", "eo/enfants", "depot-98", "depot-99", "live"})
    CHECK(ran.out.find(piece) != std::string::npos);
}

namespace {

constexpr const char* with_variable = R"(mapping: a/personnes
from: csv
to: tree
each: rows
vars: {service: ""}
template:
  nom: "{{ Nom }}"
  service: "{{ %service }}"
)";

}  // namespace

TEST_CASE("a variable of map is a text, or a file that is there") {
  const Folder folder;
  folder.write("mappings/a/personnes.yaml", with_variable);
  const std::string mappings = (folder.path() / "mappings").string();
  const std::string file = folder.write("personnes.csv", "Nom\nété\n");
  const auto with = [&](const std::string& value) {
    return run_line({"map", "a/personnes", file, "--mappings", mappings, "--json", "--var",
                     "service=" + value});
  };
  CHECK(with("99").out == "{\"nom\":\"été\",\"service\":\"99\"}\n");
  for (const char* missing : {"/nope.json", "nope.json", "a/b"}) {
    const Ran ran = with(missing);
    CHECK(ran.code == 2);
    CHECK(ran.err.find("CH-CLI-009") != std::string::npos);
  }
}

TEST_CASE("a variable that the mapping does not know is refused with those that it knows") {
  const Folder folder;
  folder.write("mappings/a/personnes.yaml", with_variable);
  const std::string mappings = (folder.path() / "mappings").string();
  const std::string file = folder.write("personnes.csv", "Nom\nété\n");
  const auto with = [&](const std::string& variable) {
    return run_line(
        {"map", "a/personnes", file, "--mappings", mappings, "--json", "--var", variable});
  };
  const Ran misspelt = with("servise=99");
  CHECK(misspelt.code == 2);
  CHECK(misspelt.out.empty());
  CHECK(misspelt.err.find("CH-CLI-028") != std::string::npos);
  CHECK(misspelt.err.find("le plus proche : service") != std::string::npos);
  CHECK(with("departement=99").err.find("à choisir parmi : service, now") != std::string::npos);
  CHECK(with("lot=2026-06-30").code == 0);
}

TEST_CASE(
    "mapping new says which files its draft does not read, and refuses one without a header") {
  const Folder folder;
  const std::string main = folder.write("a.csv", "Identifiant;Nom\nE01;DOE\nE02;ROE\n");
  const std::string other = folder.write("b.csv", "Identifiant;Note\nE77;x\n");
  const std::string draft = folder.path() / "d.yaml";
  const Ran ran = run_line({"mapping", "new", "a/b", "--out", draft, "--from", main, other});
  CHECK_MESSAGE(ran.code == 0, ran.err);
  CHECK(ran.err.find("b.csv") != std::string::npos);
  CHECK(ran.err.find("CH-MAP-074") != std::string::npos);
  const std::string bare = folder.write("c.csv", "DUPONT;Marie\nMARTIN;Anne\n");
  const Ran refused = run_line({"mapping", "new", "a/c", "--out", "-", "--from", bare});
  CHECK(refused.code == 1);
  CHECK(refused.err.find("CH-MAP-072") != std::string::npos);
  CHECK((refused.out + refused.err).find("DUPONT") == std::string::npos);
  CHECK(run_line({"mapping", "new", "a/c", "--out", "-", "--header", "--from", bare}).code == 0);
}

TEST_CASE("mask keeps the columns and the codes that it is asked to, and says so") {
  const Folder folder;
  const std::string codes = folder.write("motifs.yaml",
                                         "mapping: motifs\nfrom: csv\nto: tree\neach: rows\n"
                                         "tables: {motif: {Fugue: f}}\n"
                                         "template: {m: \"{{ Motif.translate('motif') }}\"}\n");
  const std::string file =
      folder.write("faits.csv", "Identifiant;Motif;Suite\nE01;Fugue;Lettre\nE02;Fugue;Appel\n");
  const Ran plain = run_line({"mask", file});
  CHECK(plain.out.find("Fugue") == std::string::npos);
  CHECK(plain.out.find("Lettre") == std::string::npos);
  const Ran kept = run_line({"mask", file, "--keep-codes", codes, "--keep-column", "Suite"});
  CHECK(kept.code == 0);
  CHECK(count(kept.out, "Fugue") == 2);
  CHECK(kept.out.find("Lettre") != std::string::npos);
  CHECK(kept.out.find("E01") == std::string::npos);
  CHECK(kept.err.find("codes d'une table : Motif (motif)") != std::string::npos);
  CHECK(kept.err.find("laissées à la demande : Suite") != std::string::npos);
  const Ran unknown = run_line({"mask", file, "--keep-column", "Motifs"});
  CHECK(unknown.code == 2);
  CHECK(unknown.err.find("le plus proche : Motif") != std::string::npos);
  CHECK(unknown.out.empty());
}

TEST_CASE("send names the sources when the one given is not there") {
  const Folder folder;
  const std::string file = folder.write("personnes.csv", "Nom\nété\n");
  const std::string demo = (source() / "conf/demo/charmille.yaml").string();
  const Ran ran = run_line({"send", "eo-depo", file, "--dry-run", "-c", demo});
  CHECK(ran.code == 2);
  CHECK(ran.err.find("CH-CLI-027") != std::string::npos);
  CHECK(ran.err.find("le plus proche : eo-depot") != std::string::npos);
}

TEST_CASE("a delimiter given to map leaves the encoding of the configuration") {
  const Folder folder;
  folder.write("mappings/a/personnes.yaml", mapping);
  folder.write("master.key", "");
  const std::string configuration = folder.write("charmille.yaml", R"(
organisation: {name: Essai, id: essai}
environment: test
state: state
keys: {master: {file: master.key}}
partners:
  dui: {recipient: dui, finess: ["990001018"]}
mappings: [mappings]
endpoints:
  depot:
    adapter: file
    partner: dui
    folder: in
    archive: archive
    reject: reject
    format: {csv: {encoding: windows-1252, delimiter: ";"}}
routes:
  tout:
    from: depot
    mapping: a/personnes
    to: []
)");
  const std::string file = folder.write("personnes.csv", "Nom,Age\n\xE9t\xE9,3\n");
  const Ran ran =
      run_line({"map", "a/personnes", file, "--delimiter", ",", "--json", "-c", configuration});
  CHECK_MESSAGE(ran.out == "{\"nom\":\"ÉTÉ\"}\n", ran.err);
}

TEST_CASE("a FHIR resource goes from JSON to XML and back, and is judged in both") {
  const Folder folder;
  const std::string json =
      folder.write("p.json", R"({"resourceType":"Patient","id":"p1","birthDate":"2014-06"})");
  const Ran to_xml = run_line({"fhir", "convert", json});
  CHECK_MESSAGE(to_xml.code == 0, to_xml.err);
  CHECK(to_xml.out.find("<birthDate value=\"2014-06\"/>") != std::string::npos);
  const std::string xml = folder.write("p.xml", to_xml.out);
  const Ran back = run_line({"fhir", "convert", xml});
  CHECK_MESSAGE(back.code == 0, back.err);
  CHECK(back.out == run_line({"fhir", "convert", json, "--to", "json"}).out);
  CHECK(run_line({"fhir", "validate", json, xml}).code == 0);
  const std::string wrong = folder.write(
      "w.xml", "<Patient xmlns=\"http://hl7.org/fhir\">\n <actif value=\"true\"/></Patient>");
  const Ran refused = run_line({"fhir", "convert", wrong});
  CHECK(refused.code == 1);
  CHECK(refused.out.empty());
  CHECK(refused.err.find("w.xml:2:2: Patient.actif") != std::string::npos);
  CHECK(refused.err.find("le plus proche : active") != std::string::npos);
  const Ran judged = run_line({"fhir", "validate", wrong});
  CHECK(judged.code == 1);
  CHECK(judged.out.find("Patient.actif (2:2)") != std::string::npos);
  CHECK(run_line({"fhir", "convert", "/nowhere/p.xml"}).code == 1);
  CHECK(run_line({"fhir", "convert", json, "--to", "yaml"}).code == 2);
}
