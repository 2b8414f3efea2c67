// What the options of several codecs share, so that two of them never disagree.
#pragma once

#include <optional>

#include "gateway/tree/spec.h"

namespace charmille::codec {

tree::Field format_field();
tree::Field encoding_field();
tree::Field delimiter_field(std::string_view fr, std::string_view en);
/// A list of texts.
tree::Field names_field(std::string_view name, std::string_view fr, std::string_view en,
                        std::string_view example);

/// A character that can part or quote cells: ASCII, no letter or digit, no line end; "tab".
std::optional<char> separator(std::string_view text);

}  // namespace charmille::codec
