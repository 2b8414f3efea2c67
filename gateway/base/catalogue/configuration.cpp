// Fault texts of the area "configuration": codes CH-CFG.
#include "gateway/base/catalogue/areas.h"

namespace charmille::base {
namespace {

constexpr CatalogueEntry entries[] = {
    // YAML
    {"CH-CFG-001", Action::stop, "erreur de syntaxe YAML ({what})", "YAML syntax error ({what})",
     "corriger la ligne indiquée", "correct the line named"},
    {"CH-CFG-002", Action::stop, "tabulation dans l'indentation", "tab in the indentation",
     "indenter avec des espaces", "indent with spaces"},
    {"CH-CFG-003", Action::stop, "guillemet ouvert et jamais fermé avant la fin du fichier",
     "quote that is still open at the end of the file", "fermer le guillemet", "close the quote"},
    {"CH-CFG-004", Action::stop, "« : » ou « ? » à un endroit où YAML ne l'accepte pas",
     "\": \" or \"? \" where YAML does not take it",
     "vérifier l'indentation, ou mettre la valeur entre guillemets", "check the indentation, or put the value in quotes"},
    {"CH-CFG-005", Action::stop, "la liste ou l'objet commencé ligne {line} ne se termine pas comme attendu",
     "the list or object that began at line {line} does not end as it should",
     "vérifier l'indentation, les crochets et les accolades", "check the indentation, the brackets and the braces"},
    {"CH-CFG-006", Action::stop, "clé « {key} » en double, déjà écrite ligne {line}, colonne {column}",
     "duplicate key \"{key}\", already at line {line}, column {column}", "garder une seule des deux", "keep one of them"},
    {"CH-CFG-007", Action::stop, "étiquette YAML « {tag} » refusée à cet endroit", "YAML tag \"{tag}\" is not taken here",
     "retirer l'étiquette", "remove the tag"},
    {"CH-CFG-008", Action::stop, "alias (*nom) qui renvoie à une ancre absente ou à lui-même",
     "alias (*name) of an anchor that is absent or contains it", "définir l'ancre (&nom) avant l'alias",
     "define the anchor (&name) before the alias"},
    {"CH-CFG-009", Action::stop, "plus de {limit} niveaux d'imbrication", "nested deeper than {limit} levels",
     "aplatir le fichier", "flatten the file"},
    {"CH-CFG-010", Action::stop, "plus de {limit} valeurs, alias développés", "more than {limit} values, aliases expanded",
     "découper le fichier ou retirer des alias", "split the file or remove aliases"},
    {"CH-CFG-011", Action::stop, "fichier de plus de {limit} octets", "file larger than {limit} bytes",
     "découper le fichier", "split the file"},
    {"CH-CFG-012", Action::stop, "octet illisible : le fichier n'est pas du texte UTF-8",
     "unreadable byte: the file is not UTF-8 text", "enregistrer le fichier en UTF-8", "save the file as UTF-8"},
    {"CH-CFG-013", Action::stop, "une clé doit être un simple texte", "a key must be a plain text",
     "vérifier le tiret, l'accolade ou le deux-points de la ligne", "check the dash, brace or colon of the line"},
    {"CH-CFG-014", Action::stop, "second document YAML dans le fichier", "second YAML document in the file",
     "un seul document par fichier : retirer « --- »", "one document a file: remove \"---\""},
    {"CH-CFG-015", Action::stop, "fichier absent ou illisible", "file that is absent or cannot be read",
     "vérifier le nom et les droits du fichier", "check the name and the permissions of the file"},
};

}  // namespace

std::span<const CatalogueEntry> configuration_entries() { return entries; }

}  // namespace charmille::base
