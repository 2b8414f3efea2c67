#include "adapters/http/config.h"

#include "adapters/http/destination.h"
#include "adapters/http/source.h"

namespace charmille::adapters::http {
namespace {

using tree::Field;
using tree::FieldType;

const tree::Spec& source_spec() {
  static const tree::Spec spec{
      "http",
      "reçoit ce que le partenaire pousse sur POST /v1/endpoints/{nom}",
      "takes what the partner pushes to POST /v1/endpoints/{name}",
      {
          Field{.name = "content-types",
                .type = FieldType::list,
                .meaning_fr = "types de contenu acceptés ; les autres reçoivent 415",
                .meaning_en = "content types accepted; others get 415",
                .example = "[application/json]",
                .item = {web::text_field()}},
          Field{.name = "max-size",
                .type = FieldType::size,
                .meaning_fr = "un corps plus grand reçoit 413",
                .meaning_en = "a larger body gets 413",
                .example = "10MiB",
                .default_value = "64MiB",
                .least = 1},
          Field{.name = "max-wait",
                .type = FieldType::duration,
                .meaning_fr = "la plus longue attente qu'un envoi peut demander par ?wait=SECONDES",
                .meaning_en = "the longest wait that a push may ask for by ?wait=SECONDS",
                .example = "30s",
                .default_value = "60s",
                .least = 0,
                .most = 60'000'000},
      }};
  return spec;
}

std::vector<Field> call_fields() {
  return {
      Field{.name = "url",
            .type = FieldType::url,
            .meaning_fr = "adresse complète où envoyer",
            .meaning_en = "full address to send to",
            .example = "https://depot.example/api/lots",
            .required = true},
      Field{.name = "method",
            .type = FieldType::choice,
            .meaning_fr = "méthode HTTP",
            .meaning_en = "HTTP method",
            .example = "PUT",
            .default_value = "POST",
            .choices = {"POST", "PUT"}},
      Field{.name = "content-type",
            .type = FieldType::text,
            .meaning_fr = "type de contenu à annoncer ; celui des données par défaut",
            .meaning_en = "content type to announce; that of the data by default",
            .example = "text/csv; charset=utf-8"},
      Field{.name = "headers",
            .type = FieldType::map,
            .meaning_fr = "en-têtes fixes à ajouter ; jamais un secret",
            .meaning_en = "fixed headers to add; never a secret",
            .example = "{X-Depositor: \"750000001\"}",
            .item = {web::text_field()}},
      Field{.name = "duplicate",
            .type = FieldType::choice,
            .meaning_fr =
                "ce que 409 veut dire chez ce partenaire : déjà reçu (success) ou refusé (reject)",
            .meaning_en =
                "what 409 means with this partner: already received (success) or refused (reject)",
            .example = "success",
            .default_value = "reject",
            .choices = {"success", "reject"}},
      Field{
          .name = "probe",
          .type = FieldType::url,
          .meaning_fr =
              "adresse à demander (GET) après une réponse perdue ; {key} est la clé d'idempotence",
          .meaning_en = "address to ask (GET) after a lost answer; {key} is the idempotency key",
          .example = "https://depot.example/api/lots/{key}"},
  };
}

const tree::Spec& destination_spec() {
  static const tree::Spec spec = [] {
    tree::Spec made{"http", "envoie par POST ou PUT", "sends by POST or PUT", call_fields()};
    for (Field& field : web::connection_fields()) made.fields.push_back(std::move(field));
    return made;
  }();
  return spec;
}

std::vector<base::Fault> check_destination(const Setting& setting) {
  const auto settings = read_destination(setting);
  if (!settings) return {settings.error()};
  const auto checked = web::check_certificates(settings->connection, settings->url);
  if (!checked) return {checked.error()};
  return {};
}

Result<std::unique_ptr<Source>> build_source(const Setting& setting) {
  return make_source(read_source(setting), setting.clock);
}

Result<std::unique_ptr<Destination>> build_destination(const Setting& setting) {
  auto settings = read_destination(setting);
  if (!settings) return fail(settings.error());
  return make_destination(std::move(*settings), setting.executor, setting.clock);
}

}  // namespace

SourceSettings read_source(const Setting& setting) {
  const web::View view(setting, source_spec());
  SourceSettings out;
  out.content_types = web::texts_of(setting.node, "content-types");
  if (out.content_types.empty())
    out.content_types = {"application/json", "application/x-ndjson", "text/csv",
                         "application/xml",  "application/zip",      "application/pdf"};
  out.largest = static_cast<std::uint64_t>(view.integer("max-size"));
  out.longest_wait = std::chrono::duration_cast<std::chrono::seconds>(view.duration("max-wait"));
  return out;
}

Result<DestinationSettings> read_destination(const Setting& setting) {
  const web::View view(setting, destination_spec());
  DestinationSettings out;
  out.url = view.text("url");
  auto connection = web::read_connection(setting, destination_spec(), out.url);
  if (!connection) return fail(connection.error());
  out.connection = std::move(*connection);
  out.method = view.text("method");
  out.content_type = view.text("content-type");
  out.conflict_is_duplicate = view.text("duplicate") == "success";
  out.probe_url = view.text("probe");
  return out;
}

const Adapter& adapter() {
  static const Adapter object{
      .name = "http",
      .source = &source_spec(),
      .destination = &destination_spec(),
      .guarantees_fr =
          "entrée : 202 une fois les données en sûreté ; sortie : la même Idempotency-Key à chaque "
          "essai, "
          "question avant renvoi quand `probe` est donné",
      .guarantees_en =
          "in: 202 once the data are safe; out: the same Idempotency-Key on every attempt, a "
          "question "
          "before sending again when `probe` is given",
      .safe_for_untrusted_input = true,
      .make_source = build_source,
      .make_destination = build_destination,
      .check_destination = check_destination,
  };
  return object;
}

}  // namespace charmille::adapters::http
