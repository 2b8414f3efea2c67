// Base64 as XML and FHIR write it: on several lines, perhaps.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace charmille::codec {

/// RFC 4648 §4, padded, with white space anywhere; nothing otherwise.
std::optional<std::string> from_folded_base64(std::string_view text);

}  // namespace charmille::codec
