#include "gateway/base/confidentiality.h"

namespace charmille::base {

bool is_confidentiality(std::string_view system) {
  return system.empty() || system == "http://terminology.hl7.org/CodeSystem/v3-Confidentiality" ||
         system == "http://hl7.org/fhir/v3/Confidentiality" ||
         system == "urn:oid:2.16.840.1.113883.5.25";
}

bool restricts(std::string_view system, std::string_view code) {
  const bool open = code == "U" || code == "L" || code == "M" || code == "N";
  return !(open && is_confidentiality(system));
}

}  // namespace charmille::base
