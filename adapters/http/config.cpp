#include "adapters/http/config.h"

#include "adapters/http/destination.h"
#include "adapters/http/source.h"

namespace charmille::adapters::http {
namespace {

using tree::Field;
using tree::FieldType;

Field text_field() {
  return Field{.name = "", .type = FieldType::text};
}

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
                .item = {text_field()}},
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
            .item = {text_field()}},
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

std::vector<Field> connection_fields() {
  return {
      Field{.name = "token",
            .type = FieldType::secret,
            .meaning_fr = "jeton envoyé en Authorization: Bearer",
            .meaning_en = "token sent as Authorization: Bearer",
            .example = "{file: secrets/departement.token}"},
      Field{.name = "certificate",
            .type = FieldType::path,
            .meaning_fr = "notre certificat client (PEM, puis ses intermédiaires)",
            .meaning_en = "our client certificate (PEM, then its intermediates)",
            .example = "certs/passerelle.pem"},
      Field{.name = "key",
            .type = FieldType::path,
            .meaning_fr = "clé privée du certificat (PEM, 0600)",
            .meaning_en = "private key of the certificate (PEM, 0600)",
            .example = "certs/passerelle.key"},
      Field{.name = "ca",
            .type = FieldType::path,
            .meaning_fr = "autorités admises pour le certificat du serveur (PEM)",
            .meaning_en = "authorities trusted for the certificate of the server (PEM)",
            .example = "certs/departement-ca.pem"},
      Field{.name = "system-ca",
            .type = FieldType::boolean,
            .meaning_fr = "admettre aussi les autorités du système",
            .meaning_en = "also trust the authorities of the system",
            .example = "true",
            .default_value = "false"},
      Field{.name = "timeout",
            .type = FieldType::duration,
            .meaning_fr = "délai total d'un envoi",
            .meaning_en = "total time for one delivery",
            .example = "2m",
            .default_value = "60s",
            .least = 100'000,
            .most = 3'600'000'000},
      Field{.name = "connect-timeout",
            .type = FieldType::duration,
            .meaning_fr = "délai d'ouverture de la connexion, TLS compris",
            .meaning_en = "time to open the connection, TLS included",
            .example = "5s",
            .default_value = "10s",
            .least = 50'000,
            .most = 600'000'000},
      Field{.name = "max-answer",
            .type = FieldType::size,
            .meaning_fr = "la plus grande réponse lue",
            .meaning_en = "the largest answer read",
            .example = "64KiB",
            .default_value = "1MiB",
            .least = 1024},
      Field{.name = "connections",
            .type = FieldType::integer,
            .meaning_fr = "connexions simultanées, au plus",
            .meaning_en = "connections at once, at most",
            .example = "4",
            .default_value = "16",
            .least = 1,
            .most = 256},
  };
}

const tree::Spec& destination_spec() {
  static const tree::Spec spec = [] {
    tree::Spec made{"http", "envoie par POST ou PUT", "sends by POST or PUT", call_fields()};
    for (Field& field : connection_fields()) made.fields.push_back(std::move(field));
    return made;
  }();
  return spec;
}

/// Reading one checked object by the names of its fields.
class View {
 public:
  View(const Setting& setting, const tree::Spec& spec) : setting_(setting), spec_(spec) {}
  std::string text(std::string_view name) const {
    return tree::read_text(setting_.node, field(name));
  }
  std::int64_t integer(std::string_view name) const {
    return tree::read_integer(setting_.node, field(name));
  }
  bool boolean(std::string_view name) const {
    return tree::read_boolean(setting_.node, field(name));
  }
  std::filesystem::path path(std::string_view name) const {
    const std::string value = text(name);
    return value.empty() ? std::filesystem::path{}
                         : std::filesystem::path(setting_.base_folder) / value;
  }
  std::chrono::milliseconds duration(std::string_view name) const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::microseconds(integer(name)));
  }

 private:
  const Field& field(std::string_view name) const { return tree::field_of(spec_.fields, name); }
  const Setting& setting_;
  const tree::Spec& spec_;
};

Result<std::shared_ptr<const config::Secret>> read_token(const Setting& setting) {
  const tree::Node* node = setting.node.find("token");
  if (node == nullptr) return std::shared_ptr<const config::Secret>{};
  config::SecretReference reference;
  if (const tree::Node* file = node->find("file"))
    reference.file = std::filesystem::path(setting.base_folder) / std::string(file->chars());
  if (const tree::Node* variable = node->find("env")) reference.variable = variable->chars();
  reference.place =
      setting.document.place_of(node->origin(), "endpoints." + setting.endpoint + ".token");
  auto secret = config::read_secret(reference);
  if (!secret) return fail(secret.error());
  return std::make_shared<const config::Secret>(std::move(*secret));
}

std::vector<base::Fault> check_destination(const Setting& setting) {
  std::vector<base::Fault> out;
  const auto settings = read_destination(setting);
  if (!settings) return {settings.error()};
  if (!settings->url.starts_with("https://")) return out;
  if (auto context = net::client_context(settings->tls); !context) out.push_back(context.error());
  return out;
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
  const View view(setting, source_spec());
  SourceSettings out;
  if (const tree::Node* types = setting.node.find("content-types"))
    for (const tree::Node& type : types->items()) out.content_types.emplace_back(type.chars());
  if (out.content_types.empty())
    out.content_types = {"application/json", "application/x-ndjson", "text/csv",
                         "application/xml",  "application/zip",      "application/pdf"};
  out.largest = static_cast<std::uint64_t>(view.integer("max-size"));
  out.longest_wait = std::chrono::duration_cast<std::chrono::seconds>(view.duration("max-wait"));
  return out;
}

Result<DestinationSettings> read_destination(const Setting& setting) {
  const View view(setting, destination_spec());
  auto token = read_token(setting);
  if (!token) return fail(token.error());
  DestinationSettings out;
  out.url = view.text("url");
  out.method = view.text("method");
  out.content_type = view.text("content-type");
  if (const tree::Node* headers = setting.node.find("headers");
      headers != nullptr && headers->is(tree::Kind::object))
    for (std::size_t i = 0; i < headers->items().size(); ++i)
      out.headers.emplace_back(headers->key(i), headers->items()[i].chars());
  out.token = std::move(*token);
  out.tls = {
      view.path("ca"), view.path("certificate"), view.path("key"), {}, view.boolean("system-ca")};
  out.timeout = view.duration("timeout");
  out.connect_timeout = view.duration("connect-timeout");
  out.conflict_is_duplicate = view.text("duplicate") == "success";
  out.probe_url = view.text("probe");
  out.largest_answer = static_cast<std::uint64_t>(view.integer("max-answer"));
  out.connections = static_cast<std::size_t>(view.integer("connections"));
  if (out.url.starts_with("https://") && out.tls.ca.empty() && !out.tls.system_store)
    return fail("CH-TLS-015",
                setting.document.place_of(setting.node.origin(), "endpoints." + setting.endpoint));
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
