// The narrative of a resource: a div of XHTML that is safe to show (FHIR R4, §2.4.6.1).
#pragma once

#include <string>
#include <string_view>

#include "gateway/base/result.h"

namespace charmille::fhir {

/// That `div` is well-formed, stands for itself (one div, in its own default namespace), and has
/// nothing active: only the elements of HTML 4.0's chapters 7 to 11 and 15, no handlers of events,
/// and links to http, https, mailto, tel, anchors, relative addresses and images in place only.
/// Faults: CH-FHIR-061 to 065; their place is the one in the narrative, whose first line is 1.
Result<void> check_narrative(std::string_view div, const std::string& name);

}  // namespace charmille::fhir
