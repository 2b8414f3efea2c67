#include "gateway/fhir/xml_form.h"

namespace charmille::fhir {

const Definition* resource_type(const Definitions& definitions, std::string_view name) {
  if (name == "Resource" || name == "DomainResource") return nullptr;
  const Definition* definition = definitions.type(name);
  const bool resource = definition != nullptr && definition->kind == Definition::Kind::resource;
  return resource ? definition : nullptr;
}

XmlForm xml_form(const Definitions& definitions, const Element& element, std::uint32_t rank) {
  using Kind = XmlForm::Kind;
  if (!element.same_as.empty()) {
    const Element* same = definitions.element(element.same_as);
    return {Kind::complex, "BackboneElement", same == nullptr ? nullptr : same->content.get()};
  }
  const std::string_view type =
      rank < element.types.size() ? std::string_view(element.types[rank].code) : "";
  if (type == "xhtml") return {Kind::narrative, type, nullptr};
  const Definition* definition = definitions.type(type);
  const bool known = definition != nullptr;
  if (known && definition->kind == Definition::Kind::resource)
    return {Kind::resource, type, nullptr};
  if (known && definition->kind == Definition::Kind::primitive)
    return {Kind::primitive, type, definitions.type("Element")->root.content.get()};
  if (element.content) return {Kind::complex, type, element.content.get()};
  return {Kind::complex, type, known ? definition->root.content.get() : nullptr};
}

bool is_xml_attribute(std::string_view type, bool is_resource, std::string_view name) {
  return (name == "id" && !is_resource) || (name == "url" && type == "Extension");
}

}  // namespace charmille::fhir
