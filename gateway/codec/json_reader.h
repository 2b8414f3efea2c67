// JSON text to nodes of a document.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/tree/document.h"

namespace charmille::codec {

/// One JSON value that fills `text`, which begins at `line` and `column` of `file` (an index of
/// `into`). Positions are those of the first character of each value, in characters from 1.
Result<tree::Node> parse_json(tree::Document& into, std::string_view text, std::uint16_t file,
                              std::uint32_t line, std::uint32_t column, std::size_t max_depth);

}  // namespace charmille::codec
