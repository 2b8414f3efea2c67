// Fault texts of the area "directory": codes CH-DIR.
#include "gateway/base/catalogue/areas.h"

namespace charmille::base {
namespace {

constexpr CatalogueEntry entries[] = {
    {"CH-DIR-001", Action::reject, "l'annuaire ne connaît pas cette question",
     "the directory does not know this query", "les questions sont : {names}",
     "the queries are: {names}"},
    {"CH-DIR-002", Action::reject, "la question « {operation} » ne dit pas qui est cherché",
     "the query \"{operation}\" does not say who is looked for", "donner l'un de : {names}",
     "give one of: {names}"},
    {"CH-DIR-003", Action::reject, "« {name} » ne va pas avec « {key} »",
     "\"{name}\" does not go with \"{key}\"", "le retirer, ou poser deux questions",
     "take it out, or ask two queries"},
    {"CH-DIR-004", Action::reject, "la valeur de « {name} » n'a pas la forme attendue",
     "the value of \"{name}\" has not the expected form", "par exemple : {example}",
     "for example: {example}"},
    {"CH-DIR-005", Action::hold, "l'annuaire ne nous admet pas (réponse {status})",
     "the directory does not admit us (answer {status})",
     "vérifier la clé ESANTE-API-KEY du fichier que nomme `api-key`, et qu'elle donne accès à "
     "cette API",
     "check the ESANTE-API-KEY in the file that `api-key` names, and that it gives access to this "
     "API"},
    {"CH-DIR-006", Action::retry, "l'annuaire ne peut pas répondre maintenant ({status})",
     "the directory cannot answer now ({status})", "poser la question de nouveau plus tard",
     "ask again later"},
    {"CH-DIR-007", Action::reject, "l'annuaire refuse la question ({status}, motif : {issue})",
     "the directory refuses the query ({status}, issue: {issue})",
     "vérifier l'adresse `url` ; si elle est juste, l'annuaire a changé : le signaler",
     "check the address `url`; if it is right, the directory has changed: report it"},
    {"CH-DIR-008", Action::retry, "la réponse de l'annuaire n'est pas celle d'une recherche FHIR",
     "the directory's answer is not that of a FHIR search",
     "vérifier l'adresse `url`, et que rien ne répond à la place de l'annuaire (serveur "
     "mandataire, page de maintenance)",
     "check the address `url`, and that nothing answers in the directory's place (proxy, "
     "maintenance page)"},
    {"CH-DIR-009", Action::hold, "la suite de la réponse est donnée ailleurs que chez l'annuaire",
     "the rest of the answer is given elsewhere than at the directory",
     "ne pas poser la question de nouveau ; vérifier `url` avec l'éditeur de l'annuaire",
     "do not ask again; check `url` with the editor of the directory"},
    {"CH-DIR-010", Action::stop, "cette adresse ne peut pas être celle d'un annuaire",
     "this address cannot be that of a directory",
     "écrire https://, l'hôte et le chemin, sans nom d'utilisateur",
     "write https://, the host and the path, without a user name"},
    {"CH-DIR-011", Action::stop, "« keep » est plus court que « fresh »",
     "\"keep\" is shorter than \"fresh\"",
     "garder les réponses au moins aussi longtemps qu'elles sont données sans rien demander",
     "keep answers at least as long as they are given without asking"},
    {"CH-DIR-012", Action::hold, "un annuaire ne reçoit pas d'envoi", "a directory is sent nothing",
     "le retirer des destinations du trajet", "take it out of the destinations of the route"},
};

}  // namespace

std::span<const CatalogueEntry> directory_entries() {
  return entries;
}

}  // namespace charmille::base
