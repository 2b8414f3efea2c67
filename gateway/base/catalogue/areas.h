// The areas of the catalogue: one table a file, so that two changes never meet in one file.
#pragma once

#include <span>

#include "gateway/base/catalogue.h"

namespace charmille::base {

#define CHARMILLE_AREAS(X) \
  X(system)                \
  X(configuration)         \
  X(codec)                 \
  X(lines)                 \
  X(document)              \
  X(xml)                   \
  X(zip)                   \
  X(mapping)               \
  X(store)                 \
  X(crypto)                \
  X(net)                   \
  X(adapter)               \
  X(directory)             \
  X(record)                \
  X(olinpe)                \
  X(exchange)              \
  X(audit)                 \
  X(api)                   \
  X(fhir)

#define CHARMILLE_AREA(name) std::span<const CatalogueEntry> name##_entries();
CHARMILLE_AREAS(CHARMILLE_AREA)
#undef CHARMILLE_AREA

}  // namespace charmille::base
