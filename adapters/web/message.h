// The parts of an HTTP message that several adapters read or write.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/adapter.h"

namespace charmille::adapters::web {

/// The first header of that name (case does not count), or empty.
std::string_view header_of(const Pairs& headers, std::string_view name);

/// "text/csv" of "Text/CSV; charset=utf-8".
std::string media_type(std::string_view content_type);

/// Every byte but letters, digits and -._~ as %XX (RFC 3986 §2.3).
std::string percent_encoded(std::string_view text);

/// Of a list of them, as Accept has it: in its order, without their parameters.
std::vector<std::string> media_types(std::string_view list);

/// Of a query or a form, decoded ("+" is a space); what is wrongly encoded is left out.
Pairs parameters_of(std::string_view query);

}  // namespace charmille::adapters::web
