#include "gateway/api/child.h"

#include <algorithm>

#include "gateway/exchange/kin.h"

namespace charmille::api {

Result<base::Uuid> child_asked_for(Api& api, const tree::Document& body) {
  if (const std::string id = text_field(body, "id"); !id.empty()) {
    const auto child = base::Uuid::parse(id);
    if (!child) return fail(unreadable("id", id_example));
    return *child;
  }
  const std::string system = text_field(body, "system");
  const std::string value = text_field(body, "value");
  if (system.empty() || value.empty())
    return fail("CH-API-007", {}, {{"field", system.empty() ? "system" : "value"}});
  const auto found = api.engine().operations().find_child(system, value);
  if (!found) return fail(found.error());
  if (!*found) return fail("CH-API-010");
  return **found;
}

std::vector<crypto::Tag> own_tags_of(Api& api, const store::ChildRow& child) {
  std::vector<crypto::Tag> tags = api.context().vault.tags_of(child.id);
  crypto::Tag own{};
  std::ranges::copy_n(child.tag.begin(), std::min(std::ssize(child.tag), std::ssize(own)),
                      own.begin());
  if (std::ranges::find(tags, own) == tags.end()) tags.push_back(own);
  return tags;
}

Result<std::vector<crypto::Tag>> tags_of(Api& api, const base::Uuid& child) {
  const auto linked = exchange::linked_child(api.context().store, child, exchange::Ties::all);
  if (!linked) return fail(linked.error());
  std::vector<crypto::Tag> tags;
  if (!*linked) return tags;
  for (const store::ChildRow& row : (*linked)->rows)
    std::ranges::copy(own_tags_of(api, row), std::back_inserter(tags));
  return tags;
}

}  // namespace charmille::api
