#include "gateway/mapping/specification.h"

#include "gateway/mapping/mapping.h"

namespace charmille::mapping {

using tree::Field;
using tree::FieldType;

namespace {

Field test_variables() {
  return {.name = "vars",
          .type = FieldType::map,
          .meaning_fr = "variables de contexte",
          .meaning_en = "context variables",
          .example = "{change: new}",
          .item = {{.type = FieldType::any}}};
}

}  // namespace

const std::vector<Field>& mapping_fields() {
  static const std::vector<Field> fields{
      {.name = "mapping",
       .meaning_fr = "son nom : le chemin sous mappings/",
       .meaning_en = "its name: the path under mappings/",
       .example = "eo/enfants",
       .required = true},
      {.name = "from",
       .type = FieldType::choice,
       .meaning_fr = "ce que donne le décodage",
       .meaning_en = "what decode gives",
       .example = "csv",
       .required = true,
       .choices = {from_names().begin(), from_names().end()}},
      {.name = "to",
       .meaning_fr = "child-record, tree, ou le nom d'un schéma de schemas/",
       .meaning_en = "child-record, tree, or the name of a schema of schemas/",
       .example = "child-record",
       .required = true},
      {.name = "model",
       .type = FieldType::choice,
       .meaning_fr = "modèle de l'entrée",
       .meaning_en = "model of the input",
       .example = "none",
       .default_value = "none",
       .choices = {"none", "r4"}},
      {.name = "resource",
       .meaning_fr = "avec model: r4, le type de ce que lit le modèle",
       .meaning_en = "with model: r4, the type of what the template reads",
       .example = "Patient"},
      {.name = "columns",
       .type = FieldType::any,
       .meaning_fr = "colonnes du fichier : une liste, ou {csv: FICHIER} pour l'en-tête d'un "
                     "exemple à côté ; les chemins sont "
                     "vérifiés contre elles",
       .meaning_en = "columns of the file: a list, or {csv: FILE} for the header of a sample "
                     "beside; paths are checked "
                     "against them",
       .example = "[Identifiant, Nom]"},
      {.name = "adds",
       .type = FieldType::list,
       .meaning_fr =
           "avec to: child-record, les sections dont les éléments s'ajoutent à ceux que la "
           "source avait donnés, au lieu de les remplacer ; le même « id » reste un seul "
           "élément",
       .meaning_en = "with to: child-record, the sections whose items add to those that the source "
                     "gave before, instead of taking their place; the same 'id' is one item",
       .example = "[documents]",
       .item = {{.type = FieldType::choice, .choices = {"documents"}}}},
      {.name = "strict",
       .type = FieldType::boolean,
       .meaning_fr = "true : seules les %variables se lisent",
       .meaning_en = "true: only %variables may be read",
       .example = "true",
       .default_value = "false"},
      {.name = "each",
       .meaning_fr = "expression : le modèle s'applique à chaque élément",
       .meaning_en = "expression: the template runs once per item",
       .example = "rows"},
      {.name = "nest",
       .type = FieldType::map,
       .meaning_fr = "jointures : lignes d'autres fichiers du lot",
       .meaning_en = "joins: rows of other files of the lot",
       .example = "{filiation: {file: EO_Filiation, on: Identifiant}}",
       .item = {{.type = FieldType::any}}},
      {.name = "tables",
       .type = FieldType::map,
       .meaning_fr = "tables de codes, ou fichiers CSV à côté",
       .meaning_en = "tables of codes, or CSV files beside",
       .example = "{sexe: {F: female, M: male}}",
       .item = {{.type = FieldType::any}}},
      {.name = "vars",
       .type = FieldType::map,
       .meaning_fr = "variables qu'une route peut fixer, avec leur valeur par défaut",
       .meaning_en = "variables that a route may set, with their default",
       .example = "{source: Eo}",
       .item = {{.type = FieldType::any}}},
      {.name = "template",
       .type = FieldType::any,
       .meaning_fr = "le résultat, en FPML",
       .meaning_en = "the result, in FPML",
       .example = "{identity: {birthName: \"{{ Nom }}\"}}",
       .required = true},
      {.name = "tests",
       .type = FieldType::list,
       .meaning_fr = "exemples vérifiés par charmille test",
       .meaning_en = "examples that charmille test checks",
       .example = "[{name: vide, input: {}, output: null}]",
       .item = {{.type = FieldType::object, .fields = test_fields()}}},
  };
  return fields;
}

const std::vector<Field>& nest_fields() {
  static const std::vector<Field> fields{
      {.name = "file",
       .meaning_fr = "le fichier du lot",
       .meaning_en = "the lot's file",
       .example = "EO_Filiation",
       .required = true},
      {.name = "on",
       .type = FieldType::any,
       .meaning_fr = "colonne commune, liste de colonnes, ou {main: A, other: B}",
       .meaning_en = "common column, list of columns, or {main: A, other: B}",
       .example = "Identifiant",
       .required = true},
      {.name = "columns",
       .type = FieldType::any,
       .meaning_fr = "ses colonnes, comme celles du fichier principal",
       .meaning_en = "its columns, as those of the mapping",
       .example = "[Identifiant, Lien]"},
      {.name = "nest",
       .type = FieldType::map,
       .meaning_fr = "jointures dans ces lignes",
       .meaning_en = "joins inside these rows",
       .example = "{}",
       .item = {{.type = FieldType::any}}},
  };
  return fields;
}

const std::vector<Field>& test_fields() {
  static const std::vector<Field> fields{
      {.name = "name",
       .meaning_fr = "ce que le test affirme",
       .meaning_en = "what the test claims",
       .example = "un nom accentué",
       .required = true},
      {.name = "input",
       .type = FieldType::any,
       .meaning_fr = "un élément de `each`, ou toute l'entrée",
       .meaning_en = "one item of `each`, or the whole input",
       .example = "{Sexe: F}",
       .required = true},
      {.name = "output",
       .type = FieldType::any,
       .meaning_fr = "le résultat attendu",
       .meaning_en = "the result wanted",
       .example = "{sex: female}"},
      {.name = "faults",
       .type = FieldType::list,
       .meaning_fr = "les codes de faute attendus, à la place d'un résultat",
       .meaning_en = "the fault codes wanted instead of a result",
       .example = "[CH-PATH-040]",
       .item = {{}}},
      test_variables(),
  };
  return fields;
}

const std::vector<Field>& case_fields() {
  static const std::vector<Field> fields{
      test_variables(),
      {.name = "format",
       .type = FieldType::any,
       .meaning_fr =
           "comment les fichiers sont écrits, comme `format: {csv: ...}` d'un point d'accès",
       .meaning_en = "how the files are written, as `format: {csv: ...}` of an endpoint",
       .example = "{encoding: windows-1252}"},
  };
  return fields;
}

}  // namespace charmille::mapping
