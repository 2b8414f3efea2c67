#include "gateway/codec/tree_spec.h"

namespace charmille::codec {
namespace {

using tree::Field;
using tree::FieldType;
using tree::Spec;

Field text_field(std::string_view name, std::string_view fr, std::string_view en,
                 std::string_view example) {
  return {.name = name, .meaning_fr = fr, .meaning_en = en, .example = example};
}

Field required(Field field) {
  field.required = true;
  return field;
}

Field size_field(std::string_view name, std::string_view fr, std::string_view en,
                 std::string_view example, std::string_view by_default, std::int64_t most) {
  return {.name = name,
          .type = FieldType::size,
          .meaning_fr = fr,
          .meaning_en = en,
          .example = example,
          .default_value = by_default,
          .least = 1024,
          .most = most};
}

Field footer_field() {
  return {
      .name = "footer",
      .type = FieldType::object,
      .meaning_fr =
          "élément qui ferme le fichier, obligatoire s'il est donné ici, et ce qu'il "
          "annonce",
      .meaning_en = "element that closes the file, required when given here, and what it announces",
      .example = "{element: \"ase:Pied\", checks: {nbMesures: {count: \"ase:Mesure\"}}}",
      .fields = {
          required(text_field("element", "nom de l'élément, sous la racine",
                              "name of the element, below the root", "\"ase:Pied\"")),
          {.name = "checks",
           .type = FieldType::map,
           .meaning_fr = "attribut ou élément du pied, et ce qu'il compte ; un écart refuse le "
                         "fichier",
           .meaning_en = "attribute or element of the footer, and what it counts; a difference "
                         "refuses the file",
           .example = "{nbMesures: {count: \"ase:Mesure\"}}",
           .item = {{.type = FieldType::object,
                     .fields = {
                         text_field("count", "élément compté dans tout le fichier",
                                    "element counted in the whole file", "\"ase:Mesure\""),
                         text_field("sum", "élément dont les nombres sont additionnés",
                                    "element whose numbers are added", "\"ase:PrixJournee\"")}}}}}};
}

Field envelope_field() {
  return {.name = "envelope",
          .type = FieldType::object,
          .meaning_fr =
              "où l'en-tête (ou un attribut de la racine) dit de quel envoi il s'agit ; "
              "chemins de noms décodés",
          .meaning_en =
              "where the header (or an attribute of the root) says which sending this "
              "is; paths of decoded names",
          .example = "{lot: Entete/Lot}",
          .fields = {text_field("lot", "numéro du lot", "number of the lot", "Entete/Lot"),
                     text_field("extracted",
                                "jour de l'extraction, avec ou sans heure : 2026-06-30, 20260630 "
                                "ou 30/06/2026",
                                "day of the extraction, with or without hour: 2026-06-30, 20260630 "
                                "or 30/06/2026",
                                "Entete/DateExtraction"),
                     text_field("emitter", "émetteur", "emitter", "Entete/Emetteur/code")}};
}

std::vector<Field> xml_frame() {
  return {
      {.name = "namespaces",
       .type = FieldType::map,
       .meaning_fr = "préfixes employés ici, et leurs espaces de noms ; un autre espace de noms "
                     "dans le fichier le refuse",
       .meaning_en = "prefixes used here, and their namespaces; any other namespace in the file "
                     "refuses it",
       .example = "{ase: \"urn:cd99:ase:mouvements:v2\"}",
       .item = {{.type = FieldType::text}}},
      {.name = "unqualified",
       .type = FieldType::boolean,
       .meaning_fr = "admettre aussi des éléments sans espace de noms",
       .meaning_en = "accept elements without namespace too",
       .example = "true",
       .default_value = "false"},
      required(text_field("root", "élément racine", "root element", "\"ase:Transmission\"")),
      {.name = "attributes",
       .type = FieldType::map,
       .meaning_fr = "attributs de la racine et leurs valeurs admises",
       .meaning_en = "attributes of the root and their accepted values",
       .example = "{version: [\"2.3\"]}",
       .item = {{.type = FieldType::list, .item = {{.type = FieldType::text}}}}},
      required(text_field(
          "each", "chemin, depuis la racine, des éléments qui sont les enregistrements",
          "path, from the root, of the elements that are the records", "\"ase:Beneficiaire\"")),
      text_field("header",
                 "élément avant les enregistrements, mis dans chacun sous son nom ; obligatoire "
                 "s'il est donné ici",
                 "element before the records, put into each under its name; required when given "
                 "here",
                 "\"ase:Entete\""),
      footer_field(),
      text_field("key",
                 "chemin de noms décodés vers la clé d'un enregistrement ; une clé répétée refuse "
                 "le fichier, une clé absente l'enregistrement",
                 "path of decoded names to the key of a record; a key given twice refuses the "
                 "file, a missing one the record",
                 "id"),
      envelope_field()};
}

Field accept_field() {
  return {.name = "accept",
          .type = FieldType::list,
          .meaning_fr = "types de documents admis, lus dans le contenu ; sinon application/pdf",
          .meaning_en =
              "accepted types of documents, read in the content; otherwise "
              "application/pdf",
          .example = "[application/pdf, image/jpeg, image/png]",
          .item = {{.type = FieldType::choice,
                    .choices = {"application/pdf", "image/jpeg", "image/png", "application/xml",
                                "text/plain"}}}};
}

Field active_field() {
  return {.name = "active-content",
          .type = FieldType::choice,
          .meaning_fr = "PDF avec JavaScript, action qui lance quelque chose ou fichiers joints",
          .meaning_en = "a PDF with JavaScript, an action that starts something, or files inside",
          .example = "remark",
          .default_value = "refuse",
          .choices = {"refuse", "remark"}};
}

Field index_field(std::vector<Field> csv) {
  return {.name = "index",
          .type = FieldType::object,
          .meaning_fr = "fichier de l'archive qui dit de qui est chaque document",
          .meaning_en = "file of the archive that says whose each document is",
          .example = "{file: index.csv, csv: {encoding: windows-1252}}",
          .required = true,
          .fields = {required(text_field("file", "nom du fichier dans l'archive",
                                         "name of the file in the archive", "index.csv")),
                     {.name = "csv",
                      .type = FieldType::object,
                      .meaning_fr = "comment l'index est écrit : les options du format csv",
                      .meaning_en = "how the index is written: the options of the format csv",
                      .example = "{encoding: windows-1252, delimiter: \";\"}",
                      .fields = std::move(csv)},
                     {.name = "missing",
                      .type = FieldType::choice,
                      .meaning_fr = "archive sans index : la refuser, ou donner chaque document "
                                    "seul, sans enfant, avec une remarque",
                      .meaning_en = "archive without index: refuse it, or give each document "
                                    "alone, without child, with a remark",
                      .example = "documents",
                      .default_value = "refuse",
                      .choices = {"refuse", "documents"}}}};
}

}  // namespace

Spec xml_input(Field format) {
  std::vector<Field> fields = xml_frame();
  fields.insert(fields.begin(), std::move(format));
  fields.push_back({.name = "max-depth",
                    .type = FieldType::integer,
                    .meaning_fr = "profondeur maximale",
                    .meaning_en = "greatest depth",
                    .example = "32",
                    .default_value = "64",
                    .least = 2,
                    .most = 200});
  fields.push_back(size_field("max-record", "taille maximale d'un enregistrement en mémoire",
                              "largest size of one record in memory", "4MiB", "1MiB", 64 << 20));
  fields.push_back(size_field(
      "max-text",
      "taille maximale d'un texte ou d'un attribut ; au-delà de 64 Kio, du base64 devient une "
      "pièce jointe",
      "largest size of a text or attribute; above 64 KiB, base64 becomes an attachment", "8MiB",
      "64KiB", 8 << 20));
  return {"xml", "XML avec espaces de noms ; sans DTD, sans entité externe, sans inclusion",
          "XML with namespaces; without DTD, external entity or inclusion", std::move(fields)};
}

Spec document_input(Field format) {
  return {"document",
          "un document (PDF, image) par fichier ; donne document, name, media-type, size, sha256",
          "one document (PDF, image) a file; gives document, name, media-type, size, sha256",
          {std::move(format), accept_field(), active_field(),
           size_field("max-size", "taille maximale du document", "largest size of the document",
                      "5MiB", "25MiB", 64 << 20)}};
}

Spec zip_input(Field format, std::vector<Field> csv) {
  return {
      "zip",
      "archive zip de documents, avec un index CSV ; donne les lignes de l'index, chacune avec son "
      "document",
      "zip archive of documents, with a CSV index; gives the rows of the index, each with its "
      "document",
      {std::move(format),
       index_field(std::move(csv)),
       required(text_field("name", "colonne de l'index qui nomme le fichier du document",
                           "column of the index that names the document's file", "Fichier")),
       text_field("sha256", "colonne de l'index qui donne l'empreinte SHA-256, alors vérifiée",
                  "column of the index that gives the SHA-256 digest, which is then checked",
                  "\"Empreinte SHA-256\""),
       {.name = "as",
        .meaning_fr = "nom du document dans la ligne ; à côté : NOM-media-type, NOM-size, "
                      "NOM-sha256",
        .meaning_en = "name of the document in the row; beside: NAME-media-type, NAME-size, "
                      "NAME-sha256",
        .example = "piece",
        .default_value = "document"},
       {.name = "names",
        .type = FieldType::choice,
        .meaning_fr = "encodage des noms qui ne se disent pas en UTF-8, vérifié",
        .meaning_en = "encoding of names that do not say that they are UTF-8, checked",
        .example = "windows-1252",
        .default_value = "cp850",
        .choices = {"utf-8", "windows-1252", "iso-8859-1", "iso-8859-15", "cp850"}},
       accept_field(),
       active_field(),
       size_field("max-size", "taille maximale de tout le contenu, une fois l'archive ouverte",
                  "largest size of the whole content, once the archive is opened", "2GiB", "512MiB",
                  16LL << 30),
       size_field("max-entry", "taille maximale d'un document", "largest size of one document",
                  "5MiB", "25MiB", 64 << 20),
       {.name = "max-entries",
        .type = FieldType::integer,
        .meaning_fr = "nombre maximal de fichiers",
        .meaning_en = "largest number of files",
        .example = "5000",
        .default_value = "1000",
        .least = 1,
        .most = 100'000},
       {.name = "max-ratio",
        .type = FieldType::integer,
        .meaning_fr = "compression maximale d'un fichier ; au-delà, l'archive est refusée",
        .meaning_en = "greatest compression of a file; beyond, the archive is refused",
        .example = "200",
        .default_value = "100",
        .least = 2,
        .most = 1100}}};
}

Spec zip_output(Field format, std::vector<Field> csv) {
  return {"zip",
          "archive zip de documents, avec un index CSV : le document de chaque ligne, et la ligne",
          "zip archive of documents, with a CSV index: the document of each row, and the row",
          {std::move(format),
           {.name = "index",
            .type = FieldType::object,
            .meaning_fr = "le fichier qui dit de qui est chaque document",
            .meaning_en = "the file that says whose each document is",
            .example = "{file: index.csv, csv: {encoding: windows-1252}}",
            .fields = {{.name = "file",
                        .meaning_fr = "nom du fichier dans l'archive",
                        .meaning_en = "name of the file in the archive",
                        .example = "index.csv",
                        .default_value = "index.csv"},
                       {.name = "csv",
                        .type = FieldType::object,
                        .meaning_fr = "comment l'index est écrit : les options du format csv",
                        .meaning_en = "how the index is written: the options of the format csv",
                        .example = "{encoding: windows-1252, delimiter: \";\"}",
                        .fields = std::move(csv)}}},
           required(text_field("name",
                               "champ qui donne le nom du document dans l'archive : lettres sans "
                               "accent, chiffres, . _ - et /",
                               "field that gives the document's name in the archive: plain "
                               "letters, digits, . _ - and /",
                               "Fichier")),
           text_field("sha256", "champ qui donne l'empreinte SHA-256, vérifiée avant l'envoi",
                      "field that gives the SHA-256 digest, checked before it leaves",
                      "\"Empreinte SHA-256\""),
           {.name = "as",
            .meaning_fr = "champ qui tient le document ; il n'est pas dans l'index",
            .meaning_en = "field that holds the document; it is not in the index",
            .example = "piece",
            .default_value = "document"}}};
}

}  // namespace charmille::codec
