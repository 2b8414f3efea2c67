// Which child a person asks about: by its id here, or by an identifier that never stands in an
// address.
#pragma once

#include <vector>

#include "gateway/api/api.h"
#include "gateway/crypto/digest.h"

namespace charmille::api {

/// From the fields `id`, or `system` and `value`, of a body. CH-API-006, -007, -010 (not known).
Result<base::Uuid> child_asked_for(Api& api, const tree::Document& body);

/// The tags that the row has had in the log, and its own should a year's key be gone.
std::vector<crypto::Tag> own_tags_of(Api& api, const store::ChildRow& child);
/// Those of everyone who is this child by the links in force.
Result<std::vector<crypto::Tag>> tags_of(Api& api, const base::Uuid& child);

}  // namespace charmille::api
