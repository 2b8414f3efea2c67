#include "gateway/mapping/reference.h"

#include "gateway/config/reference.h"
#include "gateway/mapping/specification.h"

namespace charmille::mapping {
namespace {

constexpr std::string_view introduction = R"(# Correspondances : référence

<!-- Page produite par `charmille schema mappings` à partir des spécifications du programme : ne pas la modifier à la main. -->

Une correspondance est un fichier YAML sous un dossier `mappings` ; la prise en main est dans le
[guide](../guide/03-correspondances.md), les fonctions propres à Charmille dans [functions.md](functions.md). Un éditeur qui connaît
`schemas/mapping.schema.json` complète et vérifie pendant la saisie :

```yaml
# yaml-language-server: $schema=../../schemas/mapping.schema.json
```

## Le fichier

)";

constexpr std::string_view language = R"(## Le modèle (`template`)

Le modèle a la forme du résultat ; des chaînes et des clés y sont des expressions (FPML, FHIRPath Mapping Language).

| dans le modèle | résultat |
|---|---|
| un nombre, un booléen, `null`, un texte sans marque | lui-même |
| `"{{ expr }}"` | le premier élément du résultat, avec son type ; rien s'il est vide |
| `"{[ expr ]}"` | tout le résultat, en liste ; rien s'il est vide |
| `"{{+ expr +}}"` | comme `{{ }}`, mais un résultat vide reste `null` |
| `"texte {{ a }} et {{ b }}"` | les textes bout à bout ; rien si une partie est vide |
| `{"{{ expr }}": X}` | X une fois par élément, que les chemins nus lisent alors ; une liste |
| `{"{% assign %}": {a: ...}}` ou une liste | définit `%a` pour cet objet et ce qu'il contient |
| `{"{% if expr %}": X, "{% else %}": Y}` | X si l'expression est vraie, sinon Y ; à côté d'autres clés, leurs champs s'y ajoutent |
| `{"{% for x in expr %}": X}` | une liste : X par élément, `%x` étant cet élément |
| `{"{% for i, x in expr %}": X}` | de même, `%i` comptant à partir de 0 |
| `{"{% merge %}": [X, Y]}` | les objets réunis, le dernier l'emporte |

Un champ sans valeur disparaît, et avec lui l'objet ou la liste qui n'en contient pas d'autre. Un `null` écrit reste. Une liste dans une liste s'y
fond. `%context` est l'élément traduit ; avec `strict: true`, seules les `%variables` se lisent.

**Variables** données à toute correspondance : `%now`, `%exchange`, `%route`, `%change`, `%lot`, `%period`, `%file` ; les autres sont déclarées sous `vars`.

**Tables** : des codes écrits là (`sexe: {F: female, M: male}`), un CSV à côté (`{csv: lieux.csv, key: CODE, value: NOM}`, et au besoin `delimiter`,
`encoding`), ou un ConceptMap FHIR (`{conceptmap: sexes.json}`). Le code `""` est celui d'une cellule vide.

## Une jointure (`nest`)

)";

}  // namespace

tree::Document mapping_schema() {
  tree::Document document;
  const tree::Node schema = tree::to_json_schema(document, mapping_fields());
  std::vector<tree::Document::Member> members{
      {"$schema", document.text("https://json-schema.org/draft/2020-12/schema")},
      {"title", document.text("correspondance / mapping")}};
  for (std::size_t i = 0; i < schema.items().size(); ++i)
    members.emplace_back(schema.key(i), schema.items()[i]);
  document.set_root(document.object(members));
  return document;
}

std::string mapping_reference() {
  std::string out(introduction);
  out += config::reference_tables({}, mapping_fields(), 3);
  out += language;
  out += config::reference_tables({}, nest_fields(), 3);
  out += "## Les réglages d'un cas (`NOM.with.json`)\n\n";
  out += config::reference_tables({}, case_fields(), 3);
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

}  // namespace charmille::mapping
