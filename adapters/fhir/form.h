// The two forms of a resource on the wire (FHIR R4, http.html §3.1.0.1.11).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/result.h"
#include "gateway/tree/document.h"

namespace charmille::adapters::fhir {

enum class Form : std::uint8_t { json, xml };

std::string_view media_type(Form form);
/// Of "application/fhir+json", "text/xml; charset=utf-8", "json"...; nothing for any other.
std::optional<Form> form_of(std::string_view content_type);

/// Faults: those of `codec::read_json` and `fhir::read_xml`.
Result<tree::Document> read_resource(std::string_view bytes, std::string name, Form form);
/// Faults: those of `fhir::write_xml`; an attachment that cannot be read.
Result<std::string> write_resource(const tree::Document& document, const tree::Node& resource,
                                   Form form);

}  // namespace charmille::adapters::fhir
