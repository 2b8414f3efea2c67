// What an unquoted YAML scalar means.
#pragma once

#include <string_view>

#include "gateway/tree/document.h"

namespace charmille::config {

/// The node of a plain (unquoted) scalar: null, boolean, number in the grammar of JSON (RFC 8259
/// §6), else text.
tree::Node plain_scalar(tree::Document& document, std::string_view chars, tree::Origin origin);

/// The offset of the first byte that is not part of UTF-8 text, or is a control character that YAML
/// forbids (YAML 1.2.2 §5.1); npos when there is none.
std::size_t first_unreadable(std::string_view text);

}  // namespace charmille::config
