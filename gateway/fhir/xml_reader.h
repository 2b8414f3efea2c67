// Resources from XML (FHIR R4, §2.6.1): to the tree that the JSON reader would give.
#pragma once

#include <string>
#include <string_view>

#include "gateway/base/result.h"
#include "gateway/fhir/definitions.h"
#include "gateway/tree/document.h"

namespace charmille::fhir {

inline constexpr std::size_t most_xml_bytes = 64U << 20;

/// One resource. Lexemes are kept (1.00, 2014-06); elements that may repeat are arrays; origins are
/// those of the tags. The narrative is kept as it is written. What JSON has no place for is
/// dropped: comments and instructions outside of the narrative, xsi:schemaLocation.
///
/// Nothing is repaired: refused, with the FHIRPath of the element and its line, are XML that is
/// none or that has a DTD (CH-XML-001 to 005), another encoding than UTF-8, elements that FHIR does
/// not know, or not there, not in this order, not so often (CH-FHIR-002 to 013, 050 to 058), and
/// narratives that are not safe (CH-FHIR-061 to 065).
Result<tree::Document> read_xml(std::string_view bytes, std::string name,
                                const Definitions& definitions);

}  // namespace charmille::fhir
