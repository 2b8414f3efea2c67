// Fault texts of the area "codec": codes CH-CSV, CH-JSON, CH-TXT.
#include "gateway/base/catalogue/areas.h"

namespace charmille::base {
namespace {

constexpr CatalogueEntry entries[] = {
    {"CH-CSV-000", Action::stop, "faute inconnue : {what}", "unknown fault: {what}",
     "signaler ce code à l'équipe de Charmille", "report this code to the Charmille team"},
};

}  // namespace

std::span<const CatalogueEntry> codec_entries() { return entries; }

}  // namespace charmille::base
