// Fields of partners, endpoints, lots and routes.
#include "gateway/config/specification.h"
#include "gateway/config/words.h"

namespace charmille::config {
namespace {

using tree::Field;
using enum tree::FieldType;

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t day_us = 86'400 * second_us;

Field names_and_values(std::string_view fr, std::string_view en) {
  return {.name = "vars",
          .type = map,
          .meaning_fr = fr,
          .meaning_en = en,
          .example = "{departement: \"99\"}",
          .item = {{}}};
}

std::vector<Field> identity_fields() {
  return {
      {.name = "token",
       .type = secret,
       .meaning_fr = "jeton présenté en HTTP (24 caractères au moins)",
       .meaning_en = "token presented over HTTP (at least 24 characters)",
       .example = "{file: secrets/eo.token}"},
      {.name = "certificate",
       .type = object,
       .meaning_fr = "certificat client : chaque élément écrit doit être égal, `subject` ou `san` "
                     "est nécessaire",
       .meaning_en = "client certificate: each part that is written must be equal, `subject` or "
                     "`san` is needed",
       .fields = {{.name = "issuer",
                   .meaning_fr = "émetteur (RFC 4514)",
                   .meaning_en = "issuer (RFC 4514)",
                   .example = "CN=IGC Exemple,O=Exemple,C=FR"},
                  {.name = "subject",
                   .meaning_fr = "sujet (RFC 4514)",
                   .meaning_en = "subject (RFC 4514)",
                   .example = "CN=dui.exemple.fr,O=Les Tilleuls,C=FR"},
                  {.name = "san",
                   .meaning_fr = "nom alternatif du sujet (DNS, URI ou courriel)",
                   .meaning_en = "subject alternative name (DNS, URI or mail)",
                   .example = "dui.exemple.fr"}}},
  };
}

Field format_field() {
  return {.name = "format",
          .type = any,
          .meaning_fr =
              "codec et ses options : `format: json`, ou le nom du codec et un bloc d'options",
          .meaning_en =
              "codec and its options: `format: json`, or the codec's name and a block of options",
          .example = "{csv: {encoding: windows-1252, delimiter: \";\"}}"};
}

std::vector<Field> lot_file_fields() {
  Field format = format_field();
  format.meaning_fr = "remplace des options du format du point d'entrée";
  format.meaning_en = "replaces options of the endpoint's format";
  return {
      {.name = "pattern",
       .meaning_fr = "nom du fichier, avec des champs : {date:yyyyMMdd}, {month:yyyyMM}, "
                     "{sequence}, {nom}, et au plus une * ",
       .meaning_en = "name of the file, with placeholders: {date:yyyyMMdd}, {month:yyyyMM}, "
                     "{sequence}, {name}, and at most one *",
       .example = "EO_Usagers_{date:yyyyMMdd}.csv",
       .required = true},
      {.name = "required",
       .type = boolean,
       .meaning_fr = "le lot n'est pas complet sans ce fichier",
       .meaning_en = "the lot is not complete without this file",
       .example = "true",
       .default_value = "false"},
      std::move(format),
  };
}

std::vector<Field> completion_fields() {
  return {
      {.name = "all",
       .type = boolean,
       .meaning_fr = "complet dès que tous les fichiers déclarés sont là",
       .meaning_en = "complete as soon as every declared file is there",
       .example = "true",
       .default_value = "true"},
      {.name = "quiet",
       .type = duration,
       .meaning_fr = "complet quand les fichiers obligatoires sont là et que rien n'arrive pendant "
                     "cette durée",
       .meaning_en = "complete when the required files are there and nothing comes for this long",
       .example = "30s",
       .least = 100'000,
       .most = day_us},
      {.name = "marker",
       .meaning_fr = "complet quand ce fichier témoin arrive",
       .meaning_en = "complete when this marker file comes",
       .example = "EO_{date}.fin"},
  };
}

std::vector<Field> lot_fields() {
  return {
      {.name = "files",
       .type = map,
       .meaning_fr = "fichiers du lot, sous le nom que les correspondances leur donnent ; le "
                     "premier est le principal",
       .meaning_en =
           "files of the lot, under the names that mappings give them; the first is the main one",
       .example = "{EO_Usagers: {pattern: \"EO_Usagers_{date}.csv\", required: true}}",
       .required = true,
       .item = {{.type = object, .fields = lot_file_fields()}}},
      {.name = "key",
       .meaning_fr =
           "champ dont la valeur distingue les lots ; chaque fichier obligatoire le porte",
       .meaning_en = "placeholder whose value tells lots apart; every required file has it",
       .example = "date",
       .default_value = "date"},
      {.name = "complete",
       .type = object,
       .meaning_fr = "quand le lot est complet",
       .meaning_en = "when the lot is complete",
       .fields = completion_fields()},
      {.name = "coverage",
       .type = choice,
       .meaning_fr =
           "snapshot : ce qui n'est plus dans le lot a cessé ; delta : l'absence ne dit rien",
       .meaning_en =
           "snapshot: what is no longer in the lot has ended; delta: absence says nothing",
       .example = "snapshot",
       .default_value = "delta",
       .choices = {"snapshot", "delta"}},
      {.name = "max-missing",
       .meaning_fr = "d'un `snapshot` : avec autant d'enfants de moins que le précédent (un "
                     "pourcentage, et alors 5 au moins ; ou un nombre), ou sans aucun, le lot "
                     "attend qu'une personne le libère ou le refuse",
       .meaning_en = "of a `snapshot`: with so many children fewer than the one before (a "
                     "percentage, and then 5 at least; or a number), or with none, the lot waits "
                     "for a person to release or refuse it",
       .example = "10%",
       .default_value = "10%"},
      {.name = "wait",
       .type = duration,
       .meaning_fr = "un lot encore incomplet après cette durée est signalé",
       .meaning_en = "a lot still incomplete after this is told",
       .example = "2h",
       .default_value = "2h",
       .least = second_us,
       .most = 30 * day_us},
      {.name = "scope",
       .type = list,
       .meaning_fr = "FINESS dont un snapshot dit tout ; par défaut ceux du partenaire",
       .meaning_en = "FINESS that a snapshot says everything about; the partner's by default",
       .example = "[\"990001018\"]",
       .item = {{}}},
  };
}

std::vector<Field> schedule_fields() {
  return {
      {.name = "monthly",
       .type = integer,
       .meaning_fr = "jour du mois",
       .meaning_en = "day of the month",
       .example = "2",
       .least = 1,
       .most = 28},
      {.name = "weekly",
       .type = choice,
       .meaning_fr = "jour de la semaine",
       .meaning_en = "day of the week",
       .example = "monday",
       .choices = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}},
      {.name = "at",
       .meaning_fr = "heure ; seule, chaque jour",
       .meaning_en = "time of day; alone, every day",
       .example = "\"06:00\"",
       .required = true},
  };
}

Field mode_field() {
  return {.name = "mode",
          .type = choice,
          .meaning_fr =
              "live : part ; hold : une personne libère chaque livraison ; shadow : écrit "
              "ce qui partirait, n'envoie rien",
          .meaning_en =
              "live: leaves; hold: a person releases each delivery; shadow: writes what "
              "would leave, sends nothing",
          .example = "live",
          .default_value = "hold",
          .choices = {"live", "hold", "shadow"}};
}

Field mapping_field(std::string_view fr, std::string_view en, std::string_view example) {
  return {
      .name = "mapping", .meaning_fr = fr, .meaning_en = en, .example = example, .required = true};
}

std::vector<Field> when_fields() {
  return {
      {.name = "trigger",
       .type = choice,
       .meaning_fr = "change : une livraison par enfant modifié ; lot : une par lot reçu ; "
                     "schedule : une extraction à heure dite",
       .meaning_en = "change: one delivery a changed child; lot: one a received lot; schedule: an "
                     "extraction at a set time",
       .example = "lot",
       .default_value = "change",
       .choices = {"change", "lot", "schedule"}},
      {.name = "schedule",
       .type = object,
       .meaning_fr = "quand, pour `trigger: schedule`",
       .meaning_en = "when, for `trigger: schedule`",
       .example = "{monthly: 2, at: \"06:00\"}",
       .fields = schedule_fields()},
      {.name = "period",
       .type = choice,
       .meaning_fr = "période de l'extraction, pour `trigger: schedule`",
       .meaning_en = "period of the extraction, for `trigger: schedule`",
       .example = "previous-month",
       .choices = {"previous-day", "previous-week", "previous-month", "current-month"}},
      mode_field(),
      {.name = "start",
       .type = choice,
       .meaning_fr = "nouvelle destination : everything envoie l'existant, from-now ce qui change "
                     "ensuite ; à écrire sauf pour `trigger: schedule`",
       .meaning_en = "new destination: everything sends what exists, from-now what changes later; "
                     "to be written but for `trigger: schedule`",
       .example = "from-now",
       .choices = {"everything", "from-now"}},
      {.name = "max-change",
       .meaning_fr =
           "plus de changements d'un coup (nombre ou part) sont retenus pour une personne",
       .meaning_en = "more changes at once (count or share) are held for a person",
       .example = "20%"},
  };
}

}  // namespace

const std::vector<Field>& partner_fields() {
  static const std::vector<Field> fields{
      {.name = "recipient",
       .type = choice,
       .meaning_fr = "ce que ce partenaire est pour les politiques ; nécessaire pour lui envoyer",
       .meaning_en = "what this partner is to policies; needed to send to it",
       .example = "departement",
       .choices = {recipient_names().begin(), recipient_names().end()}},
      {.name = "finess",
       .type = list,
       .meaning_fr = "établissements d'un DUI (FINESS) ; il ne reçoit que leurs enfants",
       .meaning_en = "establishments of a DUI (FINESS); it gets only their children",
       .example = "[\"990001018\"]",
       .item = {{}}},
      {.name = "uai",
       .type = list,
       .meaning_fr = "numéros d'une école (UAI) ; elle ne reçoit que les enfants dont la fiche la "
                     "nomme pour une année scolaire qui n'est pas finie",
       .meaning_en = "numbers of a school (UAI); it gets only children whose record names it for a "
                     "school year that is not over",
       .example = "[\"0990012B\"]",
       .item = {{}}},
      {.name = "department",
       .meaning_fr =
           "numéro du département ; il ne reçoit que les enfants sur qui il a une décision",
       .meaning_en = "number of the department; it gets only children on whom it holds a decision",
       .example = "\"99\""},
      {.name = "identity",
       .type = list,
       .meaning_fr = "comment le partenaire se fait reconnaître en HTTP ; l'une suffit",
       .meaning_en = "how the partner is recognised over HTTP; one is enough",
       .example = "[{token: {file: secrets/eo.token}}]",
       .item = {{.type = object, .fields = identity_fields()}}},
      {.name = "silence",
       .type = duration,
       .meaning_fr = "alarme quand rien n'arrive pendant plus longtemps",
       .meaning_en = "alarm when nothing comes for longer",
       .example = "26h",
       .least = 60 * second_us,
       .most = 365 * day_us},
      {.name = "language",
       .type = choice,
       .meaning_fr = "langue de ses rapports ; par défaut celle de l'organisation",
       .meaning_en = "language of its reports; the organisation's by default",
       .example = "fr",
       .choices = {"fr", "en"}},
  };
  return fields;
}

const std::vector<Field>& endpoint_fields() {
  static const std::vector<Field> fields{
      {.name = "adapter",
       .meaning_fr = "adaptateur (`charmille adapters`) ; ses réglages s'écrivent à côté",
       .meaning_en = "adapter (`charmille adapters`); its settings stand beside",
       .example = "file",
       .required = true},
      {.name = "partner",
       .meaning_fr = "partenaire qui est au bout",
       .meaning_en = "partner at the other end",
       .example = "eo-tilleuls",
       .required = true},
      {.name = "source",
       .meaning_fr = "nom de la source des données ; par défaut le partenaire. Deux points "
                     "d'entrée du même logiciel portent le même",
       .meaning_en = "name of the source of data; the partner by default. Two endpoints of the "
                     "same software share one",
       .example = "eo-tilleuls"},
      format_field(),
      {.name = "lot",
       .type = object,
       .meaning_fr =
           "fichiers qu'une extraction donne ensemble ; absent, chaque fichier est un lot",
       .meaning_en = "files that one extraction gives together; without it each file is a lot",
       .fields = lot_fields()},
  };
  return fields;
}

const std::vector<Field>& destination_fields() {
  static const std::vector<Field> fields = [] {
    std::vector<Field> all{
        {.name = "endpoint",
         .meaning_fr = "point de sortie",
         .meaning_en = "endpoint that takes it out",
         .example = "cd99-depot",
         .required = true},
        mapping_field("correspondance de la fiche de l'enfant vers le format du destinataire",
                      "mapping from the child record to the recipient's form",
                      "departement/placements"),
    };
    for (Field& field : when_fields()) all.push_back(std::move(field));
    all.push_back(
        {.name = "for",
         .meaning_fr = "condition FHIRPath sur la fiche de l'enfant ; elle ne peut que restreindre",
         .meaning_en = "FHIRPath condition on the child record; it can only narrow",
         .example = "measures.exists()"});
    all.push_back(names_and_values("variables de la correspondance, en plus de celles du trajet",
                                   "variables of the mapping, beside the route's"));
    all.push_back(format_field());
    all.back().meaning_fr = "codec et ses options ; par défaut ceux du point de sortie";
    all.back().meaning_en = "codec and its options; the endpoint's by default";
    all.push_back({.name = "file",
                   .meaning_fr = "nom du fichier : champs {route}, {date}, {month}, {time}, {lot}, "
                                 "{sequence}, {delivery}",
                   .meaning_en = "name of the file: placeholders {route}, {date}, {month}, {time}, "
                                 "{lot}, {sequence}, {delivery}",
                   .example = "PLACEMENTS_{date}_{lot}.csv"});
    all.push_back({.name = "retry",
                   .type = object,
                   .meaning_fr = "remplace des réglages de `retry`",
                   .meaning_en = "replaces settings of `retry`",
                   .fields = retry_fields()});
    return all;
  }();
  return fields;
}

const std::vector<Field>& relay_fields() {
  static const std::vector<Field> fields{
      {.name = "from",
       .meaning_fr = "point d'entrée ; aucun trajet ne le lit",
       .meaning_en = "endpoint that brings it; no route reads it",
       .example = "olinpe-ase",
       .required = true},
      {.name = "extraction",
       .type = choice,
       .meaning_fr = "ce que c'est : ses règles sont celles du programme, sans réglage",
       .meaning_en = "what it is: its rules are the program's, without a setting",
       .example = "olinpe",
       .required = true,
       .choices = {"olinpe"}},
      {.name = "to",
       .meaning_fr = "point de sortie, d'un partenaire statistics",
       .meaning_en = "endpoint that takes it out, of a partner statistics",
       .example = "drees",
       .required = true},
      mode_field(),
      {.name = "file",
       .meaning_fr = "nom du fichier : champs {date}, {month}, {time}, {delivery}",
       .meaning_en = "name of the file: placeholders {date}, {month}, {time}, {delivery}",
       .example = "ONPE-099-{date}.XML"},
  };
  return fields;
}

const std::vector<Field>& route_fields() {
  static const std::vector<Field> fields{
      {.name = "from",
       .meaning_fr = "point d'entrée",
       .meaning_en = "endpoint that brings the data",
       .example = "eo-depot",
       .required = true},
      mapping_field("correspondance du format reçu vers la fiche de l'enfant",
                    "mapping from what comes in to the child record", "eo/enfants"),
      {.name = "input",
       .meaning_fr = "fichier du lot que la correspondance lit ; par défaut le premier",
       .meaning_en = "file of the lot that the mapping reads; the first by default",
       .example = "EO_Usagers"},
      names_and_values("variables des correspondances de ce trajet",
                       "variables of this route's mappings"),
      {.name = "to",
       .type = list,
       .meaning_fr = "destinations ; absent, les données entrent sans sortir",
       .meaning_en = "destinations; without it data comes in and stays",
       .item = {{.type = object, .fields = destination_fields()}}},
  };
  return fields;
}

}  // namespace charmille::config
