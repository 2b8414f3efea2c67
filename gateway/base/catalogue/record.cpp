// Fault texts of the area "record": codes CH-REC, CH-POL.
#include "gateway/base/catalogue/areas.h"

namespace charmille::base {
namespace {

constexpr CatalogueEntry entries[] = {
    {"CH-REC-000", Action::stop, "faute inconnue : {what}", "unknown fault: {what}",
     "signaler ce code à l'équipe de Charmille", "report this code to the Charmille team"},
};

}  // namespace

std::span<const CatalogueEntry> record_entries() { return entries; }

}  // namespace charmille::base
