// What people may write about a codec: `charmille explain`, the configuration's schema and the
// reference page show this.
#include <algorithm>

#include "gateway/codec/common_options.h"
#include "gateway/codec/options.h"
#include "gateway/codec/tree_spec.h"

namespace charmille::codec {
namespace {

using tree::Field;
using tree::FieldType;
using tree::Spec;

const std::vector<std::string_view> encodings = {
    "utf-8", "utf-16le", "utf-16be", "windows-1252", "iso-8859-1", "iso-8859-15", "cp850"};

}  // namespace

Field format_field() {
  return {.name = "format",
          .type = FieldType::choice,
          .meaning_fr = "format du fichier",
          .meaning_en = "format of the file",
          .example = "csv",
          .required = true,
          .choices = {"csv", "json", "ndjson", "records", "fixed", "xml", "zip", "document"}};
}

Field names_field(std::string_view name, std::string_view fr, std::string_view en,
                  std::string_view example) {
  return {.name = name,
          .type = FieldType::list,
          .meaning_fr = fr,
          .meaning_en = en,
          .example = example,
          .item = {{.type = FieldType::text}}};
}

Field encoding_field() {
  return {.name = "encoding",
          .type = FieldType::choice,
          .meaning_fr = "encodage du texte, vérifié : un octet qui n'y entre pas est une faute",
          .meaning_en = "encoding of the text, checked: a byte that does not fit is a fault",
          .example = "windows-1252",
          .default_value = "utf-8",
          .choices = encodings};
}

Field delimiter_field(std::string_view fr, std::string_view en) {
  return {.name = "delimiter",
          .meaning_fr = fr,
          .meaning_en = en,
          .example = "\",\"",
          .default_value = "\";\""};
}

namespace {

Field max_record_field() {
  return {
      .name = "max-record",
      .type = FieldType::size,
      .meaning_fr =
          "taille maximale d'un enregistrement en mémoire ; un guillemet ouvert au-delà est tenu "
          "pour oublié",
      .meaning_en =
          "largest size of one record in memory; a quote still open beyond is held to be forgotten",
      .example = "4MiB",
      .default_value = "1MiB",
      .least = 1024,
      .most = 64 << 20};
}

Spec csv_input() {
  return {
      "csv",
      "texte à colonnes séparées par un caractère (RFC 4180), une ligne d'en-tête",
      "text whose columns are parted by a character (RFC 4180), with a header line",
      {format_field(),
       encoding_field(),
       delimiter_field(
           "caractère qui sépare les colonnes, ou tab ; une première ligne « sep=X » l'emporte, "
           "avec une remarque",
           "character between columns, or tab; a first line \"sep=X\" wins over it, with a remark"),
       {.name = "quote",
        .meaning_fr = "guillemet autour des textes, ou none",
        .meaning_en = "quote around texts, or none",
        .example = "none",
        .default_value = "'\"'"},
       names_field("null-values", "cellules qui veulent dire « pas de valeur »",
                   "cells that mean \"no value\"", "[NULL, 01/01/1900]"),
       {.name = "max-cell",
        .type = FieldType::size,
        .meaning_fr = "taille maximale d'une cellule ; au-delà l'enregistrement est rejeté",
        .meaning_en = "largest size of a cell; beyond, the record is rejected",
        .example = "16KiB",
        .default_value = "64KiB",
        .least = 16,
        .most = 16 << 20},
       max_record_field(),
       {.name = "columns",
        .type = FieldType::object,
        .meaning_fr = "colonnes attendues",
        .meaning_en = "expected columns",
        .example = "{required: [Identifiant, Date de naissance]}",
        .fields = {names_field("required",
                               "colonnes obligatoires : sans elles le fichier est refusé",
                               "columns that must be there: without them the file is refused",
                               "[Identifiant]"),
                   names_field("known", "autres colonnes connues", "other columns that are known",
                               "[Observations]")}},
       {.name = "unknown-columns",
        .type = FieldType::choice,
        .meaning_fr = "colonne ni obligatoire ni connue, quand columns.known est donné",
        .meaning_en = "a column neither required nor known, when columns.known is given",
        .example = "refuse",
        .default_value = "remark",
        .choices = {"refuse", "remark", "accept"}}}};
}

Field max_depth_field() {
  return {.name = "max-depth",
          .type = FieldType::integer,
          .meaning_fr = "profondeur maximale",
          .meaning_en = "greatest depth",
          .example = "32",
          .default_value = "64",
          .least = 1,
          .most = 500};
}

Spec json_input() {
  return {"json",
          "un document JSON (RFC 8259), ou un tableau d'enregistrements",
          "one JSON document (RFC 8259), or an array of records",
          {format_field(),
           {.name = "each",
            .type = FieldType::boolean,
            .meaning_fr = "la racine est un tableau, dont chaque élément est un enregistrement",
            .meaning_en = "the root is an array, each item of which is a record",
            .example = "true",
            .default_value = "false"},
           {.name = "max-size",
            .type = FieldType::size,
            .meaning_fr = "taille maximale d'un document lu en entier",
            .meaning_en = "largest size of a document that is read whole",
            .example = "64MiB",
            .default_value = "16MiB",
            .least = 1024,
            .most = 1 << 30},
           max_record_field(),
           max_depth_field()}};
}

Spec ndjson_input() {
  return {"ndjson",
          "un objet JSON par ligne",
          "one JSON object a line",
          {format_field(), max_record_field(), max_depth_field()}};
}

Spec csv_output() {
  return {
      "csv",
      "texte à colonnes séparées par un caractère (RFC 4180)",
      "text whose columns are parted by a character (RFC 4180)",
      {format_field(),
       encoding_field(),
       delimiter_field("caractère qui sépare les colonnes, ou tab",
                       "character between columns, or tab"),
       {.name = "quote",
        .meaning_fr = "guillemet autour des textes",
        .meaning_en = "quote around texts",
        .example = "\"'\"",
        .default_value = "'\"'"},
       {.name = "quoting",
        .type = FieldType::choice,
        .meaning_fr = "quand mettre des guillemets ; never refuse les textes qui en demandent",
        .meaning_en = "when to quote; never refuses the texts that need it",
        .example = "always",
        .default_value = "needed",
        .choices = {"needed", "always", "never"}},
       {.name = "line-end",
        .type = FieldType::choice,
        .meaning_fr = "fin de ligne",
        .meaning_en = "line end",
        .example = "lf",
        .default_value = "crlf",
        .choices = {"crlf", "lf"}},
       {.name = "header",
        .type = FieldType::boolean,
        .meaning_fr = "écrire la ligne d'en-tête",
        .meaning_en = "write the header line",
        .example = "false",
        .default_value = "true"},
       names_field("columns", "colonnes, dans l'ordre ; sinon celles du premier enregistrement",
                   "columns, in order; otherwise those of the first record", "[Identifiant, Sexe]"),
       {.name = "decimal",
        .type = FieldType::choice,
        .meaning_fr = "marque décimale des nombres",
        .meaning_en = "decimal mark of numbers",
        .example = "comma",
        .default_value = "point",
        .choices = {"point", "comma"}},
       {.name = "byte-order-mark",
        .type = FieldType::boolean,
        .meaning_fr = "écrire la marque d'encodage au début (UTF-8, UTF-16)",
        .meaning_en = "write the byte order mark first (UTF-8, UTF-16)",
        .example = "true",
        .default_value = "false"},
       {.name = "neutralise-formulas",
        .type = FieldType::boolean,
        .meaning_fr = "mettre une apostrophe devant un texte qu'un tableur prendrait pour une "
                      "formule ; change la donnée, donc compté",
        .meaning_en = "put an apostrophe before a text that a spreadsheet would run; changes the "
                      "data, so it is counted",
        .example = "true",
        .default_value = "false"},
       {.name = "missing-characters",
        .type = FieldType::choice,
        .meaning_fr = "caractère absent de l'encodage : refuser, ou écrire « ? » et le compter",
        .meaning_en = "character that the encoding lacks: refuse, or write \"?\" and count it",
        .example = "replace",
        .default_value = "refuse",
        .choices = {"refuse", "replace"}},
       {.name = "null-text",
        .meaning_fr = "ce qui s'écrit pour « pas de valeur »",
        .meaning_en = "what stands for \"no value\"",
        .example = "\"NULL\""},
       {.name = "first-line",
        .meaning_fr = "ligne de contrôle avant les autres ; {first:COLONNE} est la valeur de la "
                      "première ligne",
        .meaning_en = "control line before the others; {first:COLUMN} is what the first row has",
        .example = "'00;{first:finess};PRES;{first:month}'"},
       {.name = "last-line",
        .meaning_fr = "ligne de contrôle après les autres ; aussi {lines:6}, le nombre de lignes, "
                      "{all-lines:6}, celui de toutes les lignes du fichier, "
                      "et {sum:COLONNE:6}, la somme d'une colonne, sur six chiffres",
        .meaning_en = "control line after the others; also {lines:6}, how many rows, "
                      "{all-lines:6}, how many lines the file has, and "
                      "{sum:COLUMN:6}, the sum of a column, on six digits",
        .example = "'99;{lines:6};{sum:billable:6}'"}}};
}

Spec json_output() {
  return {"json",
          "un document JSON (RFC 8259)",
          "a JSON document (RFC 8259)",
          {format_field(),
           {.name = "each",
            .type = FieldType::boolean,
            .meaning_fr = "un tableau des enregistrements ; sinon un seul, à la racine",
            .meaning_en = "an array of the records; otherwise a single one, as the root",
            .example = "false",
            .default_value = "true"},
           {.name = "pretty",
            .type = FieldType::boolean,
            .meaning_fr = "avec retraits, pour des lecteurs humains",
            .meaning_en = "indented, for human readers",
            .example = "true",
            .default_value = "false"}}};
}

Spec ndjson_output() {
  return {"ndjson", "un objet JSON par ligne", "one JSON object a line", {format_field()}};
}

/// What may be said of the index of an archive: its format is given.
std::vector<Field> csv_of_index(Spec csv) {
  std::vector<Field> fields = std::move(csv.fields);
  std::erase_if(fields, [](const Field& field) { return field.name == "format"; });
  return fields;
}

}  // namespace

const Spec& spec(Format format, Direction direction) {
  static const Spec inputs[] = {csv_input(),
                                json_input(),
                                ndjson_input(),
                                records_spec(),
                                fixed_spec(),
                                xml_input(format_field()),
                                zip_input(format_field(), csv_of_index(csv_input())),
                                document_input(format_field())};
  static const Spec outputs[] = {csv_output(), json_output(), ndjson_output()};
  static const Spec archive = zip_output(format_field(), csv_of_index(csv_output()));
  if (direction == Direction::encode && format == Format::zip) return archive;
  return direction == Direction::decode || !can_encode(format)
             ? inputs[static_cast<std::size_t>(format)]
             : outputs[static_cast<std::size_t>(format)];
}

}  // namespace charmille::codec
