#include "adapters/directory/config.h"

#include "adapters/directory/destination.h"
#include "adapters/directory/question.h"
#include "adapters/directory/wire.h"

namespace charmille::adapters::directory {
namespace {

using tree::Field;
using tree::FieldType;

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t day = 86'400 * second;

Field duration(std::string_view name, std::string_view meaning_fr, std::string_view meaning_en,
               std::string_view otherwise, std::int64_t least) {
  return Field{.name = name,
               .type = FieldType::duration,
               .meaning_fr = meaning_fr,
               .meaning_en = meaning_en,
               .example = otherwise,
               .default_value = otherwise,
               .least = least,
               .most = 366 * day};
}

Field count(std::string_view name, std::string_view meaning_fr, std::string_view meaning_en,
            std::string_view otherwise, std::int64_t most) {
  return Field{.name = name,
               .type = FieldType::integer,
               .meaning_fr = meaning_fr,
               .meaning_en = meaning_en,
               .example = otherwise,
               .default_value = otherwise,
               .least = 1,
               .most = most};
}

const tree::Spec& destination_spec() {
  static const tree::Spec spec = [] {
    tree::Spec made{
        "directory",
        "répond à des questions d'après l'Annuaire Santé : professionnels, structures, adresses "
        "MSSanté ; ne reçoit aucun envoi",
        "answers queries from the Annuaire Santé: professionals, structures, MSSanté addresses; is "
        "sent nothing",
        {
            Field{.name = "url",
                  .type = FieldType::url,
                  .meaning_fr = "adresse de base de l'annuaire",
                  .meaning_en = "base address of the directory",
                  .example = "https://gateway.api.esante.gouv.fr/fhir/v2",
                  .required = true},
            Field{.name = "api-key",
                  .type = FieldType::secret,
                  .meaning_fr = "clé donnée par l'ANS, envoyée en ESANTE-API-KEY",
                  .meaning_en = "key given by the ANS, sent as ESANTE-API-KEY",
                  .example = "{file: secrets/annuaire.cle}",
                  .required = true},
            duration("fresh", "une réponse gardée plus jeune est donnée sans rien demander",
                     "a kept answer that is younger is given without asking", "24h", 0),
            duration("whole", "passé ce délai, tout est redemandé, et non ce qui a changé",
                     "after this, all is asked again, not what changed", "7d", 0),
            duration("keep", "une réponse gardée plus vieille n'est plus donnée",
                     "a kept answer that is older is not given any more", "30d", second),
            count("page", "ressources demandées par page", "resources asked for in a page", "50",
                  500),
            count("max-results", "ressources lues au plus, par recherche",
                  "resources read at most, by search", "500", 10'000),
        }};
    for (Field& field : web::connection_fields()) {
      if (field.name == "token" || field.name == "oauth2") continue;  // it has its key
      if (field.name == "timeout") {
        field.meaning_fr = "délai total d'une question, toutes ses pages comprises";
        field.meaning_en = "total time for one query, with all of its pages";
        field.default_value = "20s";
        field.most = 45 * second;
      }
      // A page of full resources is larger than what a partner answers to a delivery.
      if (field.name == "max-answer") field.default_value = "8MiB";
      made.fields.push_back(std::move(field));
    }
    return made;
  }();
  return spec;
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
  const base::Place place =
      setting.document.place_of(setting.node.origin(), "endpoints." + setting.endpoint);
  DestinationSettings out;
  out.base = view.text("url");
  while (out.base.ends_with('/')) out.base.pop_back();
  const auto origin = origin_of(out.base);
  if (!origin) return fail("CH-DIR-010", place);
  out.origin = *origin;
  auto connection = web::read_connection(setting, destination_spec(), out.base);
  if (!connection) return fail(connection.error());
  out.connection = std::move(*connection);
  auto key = web::read_secret(setting, "api-key");
  if (!key) return fail(key.error());
  out.api_key = std::move(*key);
  out.fresh = base::Duration(view.integer("fresh"));
  out.whole = base::Duration(view.integer("whole"));
  out.keep = base::Duration(view.integer("keep"));
  if (out.keep < out.fresh) return fail("CH-DIR-011", place);
  out.page = static_cast<std::size_t>(view.integer("page"));
  out.most = static_cast<std::size_t>(view.integer("max-results"));
  out.cache =
      std::filesystem::path(setting.state_folder) / ("directory-" + setting.endpoint + ".db");
  return out;
}

const Adapter& adapter() {
  static const Adapter object{
      .name = "directory",
      .destination = &destination_spec(),
      .guarantees_fr =
          "questions : la réponse dit de quand elle est ; quand l'annuaire ne répond pas, la "
          "dernière réponse gardée, et dite comme telle ; une adresse en liste rouge n'est ni "
          "montrée ni gardée",
      .guarantees_en =
          "queries: the answer tells its date; when the directory does not answer, the last answer "
          "that is kept, told as such; an address on the red list is neither shown nor kept",
      .make_destination = build_destination,
      .check_destination = check_destination,
      .queries = operations(),
      .only_asked = true,
  };
  return object;
}

}  // namespace charmille::adapters::directory
