#include "adapters/fhir/holding_config.h"

#include "adapters/fhir/holding.h"
#include "adapters/web/connection.h"

namespace charmille::adapters::fhir {
namespace {

using tree::Field;
using tree::FieldType;

const tree::Spec& spec() {
  static const tree::Spec made{
      "fhir-documents",
      "tient des documents à la disposition du partenaire, qui les cherche et les lit sous "
      "/fhir/{nom} (FHIR R4, PDSm)",
      "holds documents for the partner, who finds and reads them under /fhir/{name} (FHIR R4, "
      "PDSm)",
      {
          Field{.name = "url",
                .type = FieldType::url,
                .meaning_fr = "adresse de ce point d'accès vu du partenaire ; elle est écrite dans "
                              "les réponses",
                .meaning_en = "address of this endpoint as the partner sees it; it is written in "
                              "the answers",
                .example = "https://passerelle.example/fhir/documents-csapa",
                .required = true},
          Field{.name = "held",
                .type = FieldType::duration,
                .meaning_fr = "durée pendant laquelle un document peut être lu",
                .meaning_en = "how long a document may be read",
                .example = "30d",
                .default_value = "90d",
                .least = 60'000'000},
      }};
  return made;
}

Result<std::unique_ptr<Destination>> build(const Setting& setting) {
  auto settings = read_holding(setting);
  if (!settings) return fail(settings.error());
  return make_holding(std::move(*settings), setting.clock);
}

}  // namespace

Result<HoldingSettings> read_holding(const Setting& setting) {
  const web::View view(setting, spec());
  HoldingSettings out{view.text("url"), std::chrono::microseconds(view.integer("held"))};
  while (out.base.ends_with('/')) out.base.pop_back();
  return out;
}

const Adapter& documents_adapter() {
  static const Adapter object{
      .name = "fhir-documents",
      .destination = &spec(),
      .guarantees_fr =
          "sortie : rien n'est envoyé ; ce qu'une livraison plus récente du même enfant "
          "remplace n'est plus montré, et chaque lecture est au journal d'audit",
      .guarantees_en =
          "out: nothing is sent; what a newer delivery of the same child replaces is "
          "shown no more, and each reading is in the audit log",
      .safe_for_untrusted_input = true,
      .make_destination = build,
      .shows_latest = true,
      .one_json_document = true,
  };
  return object;
}

}  // namespace charmille::adapters::fhir
