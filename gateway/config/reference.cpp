#include "gateway/config/reference.h"

#include <fmt/format.h>

#include "gateway/config/policy.h"
#include "gateway/config/specification.h"

namespace charmille::config {
namespace {

using tree::Field;
using tree::FieldType;

constexpr std::string_view introduction = R"(# Configuration : référence

<!-- Page produite par `charmille schema reference` à partir des spécifications du programme : ne pas la modifier à la main. -->

La configuration d'une passerelle est un fichier YAML. `charmille check -c FICHIER` y trouve toutes les fautes d'un coup,
chacune avec sa ligne, sa colonne et son remède. Un éditeur qui connaît `schemas/config.schema.json` complète et vérifie
pendant la saisie ; il suffit d'écrire en tête du fichier :

```yaml
# yaml-language-server: $schema=../../schemas/config.schema.json
```

- Un chemin relatif part du dossier du fichier de configuration.
- Une durée s'écrit `250ms`, `10s`, `5m`, `2h` ou `7d` ; une taille, `64KiB`, `10MiB`, `1GiB` ou un nombre d'octets.
- Un secret n'est jamais écrit dans le fichier, seulement son emplacement : `{file: CHEMIN}` (fichier lisible par le seul
  compte du service) ou `{env: NOM}`.
- Les noms (partenaires, points d'entrée et de sortie, trajets) : minuscules sans accent, chiffres et tirets.
- Un code qui commence par zéro ou contient une lettre reste un texte ; dans le doute, mettre des guillemets.

Les réglages propres à un adaptateur (plus bas, ou `charmille adapters NOM`) s'écrivent dans le bloc du point d'entrée ou de
sortie, à côté des champs communs ; les options d'un format, dans `format: {NOM: {...}}`.

)";

std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string code(std::string_view text) {
  return text.empty() ? "" : fmt::format("`{}`", cell(text));
}

std::string type_of(const Field& field) {
  switch (field.type) {
    case FieldType::text:
      return "texte";
    case FieldType::integer:
      return "entier";
    case FieldType::boolean:
      return "`true` ou `false`";
    case FieldType::duration:
      return "durée";
    case FieldType::size:
      return "taille";
    case FieldType::choice:
      return fmt::format("`{}`", fmt::join(field.choices, "`, `"));
    case FieldType::path:
      return "chemin";
    case FieldType::url:
      return "adresse web";
    case FieldType::secret:
      return "secret";
    case FieldType::list:
      return "liste : " +
             (field.item.empty() ? std::string("valeurs") : type_of(field.item.front()));
    case FieldType::map:
      return "par nom : " +
             (field.item.empty() ? std::string("valeurs") : type_of(field.item.front()));
    case FieldType::object:
      return "bloc";
    case FieldType::any:
      return field.fields.empty() ? "mot ou bloc" : "bloc";
  }
  return {};
}

/// The block that a field holds, itself or as its items, and how to write its path.
const std::vector<Field>* block_of(const Field& field, std::string& path) {
  if (!field.fields.empty()) return &field.fields;
  if (field.item.empty()) return nullptr;
  path += field.type == FieldType::map ? ".NOM" : "[]";
  return block_of(field.item.front(), path);
}

/// What an adapter or a codec takes in one direction; nothing where it has none.
std::string one_direction(std::string_view name, std::string_view direction,
                          const tree::Spec* spec) {
  if (spec == nullptr) return {};
  std::string out = fmt::format("### `{}`, {}\n\n", name, direction);
  if (!spec->summary_fr.empty()) out += fmt::format("{}\n\n", spec->summary_fr);
  return out + reference_tables({}, spec->fields, 4);
}

}  // namespace

std::string reference_tables(const std::string& path, const std::vector<Field>& fields, int level) {
  std::string out;
  if (!path.empty())
    out += fmt::format("{} `{}`\n\n", std::string(static_cast<std::size_t>(level), '#'), path);
  out += "| champ | type | défaut | signification | exemple |\n|---|---|---|---|---|\n";
  for (const Field& field : fields)
    out += fmt::format("| `{}` | {} | {} | {} | {} |\n", field.name, type_of(field),
                       field.required ? "**obligatoire**" : code(field.default_value),
                       cell(field.meaning_fr), code(field.example));
  out += "\n";
  for (const Field& field : fields) {
    std::string inner =
        path.empty() ? std::string(field.name) : fmt::format("{}.{}", path, field.name);
    if (const auto* block = block_of(field, inner))
      out += reference_tables(inner, *block, path.empty() ? level : level + (level < 4 ? 1 : 0));
  }
  return out;
}

std::string configuration_reference(std::span<const adapters::Adapter* const> adapters,
                                    std::span<const KnownCodec> codecs) {
  std::string out(introduction);
  out += reference_tables({}, site_spec().fields, 2);
  out += "## Adaptateurs\n\n";
  for (const adapters::Adapter* adapter : adapters) {
    out += one_direction(adapter->name, "point d'entrée", adapter->source);
    out += one_direction(adapter->name, "point de sortie", adapter->destination);
  }
  out += "## Formats\n\n";
  for (const KnownCodec& codec : codecs) {
    out += one_direction(codec.name, "à l'entrée", codec.decode);
    out += one_direction(codec.name, "à la sortie", codec.encode);
  }
  out += fmt::format(
      "## Fichier de politique\n\n{} Le chemin de chaque fichier est donné dans `policies`.\n\n",
      policy_spec().summary_fr);
  out += reference_tables({}, policy_spec().fields, 3);
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

}  // namespace charmille::config
