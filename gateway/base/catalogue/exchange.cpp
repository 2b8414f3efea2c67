// Fault texts of the area "exchange": codes CH-EXC, CH-LOT.
#include "gateway/base/catalogue/areas.h"

namespace charmille::base {
namespace {

constexpr CatalogueEntry entries[] = {
    {"CH-EXC-000", Action::stop, "faute inconnue : {what}", "unknown fault: {what}",
     "signaler ce code à l'équipe de Charmille", "report this code to the Charmille team"},
};

}  // namespace

std::span<const CatalogueEntry> exchange_entries() { return entries; }

}  // namespace charmille::base
