// What people may write about `records` and `fixed`.
#include "gateway/codec/common_options.h"
#include "gateway/codec/lines_options.h"

namespace charmille::codec {
namespace {

using tree::Field;
using tree::FieldType;
using tree::Spec;
using Fields = std::vector<Field>;

Field null_values_field() {
  return names_field("null-values", "valeurs qui veulent dire « pas de valeur »",
                     "values that mean \"no value\"", "[\"00000000\", \"99991231\"]");
}

/// A field of the header, by its name.
Field header_field(std::string_view name, std::string_view fr, std::string_view en,
                   std::string_view example) {
  return {.name = name, .meaning_fr = fr, .meaning_en = en, .example = example};
}

Field version_field() {
  Field field = header_field("field", "champ de l'en-tête qui porte la version",
                             "field of the header that holds the version", "version");
  field.required = true;
  Field accept = names_field("accept", "versions connues ; une autre fait refuser le fichier",
                             "known versions; another one has the file refused", "[V2.3]");
  accept.required = true;
  return {.name = "version",
          .type = FieldType::object,
          .meaning_fr = "version de la description, dite par l'en-tête",
          .meaning_en = "version of the layout, which the header tells",
          .example = "{field: version, accept: [V2.3]}",
          .fields = {std::move(field), std::move(accept)}};
}

Field envelope_field() {
  return {.name = "envelope",
          .type = FieldType::object,
          .meaning_fr = "champs de l'en-tête par lesquels le fichier se nomme",
          .meaning_en = "fields of the header by which the file names itself",
          .example = "{lot: lot, extracted: date, emitter: emetteur}",
          .fields = {
              header_field("lot", "numéro du lot ; il doit être rempli",
                           "number of the lot; it must be there", "lot"),
              header_field("extracted", "jour de l'extraction : 20260630, 2026-06-30 ou 30/06/2026",
                           "day of the extraction: 20260630, 2026-06-30 or 30/06/2026", "date"),
              header_field("emitter", "qui a fait le fichier", "who made the file", "emetteur")}};
}

Field checks_field() {
  const Fields one = {
      {.name = "count",
       .meaning_fr = "nombre de lignes d'un type, par son nom ; ou all : toutes, en-tête et fin "
                     "comprises",
       .meaning_en = "how many lines of a type, by its name; or all: every line, header and "
                     "trailer included",
       .example = "decisions"},
      {.name = "sum",
       .meaning_fr = "somme d'un champ, TYPE.CHAMP ; ou length : somme des longueurs, en "
                     "caractères, des lignes entre l'en-tête et la fin",
       .meaning_en = "sum of a field, TYPE.FIELD; or length: sum of the lengths, in characters, of "
                     "the lines between header and trailer",
       .example = "decisions.prix"},
      {.name = "modulo",
       .type = FieldType::integer,
       .meaning_fr = "la somme n'est gardée qu'à ce nombre près",
       .meaning_en = "only what remains of the sum after division by this number is kept",
       .example = "1000000000",
       .least = 2},
      {.name = "equals",
       .meaning_fr = "champ de l'en-tête, TYPE.CHAMP, dont la valeur est répétée",
       .meaning_en = "field of the header, TYPE.FIELD, whose value is repeated",
       .example = "entete.lot"}};
  return {.name = "checks",
          .type = FieldType::map,
          .meaning_fr =
              "de l'en-tête ou de la fin : par champ, ce qu'il doit valoir, sans quoi le "
              "fichier est refusé",
          .meaning_en =
              "of the header or the trailer: by field, what it must be, or the file is "
              "refused",
          .example = "{lignes: {count: all}, lot: {equals: entete.lot}}",
          .item = {{.type = FieldType::object, .fields = one}}};
}

Field fixed_fields_field() {
  return {.name = "fields",
          .type = FieldType::list,
          .meaning_fr = "champs, par leurs colonnes",
          .meaning_en = "fields, by their columns",
          .example =
              "[{name: identifiant, columns: 2-13}, {name: naissance, columns: 95-102, "
              "type: date}]",
          .required = true,
          .item = {{.type = FieldType::object,
                    .fields = {{.name = "name",
                                .meaning_fr = "nom du champ, pour les correspondances",
                                .meaning_en = "name of the field, for mappings",
                                .example = "naissance",
                                .required = true},
                               {.name = "columns",
                                .meaning_fr = "première et dernière colonne, à partir de 1",
                                .meaning_en = "first and last column, from 1",
                                .example = "95-102",
                                .required = true},
                               {.name = "type",
                                .type = FieldType::choice,
                                .meaning_fr =
                                    "ce que la zone contient si elle n'est pas blanche : chiffres "
                                    "sur toute sa largeur, lettres dès sa première colonne, date "
                                    "AAAAMMJJ ; sinon le fichier est décalé, et refusé",
                                .meaning_en = "what the columns hold unless blank: digits over the "
                                              "whole width, letters from the first column on, a "
                                              "date YYYYMMDD; otherwise the file is shifted, and "
                                              "refused",
                                .example = "date",
                                .default_value = "text",
                                .choices = {"text", "digits", "alpha", "date"}},
                               {.name = "required",
                                .type = FieldType::boolean,
                                .meaning_fr = "une zone blanche fait refuser le fichier",
                                .meaning_en = "blank columns have the file refused",
                                .example = "true",
                                .default_value = "false"},
                               {.name = "trim",
                                .type = FieldType::boolean,
                                .meaning_fr = "retirer les blancs autour",
                                .meaning_en = "take the blanks around away",
                                .example = "false",
                                .default_value = "true"},
                               null_values_field()}}}};
}

/// What a type of lines says besides its fields.
Fields type_fields(Field fields) {
  fields.required = true;
  return {
      {.name = "name",
       .meaning_fr = "nom du type : celui de la liste de ses lignes, pour les correspondances",
       .meaning_en = "name of the type: that of the list of its lines, for mappings",
       .example = "decisions",
       .required = true},
      {.name = "role",
       .type = FieldType::choice,
       .meaning_fr = "header : la première ligne ; trailer : la dernière ; une seule de chaque",
       .meaning_en = "header: the first line; trailer: the last; one of each only",
       .example = "header",
       .default_value = "record",
       .choices = {"record", "header", "trailer"}},
      std::move(fields),
      names_field("key",
                  "champs qui, ensemble, nomment une ligne : deux lignes de même clé font "
                  "refuser le fichier",
                  "fields that together name a line: two lines of one key have the file refused",
                  "[identifiant, decision]"),
      {.name = "doubled-keys",
       .type = FieldType::choice,
       .meaning_fr = "deux lignes de même clé : refuser le fichier, ou mettre ces lignes (et "
                     "ce qui en dépend) de côté",
       .meaning_en = "two lines of one key: refuse the file, or put these lines (and what hangs "
                     "from them) aside",
       .example = "reject",
       .default_value = "refuse",
       .choices = {"refuse", "reject"}},
      {.name = "parent",
       .meaning_fr = "nom du type dont celui-ci dépend ; un seul type n'en a pas, et donne les "
                     "enregistrements",
       .meaning_en = "name of the type that this one hangs from; a single type has none, and "
                     "gives the records",
       .example = "enfants"},
      names_field("on",
                  "champs communs avec le parent, sous les mêmes noms ; par défaut la clé du "
                  "parent, et pour une table de référence la sienne",
                  "fields shared with the parent, under the same names; by default the key of "
                  "the parent, and for a table of reference its own",
                  "[identifiant, decision]"),
      {.name = "reference",
       .type = FieldType::boolean,
       .meaning_fr = "table de référence : une ligne sert à plusieurs parents, ou à aucun",
       .meaning_en = "table of reference: a line serves several parents, or none",
       .example = "true",
       .default_value = "false"},
      {.name = "group-by",
       .meaning_fr = "du type sans parent : les lignes de même valeur font un enregistrement, "
                     "qui a ce champ et, sous le nom du type, la liste des lignes",
       .meaning_en = "of the type without parent: lines of one value make one record, which "
                     "has this field and, under the name of the type, the list of the lines",
       .example = "identifiant"},
      checks_field()};
}

Fields common_fields() {
  return {null_values_field(),
          {.name = "line-end-mark",
           .meaning_fr = "signe qui tient lieu de fin de ligne dans un texte",
           .meaning_en = "sign that stands for a line end inside a text",
           .example = "¶"},
          {.name = "line-end",
           .type = FieldType::choice,
           .meaning_fr = "fin de ligne ; any : toutes, avec une remarque quand elles changent",
           .meaning_en = "line end; any: all of them, with a remark when they change",
           .example = "crlf",
           .default_value = "any",
           .choices = {"any", "crlf", "lf"}},
          {.name = "ctrl-z",
           .type = FieldType::boolean,
           .meaning_fr = "le fichier peut finir par la marque de fin de DOS (Ctrl-Z)",
           .meaning_en = "the file may end with the end mark of DOS (Ctrl-Z)",
           .example = "true",
           .default_value = "false"},
          {.name = "max-size",
           .type = FieldType::size,
           .meaning_fr = "taille maximale du fichier, lu en entier",
           .meaning_en = "largest size of the file, which is read whole",
           .example = "128MiB",
           .default_value = "64MiB",
           .least = 1024,
           .most = 1 << 30},
          {.name = "unknown-types",
           .type = FieldType::choice,
           .meaning_fr = "ligne d'un type inconnu : refuser le fichier, ou la passer avec une "
                         "remarque",
           .meaning_en = "line of an unknown type: refuse the file, or skip the line with a remark",
           .example = "remark",
           .default_value = "refuse",
           .choices = {"refuse", "remark"}},
          version_field(),
          envelope_field()};
}

Field types_field(Field fields, std::string_view example) {
  return {.name = "types",
          .type = FieldType::map,
          .meaning_fr = "types de lignes, par leur code",
          .meaning_en = "types of lines, by their code",
          .example = example,
          .required = true,
          .item = {{.type = FieldType::object, .fields = type_fields(std::move(fields))}}};
}

Fields joined(Fields first, Fields then, Field last) {
  for (Field& field : then) first.push_back(std::move(field));
  first.push_back(std::move(last));
  return first;
}

Spec make_records() {
  Field fields = names_field("fields", "champs après le code, dans l'ordre",
                             "fields after the code, in order", "[identifiant, nom, naissance]");
  Field types =
      types_field(std::move(fields), "{\"10\": {name: enfants, key: [id], fields: [id, nom]}}");
  // A cell has no columns to describe, so its null values stand beside the list of names.
  types.item.front().fields.push_back(
      {.name = "null-values",
       .type = FieldType::map,
       .meaning_fr = "par champ, autres valeurs qui veulent dire « pas de valeur »",
       .meaning_en = "by field, other values that mean \"no value\"",
       .example = "{fin: [\"99991231\"]}",
       .item = {{.type = FieldType::list, .item = {{.type = FieldType::text}}}}});
  return {"records",
          "lignes de plusieurs types, dites par leur première colonne, séparées par un caractère "
          "sans guillemets ; lues en entier et jointes par leurs clés",
          "lines of several types, which their first column tells, parted by a character without "
          "quotes; read whole and joined by their keys",
          joined({format_field(), encoding_field(),
                  delimiter_field("caractère qui sépare les colonnes, ou tab",
                                  "character between columns, or tab")},
                 common_fields(), std::move(types))};
}

Spec make_fixed() {
  return {
      "fixed",
      "lignes à colonnes fixes, de plusieurs types dits par un code ; lues en entier et jointes "
      "par leurs clés",
      "lines of fixed columns, of several types that a code tells; read whole and joined by "
      "their keys",
      joined({format_field(),
              encoding_field(),
              {.name = "length",
               .type = FieldType::integer,
               .meaning_fr = "longueur de chaque ligne, en caractères ; une autre fait refuser "
                             "le fichier",
               .meaning_en = "length of every line, in characters; another has the file refused",
               .example = "200",
               .required = true,
               .least = 1,
               .most = 100'000},
              {.name = "type-columns",
               .meaning_fr = "colonnes du code de type",
               .meaning_en = "columns of the type code",
               .example = "1-2",
               .default_value = "1"}},
             common_fields(),
             types_field(fixed_fields_field(),
                         "{D: {name: decisions, fields: [{name: id, columns: 2-13}]}}"))};
}

}  // namespace

const Spec& records_spec() {
  static const Spec spec = make_records();
  return spec;
}

const Spec& fixed_spec() {
  static const Spec spec = make_fixed();
  return spec;
}

}  // namespace charmille::codec
