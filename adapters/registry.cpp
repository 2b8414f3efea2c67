// The adapters linked into this binary: one line each.
#include "adapters/adapter.h"
#include "adapters/directory/config.h"
#include "adapters/fhir/config.h"
#include "adapters/fhir/holding_config.h"
#include "adapters/file/config.h"
#include "adapters/http/config.h"
#include "adapters/sftp/config.h"

namespace charmille::adapters {

std::span<const Adapter* const> registry() {
  static const Adapter* const all[] = {
      &file::adapter(), &http::adapter(),           &sftp::adapter(),
      &fhir::adapter(), &fhir::documents_adapter(), &directory::adapter(),
  };
  return all;
}

const Adapter* find_adapter(std::string_view name) {
  for (const Adapter* adapter : registry())
    if (adapter->name == name) return adapter;
  return nullptr;
}

}  // namespace charmille::adapters
