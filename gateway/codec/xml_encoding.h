// The encoding of an XML file, from its first bytes (XML 1.0, appendix F).
#pragma once

#include <string>
#include <string_view>

#include "gateway/codec/text.h"

namespace charmille::codec {

/// What the byte order mark or the declaration says; UTF-8 when neither says anything. Faults:
/// CH-XML-004 for an encoding that we do not read, CH-TXT-006 when the declaration names another
/// encoding than the bytes show.
Result<Encoding> xml_encoding(std::string_view head, const std::string& name);

}  // namespace charmille::codec
