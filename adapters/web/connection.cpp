#include "adapters/web/connection.h"

#include <algorithm>

namespace charmille::adapters::web {

using tree::Field;
using tree::FieldType;

Result<std::shared_ptr<const config::Secret>> read_secret(const Setting& setting,
                                                          std::string_view name) {
  const tree::Node* node = setting.node.find(name);
  if (node == nullptr) return std::shared_ptr<const config::Secret>{};
  config::SecretReference reference;
  if (const tree::Node* file = node->find("file"))
    reference.file = std::filesystem::path(setting.base_folder) / std::string(file->chars());
  if (const tree::Node* variable = node->find("env")) reference.variable = variable->chars();
  reference.place = setting.document.place_of(
      node->origin(), "endpoints." + setting.endpoint + "." + std::string(name));
  auto secret = config::read_secret(reference);
  if (!secret) return fail(secret.error());
  return std::make_shared<const config::Secret>(std::move(*secret));
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
  auto token = read_secret(setting, "token");
  if (!token) return fail(token.error());
  Connection out;
  if (const tree::Node* headers = setting.node.find("headers");
      headers != nullptr && headers->is(tree::Kind::object))
    for (std::size_t i = 0; i < headers->items().size(); ++i)
      out.headers.emplace_back(headers->key(i), headers->items()[i].chars());
  out.token = std::move(*token);
  out.tls = {
      view.path("ca"), view.path("certificate"), view.path("key"), {}, view.boolean("system-ca")};
  out.timeout = view.duration("timeout");
  out.connect_timeout = view.duration("connect-timeout");
  out.largest_answer = static_cast<std::uint64_t>(view.integer("max-answer"));
  out.connections = static_cast<std::size_t>(view.integer("connections"));
  if (url.starts_with("https://") && out.tls.ca.empty() && !out.tls.system_store)
    return fail("CH-TLS-015",
                setting.document.place_of(setting.node.origin(), "endpoints." + setting.endpoint));
  return out;
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
