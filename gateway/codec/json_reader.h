// JSON text to nodes of a document; and what else comes as text, to the nodes that JSON gives.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/codec/json_payload.h"
#include "gateway/tree/document.h"

namespace charmille::codec {

/// One JSON value that fills `text`, which begins at `line` and `column` of `file` (an index of
/// `into`). Positions are those of the first character of each value, in characters from 1.
Result<tree::Node> parse_json(tree::Document& into, std::string_view text, std::uint16_t file,
                              std::uint32_t line, std::uint32_t column, std::size_t max_depth);

/// A JSON text of which long texts were left out, and the payload that still has them.
Result<tree::Document> read_condensed(const base::Payload& payload, const Condensed& condensed,
                                      std::string name, std::size_t max_depth);

/// Whether the characters are a number of JSON (RFC 8259 §6).
bool is_json_number(std::string_view text);

/// A text as the tree has it: a copy, or an attachment for base64 of more than 64 KiB.
tree::Node text_or_attachment(tree::Document& into, std::string_view text, tree::Origin origin);

}  // namespace charmille::codec
