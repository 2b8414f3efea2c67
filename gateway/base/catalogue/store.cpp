// Fault texts of the area "store": codes CH-STO.
#include "gateway/base/catalogue/areas.h"

namespace charmille::base {
namespace {

constexpr CatalogueEntry entries[] = {
    {"CH-STO-001", Action::stop, "un autre processus utilise déjà ce dossier de données",
     "another process already uses this state folder",
     "arrêter l'autre service, ou lui parler par sa prise locale",
     "stop the other service, or speak to it over its socket"},
    {"CH-STO-002", Action::stop,
     "la base a le schéma {version} ; cette version de Charmille connaît le schéma {known}",
     "the database has schema {version}; this version of Charmille knows schema {known}",
     "installer la version de Charmille qui a écrit la base, ou une plus récente",
     "install the version of Charmille that wrote the database, or a later one"},
    {"CH-STO-003", Action::stop,
     "le journal d'audit ne correspond pas à son arbre, à partir du numéro {seq} : {reason}",
     "the audit log does not match its tree, from number {seq}: {reason}",
     "ne rien effacer ; lancer « charmille audit verify », prévenir le responsable de traitement "
     "et restaurer une sauvegarde",
     "erase nothing; run \"charmille audit verify\", tell the controller and restore a backup"},
    {"CH-STO-004", Action::stop, "la base de données a échoué : {reason}",
     "the database failed: {reason}",
     "vérifier le disque, puis relancer le service : la base sera vérifiée à l'ouverture",
     "check the disk, then start the service again: the database is verified when it opens"},
    {"CH-STO-005", Action::stop,
     "ce dossier tient le journal « {found} », la configuration demande « {wanted} »",
     "this folder holds the log \"{found}\", the configuration asks for \"{wanted}\"",
     "remettre l'ancien nom de journal, ou donner un autre dossier de données",
     "put the former name of the log back, or give another state folder"},
    {"CH-STO-006", Action::stop, "le fichier charmille.db n'a pas été écrit par Charmille",
     "the file charmille.db was not written by Charmille", "donner un autre dossier de données",
     "give another state folder"},
    {"CH-STO-007", Action::stop, "le dossier de données ne peut pas être préparé : {reason}",
     "the state folder cannot be prepared: {reason}",
     "vérifier que le dossier existe et appartient au service",
     "check that the folder exists and belongs to the service"},
    {"CH-STO-010", Action::retry, "l'état a changé entre-temps",
     "the state has changed in the meantime", "rien à faire : l'opération est recalculée",
     "nothing to do: the operation is computed again"},
    {"CH-STO-011", Action::stop, "la base est fermée : {reason}", "the store is closed: {reason}",
     "relancer le service : la base sera vérifiée à l'ouverture",
     "start the service again: the database is verified when it opens"},
    {"CH-STO-012", Action::reject, "écriture contradictoire refusée : {reason}",
     "contradictory write refused: {reason}", "signaler ce message à l'équipe de Charmille",
     "report this message to the Charmille team"},
    {"CH-STO-013", Action::retry, "le disque des données est plein",
     "the disk of the state folder is full", "faire de la place ; le service reprend seul",
     "make space; the service goes on by itself"},
    {"CH-STO-014", Action::retry, "mémoire insuffisante", "out of memory",
     "donner plus de mémoire au service", "give the service more memory"},
    {"CH-STO-015", Action::retry, "la base est occupée", "the database is busy", "réessayer",
     "try again"},
};

}  // namespace

std::span<const CatalogueEntry> store_entries() {
  return entries;
}

}  // namespace charmille::base
