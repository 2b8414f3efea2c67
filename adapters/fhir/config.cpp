#include "adapters/fhir/config.h"

#include "adapters/fhir/destination.h"
#include "adapters/fhir/source.h"
#include "gateway/base/bytes.h"

namespace charmille::adapters::fhir {
namespace {

using tree::Field;
using tree::FieldType;

Field profiles_field() {
  return Field{.name = "profiles",
               .type = FieldType::list,
               .meaning_fr = "profils à respecter, en plus de ceux que la ressource dit suivre",
               .meaning_en = "profiles to conform to, beside those that the resource claims",
               .example =
                   "[\"https://interop.esante.gouv.fr/ig/fhir/tddui/StructureDefinition/"
                   "tddui-bundle\"]",
               .item = {web::text_field()}};
}

std::vector<Field> resource_fields() {
  return {
      Field{.name = "url",
            .type = FieldType::url,
            .meaning_fr = "adresse de base du serveur",
            .meaning_en = "base address of the server",
            .example = "https://dui.example/fhir",
            .required = true},
      Field{.name = "content",
            .type = FieldType::choice,
            .meaning_fr = "forme des ressources envoyées ; les réponses sont lues dans les "
                          "deux",
            .meaning_en = "form of the resources sent; answers are read in both",
            .example = "xml",
            .default_value = "json",
            .choices = {"json", "xml"}},
      Field{.name = "interaction",
            .type = FieldType::choice,
            .meaning_fr = "comment part une transaction d'une seule entrée : telle quelle "
                          "(transaction), ou comme sa demande le dit, seule (single)",
            .meaning_en = "how a transaction of one entry goes: as it is (transaction), or as "
                          "its request says, alone (single)",
            .example = "single",
            .default_value = "transaction",
            .choices = {"transaction", "single"}},
      Field{.name = "packages",
            .type = FieldType::list,
            .meaning_fr = "dossiers des paquets FHIR dont les profils sont vérifiés avant "
                          "l'envoi ; sans eux, rien n'est vérifié ici",
            .meaning_en = "folders of the FHIR packages whose profiles are checked before "
                          "sending; without them nothing is checked here",
            .example = "[paquets/fr-core, paquets/tddui]",
            .item = {web::text_field()}},
      profiles_field(),
  };
}

const tree::Spec& destination_spec() {
  static const tree::Spec spec = [] {
    tree::Spec made{
        "fhir",
        "envoie à un serveur FHIR R4 : un Bundle de transaction à son adresse de base, une autre "
        "ressource à celle de son type",
        "sends to a FHIR R4 server: a transaction Bundle to its base address, another resource to "
        "that of its type",
        resource_fields()};
    for (Field& field : web::connection_fields()) made.fields.push_back(std::move(field));
    return made;
  }();
  return spec;
}

const tree::Spec& source_spec() {
  static const tree::Spec spec{
      "fhir",
      "serveur FHIR R4 sous /fhir/{nom} : reçoit des Bundles de transaction (TDDUI) et des "
      "ressources, et les rend à qui les a envoyés",
      "a FHIR R4 server under /fhir/{name}: takes transaction Bundles (TDDUI) and resources, and "
      "shows them to who sent them",
      {
          Field{.name = "packages",
                .type = FieldType::list,
                .meaning_fr = "dossiers des paquets FHIR dont les profils sont vérifiés à "
                              "l'arrivée ; sans eux, la base R4 seule",
                .meaning_en = "folders of the FHIR packages whose profiles are checked on arrival; "
                              "without them the base of R4 alone",
                .example = "[paquets/fr-core, paquets/tddui]",
                .item = {web::text_field()}},
          profiles_field(),
          Field{.name = "resources",
                .type = FieldType::list,
                .meaning_fr = "types qui peuvent être créés seuls, hors transaction",
                .meaning_en = "types that may be created alone, outside a transaction",
                .example = "[DocumentReference]",
                .item = {web::text_field()}},
          Field{.name = "max-size",
                .type = FieldType::size,
                .meaning_fr = "un corps plus grand reçoit 413",
                .meaning_en = "a larger body gets 413",
                .example = "20MiB",
                .default_value = "64MiB",
                .least = 1},
          Field{.name = "max-wait",
                .type = FieldType::duration,
                .meaning_fr = "attente du jugement de la passerelle avant de répondre ; au-delà, "
                              "ce qui est reçu est dit créé",
                .meaning_en = "how long the judgement of the gateway is awaited before answering; "
                              "after it, what was received is told created",
                .example = "10s",
                .default_value = "30s",
                .least = 0,
                .most = 60'000'000},
      }};
  return spec;
}

/// The base of R4, and what the packages define.
Result<std::shared_ptr<const charmille::fhir::Definitions>> read_definitions(
    const Setting& setting) {
  std::vector<std::filesystem::path> folders;
  for (const std::string& folder : web::texts_of(setting.node, "packages"))
    folders.push_back(std::filesystem::path(setting.base_folder) / folder);
  auto definitions =
      charmille::fhir::load_definitions(folders, web::texts_of(setting.node, "profiles"));
  if (!definitions && definitions.error().place.file.empty()) {
    const tree::Node* packages = setting.node.find("packages");
    definitions.error().place =
        setting.document.place_of(packages == nullptr ? setting.node.origin() : packages->origin(),
                                  "endpoints." + setting.endpoint + ".packages");
  }
  return definitions;
}

/// Nothing when no package is named: then nothing is judged before sending.
Result<std::shared_ptr<const charmille::fhir::Validator>> read_validator(const Setting& setting) {
  if (web::texts_of(setting.node, "packages").empty())
    return std::shared_ptr<const charmille::fhir::Validator>{};
  auto definitions = read_definitions(setting);
  if (!definitions) return fail(std::move(definitions.error()));
  return std::make_shared<const charmille::fhir::Validator>(std::move(*definitions));
}

std::vector<base::Fault> check_source(const Setting& setting) {
  const auto settings = read_source(setting);
  if (!settings) return {settings.error()};
  return {};
}

Result<std::unique_ptr<Source>> build_source(const Setting& setting) {
  auto settings = read_source(setting);
  if (!settings) return fail(settings.error());
  return make_source(std::move(*settings), setting.clock);
}

std::vector<base::Fault> check_destination(const Setting& setting) {
  const auto settings = read_destination(setting);
  if (!settings) return {settings.error()};
  const auto checked = web::check_certificates(settings->connection, settings->base);
  if (!checked) return {checked.error()};
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
  if (view.text("content") == "xml") out.content = Form::xml;
  out.single = view.text("interaction") == "single";
  return out;
}

Result<SourceSettings> read_source(const Setting& setting) {
  const web::View view(setting, source_spec());
  auto definitions = read_definitions(setting);
  if (!definitions) return fail(std::move(definitions.error()));
  SourceSettings out;
  out.definitions = std::move(*definitions);
  out.validator = std::make_shared<const charmille::fhir::Validator>(out.definitions);
  out.profiles = web::texts_of(setting.node, "profiles");
  out.types = web::texts_of(setting.node, "resources");
  for (const std::string& type : out.types) {
    const charmille::fhir::Definition* known = out.definitions->type(type);
    if (known == nullptr || known->kind != charmille::fhir::Definition::Kind::resource)
      return fail("CH-FHIR-002",
                  setting.document.place_of(setting.node.find("resources")->origin(),
                                            "endpoints." + setting.endpoint + ".resources"),
                  {{"type", base::printable(type, 64)}});
  }
  out.largest = static_cast<std::uint64_t>(view.integer("max-size"));
  out.longest_wait = view.duration("max-wait");
  return out;
}

const Adapter& adapter() {
  static const Adapter object{
      .name = "fhir",
      .source = &source_spec(),
      .destination = &destination_spec(),
      .guarantees_fr =
          "entrée : une transaction est prise entière ou pas du tout, et répondue une fois durable "
          "; "
          "la même demande (X-Request-Id) avec le même contenu a la même réponse ; "
          "sortie : la même demande et le même X-Request-Id à chaque essai ; après une réponse "
          "perdue, un Bundle dont chaque entrée a son ifNoneExist est renvoyé sans risque, un "
          "autre "
          "attend une personne",
      .guarantees_en =
          "in: a transaction is taken whole or not at all, and answered once durable; the same "
          "request (X-Request-Id) with the same content has the same answer; "
          "out: the same request and the same X-Request-Id on every attempt; after a lost answer a "
          "Bundle whose entries all have their ifNoneExist is sent again without risk, another "
          "waits for a person",
      .safe_for_untrusted_input = true,
      .make_source = build_source,
      .make_destination = build_destination,
      .check_source = check_source,
      .check_destination = check_destination,
      .one_json_document = true,
  };
  return object;
}

}  // namespace charmille::adapters::fhir
