// Fault texts of the area "net": codes CH-NET, CH-TLS, CH-HTTP.
#include "gateway/base/catalogue/areas.h"

namespace charmille::base {
namespace {

constexpr CatalogueEntry entries[] = {
    {"CH-NET-000", Action::stop, "faute inconnue : {what}", "unknown fault: {what}",
     "signaler ce code à l'équipe de Charmille", "report this code to the Charmille team"},
};

}  // namespace

std::span<const CatalogueEntry> net_entries() { return entries; }

}  // namespace charmille::base
