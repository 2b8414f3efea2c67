// Fault texts of the area "crypto": codes CH-KEY, CH-SEAL.
#include "gateway/base/catalogue/areas.h"

namespace charmille::base {
namespace {

constexpr CatalogueEntry entries[] = {
    {"CH-KEY-000", Action::stop, "faute inconnue : {what}", "unknown fault: {what}",
     "signaler ce code à l'équipe de Charmille", "report this code to the Charmille team"},
};

}  // namespace

std::span<const CatalogueEntry> crypto_entries() { return entries; }

}  // namespace charmille::base
