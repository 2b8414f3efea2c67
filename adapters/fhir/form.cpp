#include "adapters/fhir/form.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "adapters/web/message.h"
#include "gateway/codec/codec.h"
#include "gateway/fhir/definitions.h"
#include "gateway/fhir/xml_reader.h"
#include "gateway/fhir/xml_writer.h"

namespace charmille::adapters::fhir {
namespace {

struct Known {
  std::string_view name;
  Form form;
};
constexpr Known forms[] = {
    {"application/fhir+json", Form::json},
    {"application/json", Form::json},
    {"text/json", Form::json},
    {"json", Form::json},
    {"application/fhir+xml", Form::xml},
    {"application/xml", Form::xml},
    {"text/xml", Form::xml},
    {"xml", Form::xml},
};

/// The types of R4: made once, when the first XML comes or goes.
const charmille::fhir::Definitions& definitions() {
  static const auto made = [] {
    auto definitions = std::make_unique<charmille::fhir::Definitions>();
    definitions->close();
    return definitions;
  }();
  return *made;
}

}  // namespace

std::string_view media_type(Form form) {
  return form == Form::json ? "application/fhir+json" : "application/fhir+xml";
}

std::optional<Form> form_of(std::string_view content_type) {
  const std::string type = web::media_type(content_type);
  const auto* const at = std::ranges::find(forms, type, &Known::name);
  if (at == std::end(forms)) return std::nullopt;
  return at->form;
}

Result<tree::Document> read_resource(std::string_view bytes, std::string name, Form form) {
  if (form == Form::xml) return charmille::fhir::read_xml(bytes, std::move(name), definitions());
  return codec::read_json(bytes, std::move(name));
}

Result<std::string> write_resource(const tree::Document& document, const tree::Node& resource,
                                   Form form) {
  if (form == Form::xml) return charmille::fhir::write_xml(document, resource, definitions());
  return codec::write_json(document, resource);
}

}  // namespace charmille::adapters::fhir
