#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>

#include <doctest/doctest.h>

#include "gateway/base/catalogue.h"
#include "gateway/codec/codec.h"
#include "gateway/mapping/library.h"
#include "tests/unit/mapping/mappings.h"

using namespace charmille;
using namespace charmille::mapping;
using namespace charmille::mapping::testing;

namespace {

/// A folder that goes away with the test.
class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() /
              ("charmille-mapping-" + std::to_string(std::random_device{}()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  void write(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
  }

 private:
  std::filesystem::path path_;
};

constexpr std::string_view schema = R"({
  "type": "object", "additionalProperties": false,
  "properties": {
    "identity": {"$ref": "#/$defs/Identity"},
    "persons": {"type": "array", "items": {"$ref": "#/$defs/Identity"}},
    "extra": {"type": "object", "additionalProperties": {"type": "string"}}
  },
  "$defs": {
    "Identity": {"type": "object", "additionalProperties": false, "properties": {
      "birthName": {"type": "string"}, "sex": {"type": "string", "enum": ["female", "male"]},
      "rank": {"type": ["integer", "null"]}, "given": {"type": "array", "items": {"type": "string"}}}}
  }
})";

}  // namespace

TEST_CASE("unknown keys around the template are refused with the nearest name") {
  const auto faults =
      faults_of("mapping: t\nfrom: csv\nto: tree\neach_: rows\ntabels: {}\ntemplate: 1\n");
  REQUIRE(faults.size() == 2);
  CHECK(faults[0].place.line == 4);
  CHECK(faults[1].place.line == 5);
}

TEST_CASE("with a model, paths are checked from the resource that the file names") {
  const std::string head = "mapping: t\nfrom: json\nto: tree\nmodel: r4\n";
  CHECK(brief(faults_of(head + "template: '{{ anything }}'\n")).empty());
  CHECK(brief(faults_of(head + "resource: Patient\ntemplate: '{{ name.given }}'\n")).empty());
  CHECK(brief(faults_of(head + "resource: Patient\ntemplate: '{{ name.givn }}'\n")) ==
        "CH-PATH-026 6:20");
  CHECK(brief(faults_of(head + "resource: Patiant\ntemplate: 1\n")) == "CH-MAP-003 5:11");
  CHECK(brief(faults_of("mapping: t\nfrom: json\nto: tree\nresource: Patient\ntemplate: 1\n")) ==
        "CH-MAP-003 4:11");
  CHECK(brief(faults_of(head + "each: entry.resource.ofType(Patient)\nresource: Patient\n"
                               "template: {x: '{{ birthdate }}'}\n")) == "CH-PATH-026 7:19");
  CHECK(brief(faults_of(head + "each: (entry.resource as Patient)\n"
                               "template: {x: '{{ birthdate }}'}\n")) == "CH-PATH-026 6:19");
}

TEST_CASE("with columns, a column that is not there is told at its character") {
  const std::string head =
      "mapping: t\nfrom: csv\nto: tree\neach: rows\ncolumns: [Id, Nom de naissance]\n";
  CHECK(brief(faults_of(head + "template: '{{ `Nom de naissance`.trim() }}'\n")).empty());
  CHECK(brief(faults_of(head + "template: '{{ `Nom de naisance`.trim() }}'\n")) ==
        "CH-PATH-027 6:15");
  CHECK(brief(faults_of(head + "template: '{{ %context.Nom }}'\n")) == "CH-PATH-027 6:24");
  CHECK(brief(faults_of(head + "template: '{{ Id.where($this = Nom) }}'\n")) == "CH-PATH-027 6:32");
  CHECK(brief(faults_of(head + "template: '{{ entries().where(key = 1) }}'\n")).empty());
  CHECK(brief(faults_of(
            "mapping: t\nfrom: csv\nto: tree\neach: row\ncolumns: [Id]\ntemplate: 1\n")) ==
        "CH-PATH-027 4:7");
  CHECK(brief(faults_of("mapping: t\nfrom: csv\nto: tree\ncolumns: 3\ntemplate: 1\n")) ==
        "CH-MAP-008 4:10");
}

TEST_CASE("columns of joined rows are known through variables and blocks") {
  const std::string head =
      "mapping: t\nfrom: csv\nto: tree\neach: rows\ncolumns: [Id]\n"
      "nest:\n  liens: {file: LIENS, on: Id, columns: [Id, Lien]}\n  libre: {file: L, on: Id}\n";
  CHECK(
      brief(faults_of(head + "template:\n  '{% for l in liens %}': '{{ %l.Lien & %l.Lein }}'\n")) ==
      "CH-PATH-027 10:44");
  CHECK(brief(faults_of(head + "template:\n  a:\n    '{% assign %}': {l: '{{ liens.first() }}'}\n"
                               "    b: '{{ %l.Rang }}'\n")) == "CH-PATH-027 12:15");
  CHECK(brief(faults_of(head + "template:\n  '{{ liens }}': '{{ Rang }}'\n")) ==
        "CH-PATH-027 10:22");
  CHECK(brief(faults_of(head + "template: '{{ libre.Quelconque }}'\n")).empty());
  CHECK(brief(faults_of(head + "template: {a: {'{{ liens }}': '{{ Lien & %context.Id }}'}}\n"))
            .empty());
  CHECK(brief(faults_of("mapping: t\nfrom: csv\nto: tree\neach: rows\ncolumns: [Id]\n"
                        "nest: {l: {file: L, on: Di}}\ntemplate: 1\n")) == "CH-MAP-025 6:8");
}

TEST_CASE("a table that nothing translates with is told") {
  CHECK(brief(faults_of("mapping: t\nfrom: csv\nto: tree\ntables:\n  a: {X: Y}\n  b: {X: Y}\n"
                        "template: '{{ translate(''b'') }}'\n")) == "CH-MAP-009 5:3");
}

TEST_CASE("nesting has a limit, in templates and in joins") {
  std::string deep = "mapping: t\nfrom: json\nto: tree\ntemplate: ";
  for (int i = 0; i < 70; ++i) deep += "[";
  deep += "1";
  for (int i = 0; i < 70; ++i) deep += "]";
  CHECK(brief(faults_of(deep + "\n")).starts_with("CH-MAP-010 4:"));
  std::string joins = "{file: F, on: A}";
  for (int i = 0; i < 9; ++i)
    joins = "{file: F, on: A, nest: {n" + std::to_string(i) + ": " + joins + "}}";
  CHECK(brief(faults_of("mapping: t\nfrom: csv\nto: tree\nnest: {n: " + joins + "}\ntemplate: 1\n"))
            .starts_with("CH-MAP-010 4:"));
}

TEST_CASE("every mistake of a file is told at once") {
  CHECK(brief(faults_of(
            "mapping: t\nfrom: csv\nto: tree\neach: rows.\nnest:\n  a: {file: F, on: []}\n  b: "
            "{file: F, on: X}\n"
            "tables:\n  s: 3\ntemplate:\n  x: '{{ a b }}'\n  y: '{{ translate(''u'') }}'\n")) ==
        "CH-MAP-005 6:20; CH-MAP-024 9:3; CH-PATH-007 4:12; CH-PATH-008 11:12; CH-PATH-019 12:20");
}

TEST_CASE("paths that read the child record are fields of its schema") {
  const Folder folder;
  folder.write("child-record.schema.json", schema);
  const std::string head = "mapping: t\nfrom: child-record\nto: tree\ntemplate: ";
  CHECK(brief(faults_of(head + "'{{ identity.birthName }}'\n", folder.path().string())).empty());
  const auto wrong = faults_of(head + "'{{ identity.birthNam }}'\n", folder.path().string());
  CHECK(brief(wrong) == "CH-PATH-028 4:24");
  CHECK(argument(wrong.at(0), "nearest") == "birthName");
}

TEST_CASE("fields that the target schema has not are found at their key, with the nearest name") {
  const Folder folder;
  folder.write("small.schema.json", schema);
  const std::string head = "mapping: t\nfrom: csv\nto: small\ntemplate:\n";
  const auto check = [&](const std::string& body) {
    return faults_of(head + body, folder.path().string());
  };
  const auto name = check("  identity: {birthNam: '{{ N }}'}\n");
  CHECK(brief(name) == "CH-MAP-050 5:14");
  CHECK(argument(name.at(0), "nearest") == "birthName");
  CHECK(name.at(0).place.path == "identity.birthNam");
  const auto value = check("  identity: {sex: femal}\n");
  CHECK(brief(value) == "CH-MAP-054 5:19");
  CHECK(argument(value.at(0), "nearest") == "female");
  CHECK(brief(check("  persons: {'{% for r in rows %}': {birthNam: 1}}\n")) == "CH-MAP-050 5:37");
  CHECK(brief(check("  identity: {given: '{{ a }}', birthName: '{[ a ]}'}\n")) ==
        "CH-MAP-051 5:21; CH-MAP-053 5:43");
  CHECK(brief(check("  identity: {rank: text, birthName: 3}\n")) ==
        "CH-MAP-052 5:20; CH-MAP-052 5:37");
  CHECK(brief(check("  {identity: {rank: '{{ a }}-{{ b }}'}}\n")) == "CH-MAP-052 5:21");
  CHECK(brief(check("  {'{% if a %}': {nowhere: 1}, extra: {any: x, other: 3}}\n")) ==
        "CH-MAP-050 5:19; CH-MAP-052 5:55");
  CHECK(check("  {identity: {given: ['{{ a }}', '{[ b ]}'], rank: 3, sex: male}, '{% if a %}': "
              "{persons: '{[ c ]}'}}\n")
            .empty());
  CHECK(brief(faults_of("mapping: t\nfrom: csv\nto: absent\ntemplate: {}\n",
                        folder.path().string())) == "CH-MAP-004 3:5");
}

TEST_CASE("tables stand in the file or in a CSV file beside it") {
  const Folder folder;
  folder.write("codes.csv", "CODE;NOM\nA;Abri\nB;Bois\n");
  folder.write(
      "t.yaml",
      "mapping: t\nfrom: json\nto: tree\ntables:\n  lieux: {csv: codes.csv, key: CODE, value: "
      "NOM}\n"
      "  sexe: {F: female, \"\": unknown}\ntemplate:\n  l: \"{{ l.translate('lieux') }}\"\n"
      "  s: \"{{ s.translate('sexe') }}\"\n  d: \"{{ l.translate('sexe', 'other') }}\"\n");
  auto mapping = load({folder.path() / "t.yaml", "t.yaml", {}});
  REQUIRE(mapping.has_value());
  const auto good = apply(**mapping, json(R"({"l": "B", "s": "F"})"), nullptr, {});
  CHECK(codec::write_json(good.at(0).document.root()) ==
        R"({"l":"Bois","s":"female","d":"other"})");
  CHECK(codec::write_json(
            apply(**mapping, json(R"({"l": "A"})"), nullptr, {}).at(0).document.root()) ==
        R"({"l":"Abri","s":"unknown","d":"other"})");
  const auto bad = apply(**mapping, json(R"({"l": "Z"})"), nullptr, {});
  CHECK(brief(bad.at(0).faults) == "CH-PATH-041 1:7");
  CHECK(argument(bad.at(0).faults.at(0), "table") == "lieux");
  CHECK(argument(bad.at(0).faults.at(0), "field") == "l");

  const auto table = [&](const std::string& text) {
    folder.write("w.yaml",
                 "mapping: w\nfrom: json\nto: tree\ntables:\n  t: " + text + "\ntemplate: 1\n");
    return brief(load({folder.path() / "w.yaml", "w.yaml", {}}).error());
  };
  folder.write("twice.csv", "CODE;NOM\nA;Abri\nA;Bois\n");
  CHECK(table("{csv: absent.csv, key: A, value: B}") == "CH-MAP-020 5:3");
  CHECK(table("{csv: codes.csv, key: CODES, value: NOM}") == "CH-MAP-021 5:3");
  CHECK(table("{csv: twice.csv, key: CODE, value: NOM}") == "CH-MAP-022 3:1");
  CHECK(table("{csv: ../codes.csv, key: CODE, value: NOM}") == "CH-MAP-023 5:3");
  CHECK(table("{A: [1]}") == "CH-MAP-024 5:3");
}

TEST_CASE("in strict mode only variables may be read") {
  const std::string head =
      "mapping: t\nfrom: json\nto: tree\nstrict: true\neach: rows\ntemplate:\n";
  CHECK(brief(faults_of(head + "  a: '{{ name }}'\n")) == "CH-PATH-013 7:10");
  CHECK(faults_of(head + "  a: '{{ %context.name.where(use = 1) }}'\n").empty());
}

TEST_CASE("variables have defaults that a caller may replace") {
  const auto mapping = mapping_of(
      "mapping: t\nfrom: json\nto: tree\nvars: {source: Eo, list: [1, 2]}\ntemplate:\n  s: '{{ "
      "%source }}'\n"
      "  n: '{{ %list.count() }}'\n  c: '{{ %change }}'\n");
  CHECK(codec::write_json(apply(*mapping, json("{}"), nullptr, {}).at(0).document.root()) ==
        R"({"s":"Eo","n":2})");
  Variables variables;
  variables.set_text("source", "DirIgami");
  variables.set_text("change", "new");
  CHECK(codec::write_json(apply(*mapping, json("{}"), nullptr, variables).at(0).document.root()) ==
        R"({"s":"DirIgami","n":2,"c":"new"})");
  CHECK(mapping->mentions_variable("change"));
  CHECK(!mapping->mentions_variable("now"));
  CHECK(mapping->variables() == std::vector<std::string>{"source", "list"});
}

TEST_CASE("a library reads every mapping below a folder and tells all faults at once") {
  const Folder folder;
  folder.write("eo/a.yaml", "mapping: eo/a\nfrom: csv\nto: tree\ntemplate: 1\n");
  folder.write("eo/b.yaml", "mapping: eo/c\nfrom: csv\nto: tree\ntemplate: 1\n");
  folder.write("c.yml", "mapping: c\nfrom: csv\nto: tree\ntemplate: '{{ a b }}'\n");
  folder.write("notes.txt", "not a mapping");
  const auto wrong_ones = Library::load(folder.path(), {});
  REQUIRE(!wrong_ones.has_value());
  CHECK(brief(wrong_ones.error()) == "CH-PATH-008 4:17; CH-MAP-007 1:0");
  folder.write("eo/b.yaml", "mapping: eo/b\nfrom: csv\nto: tree\ntemplate: 1\n");
  folder.write("c.yml", "mapping: c\nfrom: csv\nto: tree\ntemplate: '{{ a }}'\n");
  const auto library = Library::load(folder.path(), {});
  REQUIRE(library.has_value());
  CHECK(library->names() == std::vector<std::string_view>{"c", "eo/a", "eo/b"});
  CHECK(library->find("eo/a") != nullptr);
  CHECK(library->find("eo/z") == nullptr);
}

TEST_CASE("every code of the mapping area has its texts and remedies in both languages") {
  int count = 0;
  for (const auto* entry : base::all_entries()) {
    if (!entry->code.starts_with("CH-MAP-") && !entry->code.starts_with("CH-PATH-")) continue;
    ++count;
    CAPTURE(entry->code);
    CHECK(!entry->text_fr.empty());
    CHECK(!entry->text_en.empty());
    CHECK(!entry->remedy_fr.empty());
    CHECK(!entry->remedy_en.empty());
  }
  CHECK(count > 50);
}
