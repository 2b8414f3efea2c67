// Fault texts of the area "audit": codes CH-AUD.
#include "gateway/base/catalogue/areas.h"

namespace charmille::base {
namespace {

constexpr CatalogueEntry entries[] = {
    {"CH-AUD-001", Action::retry, "vérification interrompue après {done} enregistrements",
     "verification stopped after {done} records", "la relancer", "run it again"},
    {"CH-AUD-002", Action::retry,
     "l'index du journal d'audit n'a pas rattrapé le journal : {behind} enregistrements de retard",
     "the audit index has not caught up with the log: {behind} records behind",
     "attendre, ou demander un délai plus long", "wait, or ask with a longer deadline"},
    {"CH-AUD-003", Action::reject, "« {value} » n'est pas un événement du journal",
     "\"{value}\" is not an event of the log",
     "écrire par exemple {example} ; « charmille audit events » les donne tous",
     "write for example {example}; \"charmille audit events\" lists them all"},
};

}  // namespace

std::span<const CatalogueEntry> audit_entries() {
  return entries;
}

}  // namespace charmille::base
