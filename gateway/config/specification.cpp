// The file as a whole; partners, endpoints and routes have files of their own.
#include "gateway/config/specification.h"

#include "gateway/config/words.h"

namespace charmille::config {
namespace {

using tree::Field;
using enum tree::FieldType;

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t day_us = 86'400 * second_us;

std::vector<Field> organisation_fields() {
  return {
      {.name = "name",
       .meaning_fr = "nom du responsable de traitement, tel qu'il figure dans les rapports",
       .meaning_en = "name of the controller, as reports show it",
       .example = "Association Les Tilleuls",
       .required = true},
      {.name = "id",
       .meaning_fr = "nom court et définitif (minuscules, chiffres, tirets) ; il nomme le journal "
                     "d'audit et ne se change plus",
       .meaning_en = "short and lasting name (lower case, digits, hyphens); it names the audit log "
                     "and never changes",
       .example = "tilleuls",
       .required = true},
      {.name = "language",
       .type = choice,
       .meaning_fr = "langue des textes lus par les personnes",
       .meaning_en = "language of the texts that people read",
       .example = "fr",
       .default_value = "fr",
       .choices = {"fr", "en"}},
      {.name = "time-zone",
       .meaning_fr = "fuseau horaire des horaires et des dates de fichiers (nom IANA)",
       .meaning_en = "time zone of schedules and of dates in file names (IANA name)",
       .example = "Indian/Reunion",
       .default_value = "Europe/Paris"},
  };
}

std::vector<Field> limit_fields() {
  return {
      {.name = "body",
       .type = size,
       .meaning_fr = "taille maximale d'un envoi",
       .meaning_en = "largest body of a request",
       .example = "50MiB",
       .default_value = "10MiB",
       .least = 1024,
       .most = std::int64_t{4} << 30},
      {.name = "header",
       .type = size,
       .meaning_fr = "taille maximale des en-têtes",
       .meaning_en = "largest header",
       .example = "16KiB",
       .default_value = "16KiB",
       .least = 1024,
       .most = 1 << 20},
      {.name = "connections",
       .type = integer,
       .meaning_fr = "connexions ouvertes en même temps",
       .meaning_en = "connections open at once",
       .example = "500",
       .default_value = "500",
       .least = 1,
       .most = 100'000},
      {.name = "per-address",
       .type = integer,
       .meaning_fr = "connexions ouvertes en même temps depuis une adresse",
       .meaning_en = "connections open at once from one address",
       .example = "50",
       .default_value = "100",
       .least = 1,
       .most = 100'000},
      {.name = "idle",
       .type = duration,
       .meaning_fr = "une connexion silencieuse plus longtemps est fermée",
       .meaning_en = "a connection that is silent for longer is closed",
       .example = "60s",
       .default_value = "60s",
       .least = second_us,
       .most = day_us},
      {.name = "request",
       .type = duration,
       .meaning_fr = "durée maximale de réception d'une requête entière",
       .meaning_en = "longest time to receive one whole request",
       .example = "5m",
       .default_value = "5m",
       .least = second_us,
       .most = day_us},
  };
}

std::vector<Field> listen_fields() {
  return {
      {.name = "address",
       .meaning_fr = "adresse et port d'écoute HTTP",
       .meaning_en = "address and port of the HTTP surface",
       .example = "0.0.0.0:8443",
       .default_value = "127.0.0.1:8443"},
      {.name = "tls",
       .type = any,
       .meaning_fr = "certificat et clé du serveur ; le mot `none` sert HTTP sans chiffrement, "
                     "accepté sur la boucle locale seulement",
       .meaning_en = "the server's certificate and key; the word `none` serves HTTP unencrypted, "
                     "accepted on loopback only",
       .example =
           "{certificate: pki/server.pem, key: {file: pki/server.key}, client-ca: pki/ca.pem}",
       .required = true,
       .fields = tls_fields()},
      {.name = "limits",
       .type = object,
       .meaning_fr = "limites du serveur HTTP",
       .meaning_en = "limits of the HTTP server",
       .fields = limit_fields()},
  };
}

std::vector<Field> alarm_fields() {
  return {
      {.name = "webhook",
       .type = object,
       .meaning_fr = "alarmes par HTTP",
       .meaning_en = "alarms over HTTP",
       .fields = {{.name = "url",
                   .type = url,
                   .meaning_fr = "adresse qui reçoit un POST JSON par alarme",
                   .meaning_en = "address that gets one JSON POST an alarm",
                   .example = "https://alertes.exemple.fr/charmille",
                   .required = true},
                  {.name = "token",
                   .type = secret,
                   .meaning_fr = "jeton présenté (Authorization: Bearer)",
                   .meaning_en = "token that is presented (Authorization: Bearer)",
                   .example = "{file: secrets/alertes.token}"}}},
      {.name = "mail",
       .type = object,
       .meaning_fr = "alarmes par courriel (sans donnée sur un enfant)",
       .meaning_en = "alarms by mail (with nothing about a child)",
       .fields = {{.name = "server",
                   .meaning_fr = "serveur SMTP interne et port",
                   .meaning_en = "internal SMTP server and port",
                   .example = "smtp.exemple.fr:25",
                   .required = true},
                  {.name = "from",
                   .meaning_fr = "expéditeur",
                   .meaning_en = "sender",
                   .example = "charmille@exemple.fr",
                   .required = true},
                  {.name = "to",
                   .type = list,
                   .meaning_fr = "destinataires",
                   .meaning_en = "recipients",
                   .example = "[dsi@exemple.fr]",
                   .required = true,
                   .item = {{}}}}},
  };
}

Field retention_class(std::string_view name, std::string_view fr, std::string_view en,
                      std::string_view example) {
  return {.name = name,
          .type = object,
          .meaning_fr = fr,
          .meaning_en = en,
          .fields = {{.name = "term",
                      .type = duration,
                      .meaning_fr = "durée de conservation",
                      .meaning_en = "how long it is kept",
                      .example = example,
                      .required = true,
                      .least = day_us},
                     {.name = "ground",
                      .meaning_fr = "fondement de cette durée",
                      .meaning_en = "ground of this term",
                      .example = "registre des traitements, fiche 12",
                      .required = true}}};
}

std::vector<Field> retention_fields() {
  return {
      retention_class("payload", "fichiers et messages reçus ou envoyés",
                      "files and messages received or sent", "30d"),
      retention_class("statement", "données de l'enfant tirées des sources",
                      "the child's data taken from sources", "730d"),
      retention_class("quarantine", "données en attente d'une personne",
                      "data that waits for a person", "90d"),
      retention_class("audit", "journal d'audit", "audit log", "1825d"),
  };
}

/// Who the site is and where it keeps its things.
std::vector<Field> base_fields() {
  return {
      {.name = "organisation",
       .type = object,
       .meaning_fr = "le responsable de traitement",
       .meaning_en = "the controller",
       .required = true,
       .fields = organisation_fields()},
      {.name = "node",
       .meaning_fr = "nom de cette machine dans le journal d'audit",
       .meaning_en = "name of this machine in the audit log",
       .example = "gw1",
       .default_value = "gw1"},
      {.name = "environment",
       .type = tree::FieldType::choice,
       .meaning_fr = "production, ou test : les matricules INS de test (OID de test) ne sont admis "
                     "qu'en test, ceux de "
                     "production ne le sont qu'en production",
       .meaning_en = "production or test: test INS matricules (test OID) are admitted in test "
                     "only, real ones in "
                     "production only",
       .example = "test",
       .default_value = "production",
       .choices = {"production", "test"}},
      {.name = "identity",
       .type = object,
       .meaning_fr = "comment deux fiches sont reconnues comme celles d'un même enfant",
       .meaning_en = "how two records are recognised as one child's",
       .fields =
           {{.name = "match-by-traits",
             .type = boolean,
             .meaning_fr =
                 "relier aussi par tous les traits stricts (noms, prénoms, date, sexe et lieu "
                 "de naissance), uniques des deux côtés ; un tel lien est « probable » et ne "
                 "sert jamais aux échanges de santé",
             .meaning_en = "link also by all strict traits (names, date, sex and place of "
                           "birth), unique on both sides; such a link is \"probable\" and "
                           "never serves health exchanges",
             .example = "true",
             .default_value = "false"}}},
      {.name = "ownership",
       .type = map,
       .meaning_fr = "pour chaque section de la fiche, quels partenaires font foi, le premier "
                     "d'abord ; par défaut le département pour les mesures, l'autorité parentale "
                     "et les droits de visite, le DUI pour les séjours, les présences, l'école, "
                     "la santé, les proches, la fratrie, la couverture et les transports, ailleurs "
                     "l'extraction la plus récente",
       .meaning_en = "for each section of the record, whose word counts, best first; by default "
                     "the department's for measures, parental authority and visit rights, the "
                     "DUI's for stays, presence, school, health, relatives, siblings, coverage and "
                     "transport, elsewhere the latest extraction's",
       .example = "{measures: [departement, dui]}",
       .item = {{.type = list,
                 .item = {{.type = choice,
                           .choices = {recipient_names().begin(), recipient_names().end()}}}}}},
      {.name = "state",
       .type = path,
       .meaning_fr = "dossier des données de la passerelle ; un chemin relatif part du dossier de "
                     "ce fichier, comme partout",
       .meaning_en = "folder of the gateway's data; a relative path counts from this file's "
                     "folder, as everywhere",
       .example = "/var/lib/charmille",
       .required = true},
      {.name = "keys",
       .type = object,
       .meaning_fr = "clés de chiffrement",
       .meaning_en = "encryption keys",
       .required = true,
       .fields = {{.name = "master",
                   .type = secret,
                   .meaning_fr = "clé maîtresse (`charmille keys init`) ; perdue, tout est perdu",
                   .meaning_en = "master key (`charmille keys init`); a lost one loses everything",
                   .example = "{file: keys/master.key}",
                   .required = true}}},
      {.name = "listen",
       .type = object,
       .meaning_fr = "surface HTTP ; absente, rien n'écoute sur le réseau",
       .meaning_en = "HTTP surface; without it nothing listens on the network",
       .fields = listen_fields()},
      {.name = "socket",
       .type = path,
       .meaning_fr =
           "socket Unix de la ligne de commande ; par défaut `charmille.sock` dans `state`",
       .meaning_en = "Unix socket of the command line; `charmille.sock` in `state` by default",
       .example = "/run/charmille/charmille.sock"},
      {.name = "people",
       .type = map,
       .meaning_fr = "droits de chaque compte de la machine ; aucun droit n'en contient un autre",
       .meaning_en = "rights of each login of the machine; no right contains another",
       .example = "{root: [operate, configure]}",
       .item = {{.type = list,
                 .item = {{.type = choice,
                           .choices = {right_names().begin(), right_names().end()}}}}}},
  };
}

std::vector<Field> flow_fields() {
  return {
      {.name = "partners",
       .type = map,
       .meaning_fr = "systèmes qui échangent avec la passerelle, par nom",
       .meaning_en = "systems that exchange with the gateway, by name",
       .item = {{.type = object, .fields = partner_fields()}}},
      {.name = "alarms",
       .type = object,
       .meaning_fr = "où prévenir d'un rejet, d'un blocage, d'un partenaire silencieux",
       .meaning_en = "where to tell of a rejection, of something stuck, of a silent partner",
       .fields = alarm_fields()},
      {.name = "mappings",
       .type = list,
       .meaning_fr = "dossiers des fichiers de correspondance",
       .meaning_en = "folders of mapping files",
       .example = "[../../mappings]",
       .item = {{.type = path}}},
      {.name = "policies",
       .type = list,
       .meaning_fr = "fichiers de politique : qui peut recevoir quoi",
       .meaning_en = "policy files: who may get what",
       .example = "[../policies/departement.yaml]",
       .item = {{.type = path}}},
      {.name = "endpoints",
       .type = map,
       .meaning_fr = "points d'entrée et de sortie, par nom",
       .meaning_en = "ways in and out, by name",
       .item = {{.type = any, .fields = endpoint_fields()}}},
      {.name = "routes",
       .type = map,
       .meaning_fr = "trajets des données, par nom",
       .meaning_en = "ways of the data, by name",
       .item = {{.type = object, .fields = route_fields()}}},
      {.name = "relays",
       .type = map,
       .meaning_fr =
           "extractions sans identité, vérifiées puis transmises sans être gardées en fiches",
       .meaning_en =
           "extractions without identity, checked and passed on without being kept as records",
       .item = {{.type = object, .fields = relay_fields()}}},
      {.name = "retry",
       .type = object,
       .meaning_fr = "nouvelles tentatives de livraison, pour toutes les destinations",
       .meaning_en = "new attempts of a delivery, for all destinations",
       .fields = retry_fields()},
      {.name = "retention",
       .type = object,
       .meaning_fr =
           "durées de conservation fixées par le responsable ; une classe absente est conservée",
       .meaning_en = "terms set by the controller; a class that is absent is kept",
       .fields = retention_fields()},
  };
}

}  // namespace

const std::vector<Field>& tls_fields() {
  static const std::vector<Field> fields{
      {.name = "certificate",
       .type = path,
       .meaning_fr = "certificat du serveur et ses intermédiaires (PEM)",
       .meaning_en = "the server's certificate and intermediates (PEM)",
       .example = "pki/server.pem",
       .required = true},
      {.name = "key",
       .type = secret,
       .meaning_fr = "clé privée (PEM)",
       .meaning_en = "private key (PEM)",
       .example = "{file: pki/server.key}",
       .required = true},
      {.name = "client-ca",
       .type = path,
       .meaning_fr = "autorités des certificats clients (PEM) ; absent, aucun certificat client "
                     "n'est demandé",
       .meaning_en = "authorities of client certificates (PEM); without it no client certificate "
                     "is asked for",
       .example = "pki/ca.pem"},
  };
  return fields;
}

const std::vector<Field>& retry_fields() {
  static const std::vector<Field> fields{
      {.name = "first",
       .type = duration,
       .meaning_fr = "attente avant la deuxième tentative",
       .meaning_en = "wait before the second attempt",
       .example = "5s",
       .default_value = "5s",
       .least = 1000,
       .most = day_us},
      {.name = "factor",
       .type = integer,
       .meaning_fr = "chaque attente est la précédente multipliée par ce nombre",
       .meaning_en = "each wait is the one before times this number",
       .example = "2",
       .default_value = "2",
       .least = 1,
       .most = 10},
      {.name = "most",
       .type = duration,
       .meaning_fr = "attente la plus longue",
       .meaning_en = "longest wait",
       .example = "30m",
       .default_value = "30m",
       .least = 1000,
       .most = 7 * day_us},
      {.name = "jitter",
       .meaning_fr = "part de hasard de chaque attente",
       .meaning_en = "random share of each wait",
       .example = "20%",
       .default_value = "20%"},
      {.name = "give-up",
       .type = duration,
       .meaning_fr = "après cette durée, la livraison attend une personne",
       .meaning_en = "after this time the delivery waits for a person",
       .example = "3d",
       .default_value = "3d",
       .least = second_us,
       .most = 365 * day_us},
  };
  return fields;
}

const tree::Spec& site_spec() {
  static const tree::Spec spec = [] {
    tree::Spec s{"charmille", "La configuration d'une passerelle.",
                 "The configuration of one gateway.", base_fields()};
    for (Field& field : flow_fields()) s.fields.push_back(std::move(field));
    return s;
  }();
  return spec;
}

}  // namespace charmille::config
