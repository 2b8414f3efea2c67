// Fault texts of the area "system": codes CH-SYS.
#include "gateway/base/catalogue/areas.h"

namespace charmille::base {
namespace {

constexpr CatalogueEntry entries[] = {
    {"CH-SYS-001", Action::stop, "faute interne : {what}", "internal fault: {what}",
     "signaler ce message à l'équipe de Charmille", "report this message to the Charmille team"},
    {"CH-SYS-002", Action::reject, "ce n'est pas une date et heure RFC 3339",
     "not an RFC 3339 date and time", "écrire par exemple 2026-06-30T09:12:03Z",
     "write for example 2026-06-30T09:12:03Z"},
    {"CH-SYS-003", Action::reject, "« {text} » n'est pas une durée", "\"{text}\" is not a duration",
     "écrire un nombre et une unité : 250ms, 10s, 5m, 2h, 7d",
     "write a number and a unit: 250ms, 10s, 5m, 2h, 7d"},
    {"CH-SYS-004", Action::retry, "lecture impossible : {reason}", "cannot read: {reason}",
     "vérifier le disque", "check the disk"},
    {"CH-SYS-005", Action::retry, "le fichier ne peut pas être ouvert : {reason}",
     "the file cannot be opened: {reason}",
     "vérifier que le fichier existe et que le service a le droit de le lire",
     "check that the file exists and that the service may read it"},
    {"CH-SYS-006", Action::reject, "{size} octets dépassent la limite de {limit}",
     "{size} bytes exceed the limit of {limit}",
     "envoyer moins, ou relever la limite dans la configuration",
     "send less, or raise the limit in the configuration"},
    {"CH-SYS-007", Action::retry, "écriture impossible : {reason}", "cannot write: {reason}",
     "vérifier la place sur le disque et les droits du service",
     "check the space on the disk and the rights of the service"},
};

}  // namespace

std::span<const CatalogueEntry> system_entries() {
  return entries;
}

}  // namespace charmille::base
