// How FHIR writes its elements in XML (FHIR R4, §2.6.1): what the reader and the writer share.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/fhir/definitions.h"

namespace charmille::fhir {

inline constexpr std::string_view fhir_namespace = "http://hl7.org/fhir";
inline constexpr std::string_view xhtml_namespace = "http://www.w3.org/1999/xhtml";
inline constexpr std::size_t most_xml_levels = 100;  ///< of elements in elements

/// What stands between the tags of an element.
struct XmlForm {
  enum class Kind : std::uint8_t {
    primitive,  ///< the value is an attribute; inside, what the companion has
    narrative,  ///< a div of XHTML
    complex,
    resource,  ///< one element, named as the type of the resource
  };

  Kind kind = Kind::complex;
  std::string_view type;
  const Content* content = nullptr;  ///< of a resource: nothing
};

/// A type that resources have, or nullptr: "Resource" itself is none.
const Definition* resource_type(const Definitions& definitions, std::string_view name);

/// Of a value of the element; `rank`: of a choice, which type.
XmlForm xml_form(const Definitions& definitions, const Element& element, std::uint32_t rank);

/// Whether XML writes this element of `type` as an attribute: the id of what is no resource, and
/// the url of an extension.
bool is_xml_attribute(std::string_view type, bool is_resource, std::string_view name);

}  // namespace charmille::fhir
