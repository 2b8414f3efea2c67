// Which child a person asks about: by its id here, or by an identifier that never stands in an
// address.
#pragma once

#include "gateway/api/api.h"

namespace charmille::api {

/// From the fields `id`, or `system` and `value`, of a body. CH-API-006, -007, -010 (not known).
Result<base::Uuid> child_asked_for(Api& api, const tree::Document& body);

}  // namespace charmille::api
