#include "gateway/base/catalogue/words.h"

#include <algorithm>
#include <utility>

namespace charmille::base {
namespace {

constexpr std::pair<std::string_view, std::string_view> words[] = {
    // What the C library says of errno.
    {"No such file or directory", "fichier ou dossier absent"},
    {"Permission denied", "accès refusé à ce compte"},
    {"Operation not permitted", "opération non permise à ce compte"},
    {"Not a directory", "un des dossiers du chemin est un fichier"},
    {"Is a directory", "c'est un dossier"},
    {"File exists", "le fichier existe déjà"},
    {"No space left on device", "plus de place sur le disque"},
    {"Read-only file system", "disque en lecture seule"},
    {"Input/output error", "erreur du disque"},
    {"Too many open files", "trop de fichiers ouverts"},
    {"File name too long", "nom de fichier trop long"},
    {"Inappropriate ioctl for device", "ce n'est pas le bon genre de fichier"},
    {"Invalid argument", "valeur non acceptée par le système"},
    {"Address already in use", "adresse déjà prise par un autre programme"},
    {"Cannot assign requested address", "cette machine n'a pas cette adresse"},
    {"Connection refused", "connexion refusée : rien n'écoute à cette adresse"},
    {"Connection reset by peer", "connexion coupée par l'autre bout"},
    {"Connection timed out", "pas de réponse à temps"},
    {"Network is unreachable", "réseau inaccessible"},
    {"No route to host", "machine inaccessible"},
    {"Host not found (authoritative)", "nom de machine inconnu"},
    {"Host not found (non-authoritative), try again later", "nom de machine introuvable"},
    {"path too long", "chemin trop long"},
    {"too slow", "trop lent"},
    // What columns must hold.
    {"digits over the whole width", "des chiffres sur toute la largeur"},
    {"letters from the first column on", "des lettres dès la première colonne"},
    {"a date YYYYMMDD", "une date AAAAMMJJ"},
    {"a text", "un texte"},
    // What is wrong with an XML file.
    {"an element is closed by another name", "un élément est fermé sous un autre nom"},
    {"an entity that XML does not know", "une entité (&...;) que XML ne connaît pas"},
    {"a character that XML forbids", "un caractère que XML interdit"},
    {"an attribute given twice", "un attribut donné deux fois"},
    {"a prefix without its namespace", "un préfixe sans espace de noms"},
    {"a \"<\" inside an attribute", "un « < » dans un attribut"},
    {"something follows the end of the document", "quelque chose suit la fin du document"},
    {"the syntax is wrong", "la syntaxe est fausse"},
    // States of exchanges, as lists show them.
    {"received", "reçu"},
    {"waiting", "attend son lot"},
    {"processing", "en cours"},
    {"done", "traité"},
    {"rejected", "refusé"},
    {"parked", "à reprendre"},
    {"queued", "en file"},
    {"sending", "envoi"},
    {"deferred", "différé"},
    {"delivered", "livré"},
    {"held", "retenu"},
    {"shadowed", "à blanc"},
    {"superseded", "remplacé"},
    {"cancelled", "annulé"},
    // What the scan for secrets found, or could not read.
    {"name of the establishment", "nom de l'établissement"},
    {"name of the unit", "nom du groupe ou de la maison"},
    {"FINESS number", "numéro FINESS"},
    {"name of the school", "nom de l'école"},
    {"UAI number", "numéro UAI"},
    {"name of the doctor", "nom du médecin"},
    {"RPPS number", "numéro RPPS"},
    {"name of a professional of the place", "nom d'un professionnel du lieu"},
    {"place of the visits", "lieu des visites"},
    {"place of a journey", "lieu d'un trajet"},
    {"daily price", "prix de journée"},
    {"name of the host", "nom de l'accueillant"},
    {"address", "adresse"},
    {"town", "commune"},
    {"phone number", "numéro de téléphone"},
    {"mail address", "adresse électronique"},
    {"encrypted", "chiffré"},
    {"a page without text to search", "une page sans texte à lire"},
    {"an image", "une image"},
    {"damaged, or not of its format", "abîmé, ou pas de son format"},
    {"a format that the scan does not read", "un format qu'elle ne lit pas"},
    {"too many documents inside each other", "trop de documents les uns dans les autres"},
    {"too large", "trop grand"},
    {"too long to read", "trop long à lire"},
};

}  // namespace

std::string_view french_of(std::string_view word) {
  const auto* const found =
      std::ranges::find(words, word, &std::pair<std::string_view, std::string_view>::first);
  return found == std::end(words) ? word : found->second;
}

}  // namespace charmille::base
