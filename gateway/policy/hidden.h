// What of a relative must not be told: projection and scan ask the same questions.
#pragma once

#include <algorithm>

#include "gateway/record/edit.h"
#include "gateway/tree/node.h"

namespace charmille::policy {

/// The child lives with this person, who is no parent of a former home: what tells the person tells
/// the place.
inline bool is_host(const tree::Node& person) {
  const std::string_view link = record::code_at(person, "link");
  return link == "AF" || link == "TDC";
}

/// An address is told only when its flag says that it may be, to everybody.
inline bool is_hidden(const tree::Node& address) {
  return record::code_at(address, "secret") != "no" ||
         !record::items_at(address, "secretFrom").empty();
}

/// Somebody who hides an address hides the phones too: a number leads to it.
inline bool hides_address(const tree::Node& person) {
  return std::ranges::any_of(record::items_at(person, "addresses"), is_hidden);
}

}  // namespace charmille::policy
