// Reading what an object may have.
#pragma once

#include <span>
#include <string_view>

#include "gateway/tree/node.h"

namespace charmille::fhir {

/// The text of that member, or empty.
inline std::string_view text_at(const tree::Node& node, std::string_view name) {
  const tree::Node* found = node.find(name);
  return found == nullptr ? std::string_view{} : found->chars();
}

/// The items of that list; none when it is absent, or no list.
inline std::span<const tree::Node> items_at(const tree::Node& node, std::string_view name) {
  const tree::Node* found = node.find(name);
  return found != nullptr && found->is(tree::Kind::array) ? found->items()
                                                          : std::span<const tree::Node>{};
}

}  // namespace charmille::fhir
