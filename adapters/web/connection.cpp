#include "adapters/web/connection.h"

#include <algorithm>

namespace charmille::adapters::web {

using tree::Field;
using tree::FieldType;

using SecretPtr = std::shared_ptr<const config::Secret>;

namespace {

/// `node`: what a field of type secret has.
Result<SecretPtr> read_secret(const Setting& setting, const tree::Node& node,
                              const std::string& path) {
  config::SecretReference reference;
  if (const tree::Node* file = node.find("file"))
    reference.file = std::filesystem::path(setting.base_folder) / std::string(file->chars());
  if (const tree::Node* variable = node.find("env")) reference.variable = variable->chars();
  reference.place =
      setting.document.place_of(node.origin(), "endpoints." + setting.endpoint + '.' + path);
  auto secret = config::read_secret(reference);
  if (!secret) return fail(secret.error());
  return std::make_shared<const config::Secret>(std::move(*secret));
}

Field oauth2_field() {
  return Field{
      .name = "oauth2",
      .type = FieldType::object,
      .meaning_fr =
          "jeton demandé à un serveur OAuth 2.0 (client credentials), et renouvelé ; à "
          "la place de `token`",
      .meaning_en =
          "token asked for from an OAuth 2.0 server (client credentials), and renewed; "
          "instead of `token`",
      .example =
          "{token-url: \"https://auth.example/token\", client: passerelle, secret: {file: "
          "secrets/client}}",
      .fields = {
          Field{.name = "token-url",
                .type = FieldType::url,
                .meaning_fr = "adresse où demander le jeton ; mêmes certificats que l'envoi",
                .meaning_en = "address to ask for the token; same certificates as the delivery",
                .example = "https://auth.example/token",
                .required = true},
          Field{.name = "client",
                .type = FieldType::text,
                .meaning_fr = "notre identifiant de client",
                .meaning_en = "our client id",
                .example = "passerelle",
                .required = true},
          Field{.name = "secret",
                .type = FieldType::secret,
                .meaning_fr = "le secret de ce client",
                .meaning_en = "the secret of this client",
                .example = "{file: secrets/client}",
                .required = true},
          Field{.name = "scope",
                .type = FieldType::text,
                .meaning_fr = "droits demandés, séparés par des espaces",
                .meaning_en = "rights asked for, with spaces between them",
                .example = "system/*.write"},
          Field{.name = "authentication",
                .type = FieldType::choice,
                .meaning_fr = "le secret dans l'en-tête (basic) ou dans la demande (post)",
                .meaning_en = "the secret in the header (basic) or in the request (post)",
                .example = "post",
                .default_value = "basic",
                .choices = {"basic", "post"}},
      }};
}

Result<OAuth2> read_oauth2(const Setting& setting, const tree::Node& node) {
  const Field spec = oauth2_field();
  const auto text = [&](std::string_view name) {
    return tree::read_text(node, tree::field_of(spec.fields, name));
  };
  auto secret = read_secret(setting, *node.find("secret"), "oauth2.secret");
  if (!secret) return fail(secret.error());
  return OAuth2{text("token-url"), text("client"), std::move(*secret), text("scope"),
                text("authentication") == "post"};
}

/// What we show to be admitted: `token`, or `oauth2`.
Result<void> read_credentials(const Setting& setting, Connection& into) {
  const tree::Node* token = setting.node.find("token");
  const tree::Node* oauth2 = setting.node.find("oauth2");
  if (token != nullptr && oauth2 != nullptr)
    return fail("CH-OAUTH-001", setting.document.place_of(
                                    oauth2->origin(), "endpoints." + setting.endpoint + ".oauth2"));
  if (token != nullptr) {
    auto secret = read_secret(setting, *token, "token");
    if (!secret) return fail(secret.error());
    into.token = std::move(*secret);
  }
  if (oauth2 != nullptr) {
    auto settings = read_oauth2(setting, *oauth2);
    if (!settings) return fail(settings.error());
    into.oauth2 = std::move(*settings);
  }
  return {};
}

bool uses_tls(const Connection& connection, const std::string& url) {
  return url.starts_with("https://") ||
         (connection.oauth2 && connection.oauth2->token_url.starts_with("https://"));
}

}  // namespace

Result<SecretPtr> read_secret(const Setting& setting, std::string_view name) {
  const tree::Node* node = setting.node.find(name);
  if (node == nullptr) return SecretPtr{};
  return read_secret(setting, *node, std::string(name));
}

Field text_field() {
  return Field{.name = "", .type = FieldType::text};
}

std::vector<std::string> texts_of(const tree::Node& node, std::string_view name) {
  std::vector<std::string> texts;
  if (const tree::Node* list = node.find(name))
    for (const tree::Node& one : list->items()) texts.emplace_back(one.chars());
  return texts;
}

std::vector<Field> connection_fields() {
  return {
      Field{.name = "token",
            .type = FieldType::secret,
            .meaning_fr = "jeton envoyé en Authorization: Bearer",
            .meaning_en = "token sent as Authorization: Bearer",
            .example = "{file: secrets/departement.token}"},
      oauth2_field(),
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

const Field& View::field(std::string_view name) const {
  return tree::field_of(spec_.fields, name);
}
std::string View::text(std::string_view name) const {
  return tree::read_text(setting_.node, field(name));
}
std::int64_t View::integer(std::string_view name) const {
  return tree::read_integer(setting_.node, field(name));
}
bool View::boolean(std::string_view name) const {
  return tree::read_boolean(setting_.node, field(name));
}
std::filesystem::path View::path(std::string_view name) const {
  const std::string value = text(name);
  return value.empty() ? std::filesystem::path{}
                       : std::filesystem::path(setting_.base_folder) / value;
}
std::chrono::milliseconds View::duration(std::string_view name) const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::microseconds(integer(name)));
}

Result<Connection> read_connection(const Setting& setting, const tree::Spec& spec,
                                   const std::string& url) {
  const View view(setting, spec);
  Connection out;
  if (auto read = read_credentials(setting, out); !read) return fail(read.error());
  if (const tree::Node* headers = setting.node.find("headers");
      headers != nullptr && headers->is(tree::Kind::object))
    for (std::size_t i = 0; i < headers->items().size(); ++i)
      out.headers.emplace_back(headers->key(i), headers->items()[i].chars());
  out.tls = {
      view.path("ca"), view.path("certificate"), view.path("key"), {}, view.boolean("system-ca")};
  out.timeout = view.duration("timeout");
  out.connect_timeout = view.duration("connect-timeout");
  out.largest_answer = static_cast<std::uint64_t>(view.integer("max-answer"));
  out.connections = static_cast<std::size_t>(view.integer("connections"));
  if (uses_tls(out, url) && out.tls.ca.empty() && !out.tls.system_store)
    return fail("CH-TLS-015",
                setting.document.place_of(setting.node.origin(), "endpoints." + setting.endpoint));
  return out;
}

Result<void> check_certificates(const Connection& connection, const std::string& url) {
  if (!uses_tls(connection, url)) return {};
  if (auto context = net::client_context(connection.tls); !context) return fail(context.error());
  return {};
}

net::HttpCall Connection::call(std::string url, std::string method, Deadline deadline) const {
  net::HttpCall call;
  call.url = std::move(url);
  call.method = std::move(method);
  call.headers = headers;
  call.headers.reserve(headers.size() + 4);
  if (token) call.headers.emplace_back("Authorization", "Bearer " + std::string(token->reveal()));
  call.tls = tls;
  call.connect_timeout = connect_timeout;
  call.deadline = std::min(deadline, std::chrono::steady_clock::now() + timeout);
  call.answer_limit = largest_answer;
  return call;
}

}  // namespace charmille::adapters::web
