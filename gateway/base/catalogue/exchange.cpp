// Fault texts of the area "exchange": codes CH-EXC.
#include "gateway/base/catalogue/areas.h"

namespace charmille::base {
namespace {

constexpr CatalogueEntry entries[] = {
    {"CH-EXC-002", Action::stop,
     "le trousseau de clés manque dans un dépôt qui contient déjà des données",
     "the keyring is missing from a store that already holds data",
     "restaurer la sauvegarde entière ; sans trousseau, les données ne peuvent plus être lues",
     "restore the whole backup; without its keyring the data can no longer be read"},
    {"CH-EXC-003", Action::retry, "la passerelle ne peut rien accepter pour le moment",
     "the gateway can accept nothing for now", "renvoyer dans {retry-after}",
     "send again in {retry-after}"},
    {"CH-EXC-004", Action::reject, "cette clé d'idempotence a déjà servi pour un autre contenu",
     "this idempotency key was used for other content",
     "donner une clé nouvelle à un contenu nouveau", "give new content a new key"},
    {"CH-EXC-005", Action::reject, "le contenu de cet échange n'est plus conservé",
     "the content of this exchange is no longer kept", "le demander de nouveau au partenaire",
     "ask the partner for it again"},
    {"CH-EXC-006", Action::reject, "le point d'accès {endpoint} ne répond à aucune question",
     "the endpoint {endpoint} answers no question", "voir `charmille adapters`",
     "see `charmille adapters`"},
    {"CH-EXC-007", Action::reject,
     "aucun trajet ne part de {endpoint} : le contenu est gardé, rien n'en est tiré",
     "no route starts at {endpoint}: the content is kept, nothing is made of it",
     "ajouter une route, puis rejouer l'échange", "add a route, then replay the exchange"},
    {"CH-EXC-008", Action::hold, "le traitement s'est interrompu {attempts} fois",
     "processing was interrupted {attempts} times",
     "chercher la cause dans le journal, puis `charmille exchanges replay`",
     "look for the cause in the log, then `charmille exchanges replay`"},
    {"CH-EXC-009", Action::retry, "le webhook d'alarme a répondu {status}",
     "the alarm webhook answered {status}", "vérifier l'adresse et le jeton du webhook",
     "check the address and the token of the webhook"},
    {"CH-EXC-010", Action::retry,
     "le partenaire ne répond plus : cette livraison, qui attendait son tour, n'est pas partie",
     "the partner no longer answers: this delivery, which waited for its turn, did not leave",
     "rien à faire : elle repartira d'elle-même ; voir les échecs précédents de ce partenaire",
     "nothing to do: it will leave by itself; see the earlier failures of this partner"},
    {"CH-EXC-020", Action::reject, "l'état « {state} » de cet échange ne le permet pas",
     "the state \"{state}\" of this exchange does not allow it", "voir `charmille exchanges show`",
     "see `charmille exchanges show`"},
    {"CH-EXC-021", Action::reject, "l'échange {exchange} est inconnu",
     "the exchange {exchange} is unknown", "voir `charmille exchanges list`",
     "see `charmille exchanges list`"},
    {"CH-EXC-022", Action::reject, "le trajet {route} n'a pas de destination `trigger: schedule`",
     "the route {route} has no destination with `trigger: schedule`",
     "voir `charmille route graph`", "see `charmille route graph`"},
    {"CH-EXC-023", Action::reject, "l'entrée de quarantaine {number} est inconnue",
     "the quarantine entry {number} is unknown", "voir `charmille quarantine list`",
     "see `charmille quarantine list`"},
    {"CH-EXC-024", Action::reject, "cet enfant est inconnu", "this child is unknown",
     "voir `charmille records list`", "see `charmille records list`"},
    {"CH-EXC-025", Action::reject, "le point d'accès {endpoint} ne reçoit rien par HTTP",
     "the endpoint {endpoint} takes nothing over HTTP",
     "vérifier le nom du point d'accès et son adaptateur",
     "check the name of the endpoint and its adapter"},
    {"CH-EXC-030", Action::retry, "un autre enfant du même envoi porte cet identifiant",
     "another child of the same payload has this identifier",
     "rien à faire : la passerelle reprend cet enfant ensuite",
     "nothing to do: the gateway takes this child next"},
    {"CH-EXC-031", Action::reject,
     "{count} enfant(s) des envois précédents ne sont pas dans celui-ci ; rien n'est clos pour "
     "autant",
     "{count} child(ren) of earlier payloads are not in this one; nothing is ended by that",
     "vérifier que l'export est complet", "check that the export is complete"},
    {"CH-EXC-032", Action::reject, "ce lot est le même que le dernier déjà traité",
     "this lot is the same as the last one done",
     "rien à faire : il n'a pas été traité une seconde fois",
     "nothing to do: it was not processed a second time"},
};

}  // namespace

std::span<const CatalogueEntry> exchange_entries() {
  return entries;
}

}  // namespace charmille::base
