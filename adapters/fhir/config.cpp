#include "adapters/fhir/config.h"

#include "adapters/fhir/destination.h"

namespace charmille::adapters::fhir {
namespace {

using tree::Field;
using tree::FieldType;

const tree::Spec& destination_spec() {
  static const tree::Spec spec = [] {
    tree::Spec made{
        "fhir",
        "envoie à un serveur FHIR R4 : un Bundle de transaction à son adresse de base, une autre "
        "ressource à celle de son type",
        "sends to a FHIR R4 server: a transaction Bundle to its base address, another resource to "
        "that of its type",
        {
            Field{.name = "url",
                  .type = FieldType::url,
                  .meaning_fr = "adresse de base du serveur",
                  .meaning_en = "base address of the server",
                  .example = "https://dui.example/fhir",
                  .required = true},
            Field{.name = "packages",
                  .type = FieldType::list,
                  .meaning_fr = "dossiers des paquets FHIR dont les profils sont vérifiés avant "
                                "l'envoi ; sans eux, rien n'est vérifié ici",
                  .meaning_en = "folders of the FHIR packages whose profiles are checked before "
                                "sending; without them nothing is checked here",
                  .example = "[paquets/fr-core, paquets/tddui]",
                  .item = {web::text_field()}},
            Field{.name = "profiles",
                  .type = FieldType::list,
                  .meaning_fr = "profils à respecter, en plus de ceux que la ressource dit suivre",
                  .meaning_en = "profiles to conform to, beside those that the resource claims",
                  .example = "[\"https://interop.esante.gouv.fr/ig/fhir/tddui/StructureDefinition/"
                             "tddui-bundle\"]",
                  .item = {web::text_field()}},
        }};
    for (Field& field : web::connection_fields()) made.fields.push_back(std::move(field));
    return made;
  }();
  return spec;
}

/// What the packages define; nothing when none is named.
Result<std::shared_ptr<const charmille::fhir::Validator>> read_validator(const Setting& setting) {
  std::vector<std::filesystem::path> folders;
  for (const std::string& folder : web::texts_of(setting.node, "packages"))
    folders.push_back(std::filesystem::path(setting.base_folder) / folder);
  if (folders.empty()) return std::shared_ptr<const charmille::fhir::Validator>{};
  auto definitions =
      charmille::fhir::load_definitions(folders, web::texts_of(setting.node, "profiles"));
  if (definitions)
    return std::make_shared<const charmille::fhir::Validator>(std::move(*definitions));
  if (definitions.error().place.file.empty())
    definitions.error().place = setting.document.place_of(
        setting.node.find("packages")->origin(), "endpoints." + setting.endpoint + ".packages");
  return fail(std::move(definitions.error()));
}

std::vector<base::Fault> check_destination(const Setting& setting) {
  const auto settings = read_destination(setting);
  if (!settings) return {settings.error()};
  if (!settings->base.starts_with("https://")) return {};
  if (auto context = net::client_context(settings->connection.tls); !context)
    return {context.error()};
  return {};
}

Result<std::unique_ptr<Destination>> build_destination(const Setting& setting) {
  auto settings = read_destination(setting);
  if (!settings) return fail(settings.error());
  return make_destination(std::move(*settings), setting.executor, setting.clock);
}

}  // namespace

Result<DestinationSettings> read_destination(const Setting& setting) {
  const web::View view(setting, destination_spec());
  DestinationSettings out;
  out.base = view.text("url");
  while (out.base.ends_with('/')) out.base.pop_back();
  auto connection = web::read_connection(setting, destination_spec(), out.base);
  if (!connection) return fail(connection.error());
  out.connection = std::move(*connection);
  auto validator = read_validator(setting);
  if (!validator) return fail(validator.error());
  out.validator = std::move(*validator);
  out.profiles = web::texts_of(setting.node, "profiles");
  return out;
}

const Adapter& adapter() {
  static const Adapter object{
      .name = "fhir",
      .destination = &destination_spec(),
      .guarantees_fr =
          "sortie : la même demande et le même X-Request-Id à chaque essai ; après une réponse "
          "perdue, un Bundle dont chaque entrée a son ifNoneExist est renvoyé sans risque, un "
          "autre "
          "attend une personne",
      .guarantees_en =
          "out: the same request and the same X-Request-Id on every attempt; after a lost answer a "
          "Bundle whose entries all have their ifNoneExist is sent again without risk, another "
          "waits for a person",
      .make_destination = build_destination,
      .check_destination = check_destination,
  };
  return object;
}

}  // namespace charmille::adapters::fhir
