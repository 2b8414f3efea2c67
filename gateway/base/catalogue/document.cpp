// Fault texts of the area "document": codes CH-DOC.
#include "gateway/base/catalogue/areas.h"

namespace charmille::base {
namespace {

constexpr CatalogueEntry entries[] = {
    {"CH-DOC-001", Action::reject,
     "le document n'est pas d'un type admis : son contenu est {found} (admis : {expected})",
     "the document is of no accepted type: its content is {found} (accepted: {expected})",
     "remplacer le document ; le type est lu dans le contenu, jamais dans le nom",
     "replace the document; the type is read in the content, never in the name"},
    {"CH-DOC-002", Action::reject, "le contenu est un programme : il n'est ni ouvert, ni transmis",
     "the content is a program: it is neither opened nor passed on",
     "prévenir la sécurité et l'expéditeur", "tell those in charge of security, and the sender"},
    {"CH-DOC-003", Action::reject, "le document dépasse {limit} octets",
     "the document exceeds {limit} bytes", "réduire le document, ou relever max-size",
     "reduce the document, or raise max-size"},
    {"CH-DOC-004", Action::reject, "le document est vide", "the document is empty",
     "refaire l'export", "run the export again"},
    {"CH-DOC-005", Action::reject,
     "le PDF est incomplet ou abîmé : sa fin ou sa table des objets manque",
     "the PDF is incomplete or damaged: its end or its table of objects is missing",
     "refaire l'export ou le transfert", "run the export or the transfer again"},
    {"CH-DOC-006", Action::reject,
     "le PDF contient du JavaScript ou une action qui lance quelque chose",
     "the PDF holds JavaScript or an action that starts something",
     "demander un PDF sans script (« imprimer en PDF ») ; s'il n'était pas attendu, prévenir la "
     "sécurité",
     "ask for a PDF without script (\"print to PDF\"); if it was not expected, tell those in "
     "charge "
     "of security"},
    {"CH-DOC-007", Action::reject, "le PDF contient d'autres fichiers, joints à l'intérieur",
     "the PDF holds other files, attached inside", "demander un PDF sans pièce jointe",
     "ask for a PDF without attachments"},
    {"CH-DOC-008", Action::reject,
     "le PDF est chiffré : son contenu ne peut pas être vérifié avant un envoi",
     "the PDF is encrypted: its content cannot be checked before a delivery",
     "demander un PDF sans mot de passe", "ask for a PDF without password"},
    {"CH-DOC-009", Action::reject,
     "le PDF contient un flux qui se déploie au-delà de {limit} octets",
     "the PDF holds a stream that inflates beyond {limit} bytes",
     "document piégé ou mal fait : le faire refaire, en résolution usuelle",
     "a trap or badly made: have it made again, at a usual resolution"},
};

}  // namespace

std::span<const CatalogueEntry> document_entries() {
  return entries;
}

}  // namespace charmille::base
