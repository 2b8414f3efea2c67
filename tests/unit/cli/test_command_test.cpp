// `charmille test`: cases beside a mapping, the diff, the coverage.
#include <doctest/doctest.h>

#include "gateway/codec/codec.h"
#include "tests/unit/cli/command_line.h"

using namespace charmille;
using namespace charmille::cli::testing;

namespace {

constexpr const char* mapping = R"(mapping: a/personnes
from: csv
to: tree
each: rows
tables:
  sexe: {F: femme, M: homme}
template:
  nom: "{{ Nom.upper() }}"
  sexe: "{{ Sexe.translate('sexe') }}"
  "{% if Age.toInteger() >= 18 %}": {majeur: oui}
  "{% else %}": {majeur: non}
tests:
  - name: une adulte
    input: {Nom: été, Sexe: F, Age: 20}
    output: {nom: ÉTÉ, sexe: femme, majeur: oui}
)";

/// The mapping alone in its folder, with the given cases beside it.
struct Site {
  Folder folder;
  std::string mappings;

  Site() : mappings((folder.path() / "mappings").string()) {
    folder.write("mappings/a/personnes.yaml", mapping);
  }
  void put(const std::string& name, const std::string& text) const {
    folder.write("mappings/a/cases/personnes/" + name, text);
  }
  Ran test(std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"test", "--mappings", mappings});
    return run_line(std::move(options));
  }
};

bool has(const std::string& text, std::string_view piece) {
  return text.find(piece) != text.npos;
}

}  // namespace

TEST_CASE("a case without what it wants fails and names the command that writes it") {
  const Site site;
  site.put("fichier.in.csv", "Nom;Sexe;Age\nhiver;M;3\n");
  const Ran ran = site.test();
  CHECK(ran.code == 1);
  CHECK(has(ran.out, "CH-MAP-060"));
  CHECK(has(ran.out, "charmille test --update"));
  const Ran update = site.test({"--update"});
  CHECK_MESSAGE(update.code == 0, update.out);
  CHECK(has(update.out, "écrit : a/cases/personnes/fichier.out.json"));
  const Ran after = site.test();
  CHECK(after.code == 0);
  CHECK(has(after.out, "2/2"));
}

TEST_CASE("a failure shows the field, the rule, the row, what was wanted and what came") {
  const Site site;
  site.put("fichier.in.csv", "Nom;Sexe;Age\nhiver;M;3\n");
  site.put("fichier.out.json", R"([{"nom": "HIVERS", "sexe": "homme", "majeur": "non"}])");
  const Ran ran = site.test();
  CHECK(ran.code == 1);
  CHECK(has(ran.out, "[0].nom  a/personnes.yaml:8:8  ← a/cases/personnes/fichier.in.csv:2"));
  CHECK(has(ran.out, "- attendu : \"HIVERS\"\n"));
  CHECK(has(ran.out, "+ obtenu :  \"HIVER\"\n"));
  CHECK_FALSE(has(ran.out, "\x1b["));
  const auto json = codec::read_json(site.test({"--json"}).out, "out");
  REQUIRE(json);
  REQUIRE(json->root().items().size() == 2);
  const tree::Node& failed = json->root().items()[1];
  CHECK_FALSE(failed.find("passed")->boolean_value());
  const tree::Node& difference = failed.find("differences")->items()[0];
  CHECK(difference.find("path")->chars() == "[0].nom");
  CHECK(difference.find("rule")->chars() == "a/personnes.yaml:8:8");
  CHECK(difference.find("expected")->chars() == "\"HIVERS\"");
  CHECK(difference.find("got")->chars() == "\"HIVER\"");
}

TEST_CASE("on a terminal what differs is coloured, what both have is not") {
  const Site site;
  site.put("a.in.json", R"({"Nom": "été", "Sexe": "F", "Age": "20"})");
  site.put("a.out.json", R"({"nom": "ÈTÉ", "sexe": "femme", "majeur": "oui"})");
  std::ostringstream out;
  std::ostringstream err;
  std::istringstream in;
  cli::Console console{.out = out, .err = err, .in = in, .colour = true};
  CHECK(cli::run({"test", "--mappings", site.mappings}, console) == 1);
  // É and È share a byte: characters are never cut.
  CHECK(has(out.str(), "\"\x1b[31mÈ\x1b[0mTÉ\"\n"));
  CHECK(has(out.str(), "\"\x1b[32mÉ\x1b[0mTÉ\"\n"));
}

TEST_CASE(
    "coverage lists the branch and the code that nothing touches, and fails below the share") {
  const Site site;
  const Ran told = site.test({"--coverage"});
  CHECK_MESSAGE(told.code == 0, told.out << told.err);
  CHECK(has(told.out, "lignes du modèle : 75.0 %  3/4"));
  CHECK(has(told.out, "codes des tables : 50.0 %  1/2"));
  CHECK(has(told.out, "a/personnes.yaml:11:3  {% else %}"));
  CHECK(has(told.out, "sexe/M"));
  CHECK_FALSE(has(told.out, "sexe/F"));
  const Ran below = site.test({"--coverage=95", "a/personnes"});
  CHECK(below.code == 1);
  CHECK(has(below.out, "1 correspondance(s) trop peu couverte(s)"));
  CHECK(site.test({"--coverage=50"}).code == 0);
  CHECK(site.test({"--coverage=51"}).code == 1);
  CHECK(site.test({"--coverage=101"}).code == 2);
  CHECK(site.test({"--coverage", "a/personnes"}).code == 0);  // a name is no share
  site.put("garcon.in.json", R"({"Nom": "hiver", "Sexe": "M", "Age": "3"})");
  site.put("garcon.out.json", R"({"nom": "HIVER", "sexe": "homme", "majeur": "non"})");
  const Ran full = site.test({"--coverage=100"});
  CHECK_MESSAGE(full.code == 0, full.out);
  CHECK_FALSE(has(full.out, "{% else %}"));
}

TEST_CASE("coverage in JSON holds the shares, the rules and the codes") {
  const Site site;
  const Ran ran = site.test({"--coverage=80", "--json"});
  CHECK(ran.code == 1);
  const auto json = codec::read_json(ran.out, "out");
  REQUIRE(json);
  CHECK(json->root().find("tests")->items().size() == 1);
  const tree::Node& one = json->root().find("coverage")->items()[0];
  CHECK(one.find("mapping")->chars() == "a/personnes");
  CHECK_FALSE(one.find("passed")->boolean_value());
  CHECK(one.find("lines")->find("percent")->chars() == "75.0");
  CHECK(one.find("codes")->find("touched")->chars() == "1");
  CHECK(one.find("untouchedRules")->items()[0].find("place")->chars() == "a/personnes.yaml:11:3");
  CHECK(one.find("untouchedCodes")->items()[0].find("code")->chars() == "sexe/M");
}
