#include "gateway/mapping/record_reference.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace charmille::mapping {
namespace {

using tree::Node;

constexpr std::string_view introduction = R"(# La fiche de l'enfant : les champs

<!-- Page produite par `charmille schema record` à partir de schemas/child-record.schema.json et de schemas/child-record.fr.json : ne pas la modifier à la main. -->

C'est ce qu'une correspondance écrit avec `to: child-record`, et lit avec `from: child-record` ; la prise en main est dans le
[guide](../guide/03-correspondances.md). Chaque titre ci-dessous est une section de la fiche : l'unité de ce qu'une source dit, de ce qui change et de ce
qu'une politique laisse partir. Une section absente n'a pas été donnée par la source.

- `[]` après un nom : une liste. Dans un modèle, elle s'écrit `{% for %}` ou `{[ ]}`.
- **code** : un bloc `{code, raw}`. `code` est l'un des codes donnés, et reste vide quand la source en écrit un autre ; `raw` est le texte de la source. Par exemple
  `sex: {code: "{{ Sexe.translate('sexe', {}) }}", raw: "{{ Sexe }}"}`. `UNK` : inconnu ; `NASK` : pas demandé ; `MSK` : caché.
- Un champ sans valeur ne s'écrit pas ; ceux marqués **obligatoire** doivent en avoir une. La section `ids` est la seule que toute fiche doit avoir.

)";

/// Writes the tables of one schema.
class Page {
 public:
  Page(const tree::Document& schema, const tree::Document& meanings)
      : root_(schema.root()), meanings_(meanings.root()) {}

  RecordReference run() {
    out_.page = introduction;
    sections(root_.find("properties"), "## ");
    out_.page += "## Types communs\n\n";
    sections(root_.find("$defs"), "### ");
    while (out_.page.ends_with("\n\n")) out_.page.pop_back();
    for (std::size_t i = 0; i < meanings_.items().size(); ++i)
      if (!used_.contains(meanings_.key(i))) out_.unknown.emplace_back(meanings_.key(i));
    return std::move(out_);
  }

 private:
  void sections(const Node* all, std::string_view mark) {
    if (all == nullptr) return;
    for (std::size_t i = 0; i < all->items().size(); ++i) {
      const std::string name(all->key(i));
      const Node& schema = all->items()[i];
      out_.page += fmt::format("{}`{}{}`\n\n", mark, name, is_list(schema) ? "[]" : "");
      const bool referred = item_of(schema).find("$ref") != nullptr;
      const std::string type = mark == "### " || referred ? type_of(schema) : "";
      const std::string meaning = meaning_of(name);
      out_.page += type.empty() ? capital(meaning) : fmt::format("{} : {}", capital(type), meaning);
      out_.page += ".\n\n";
      table(schema, name);
    }
  }

  /// The fields of an object, those of objects inside it among them.
  void table(const Node& schema, const std::string& path) {
    const Node& object = item_of(schema);
    if (object.find("properties") == nullptr || is_coded(object)) return;
    out_.page += "| champ | type | signification |\n|---|---|---|\n";
    rows(object, path, "");
    out_.page += '\n';
  }

  void rows(const Node& object, const std::string& path, const std::string& prefix) {
    const Node& properties = *object.find("properties");
    const Node* required = object.find("required");
    for (std::size_t i = 0; i < properties.items().size(); ++i) {
      const Node& field = properties.items()[i];
      const std::string name(properties.key(i));
      const bool needed = required != nullptr &&
                          std::ranges::any_of(required->items(),
                                              [&](const Node& one) { return one.chars() == name; });
      const std::string shown = prefix + name + (is_list(field) ? "[]" : "");
      const std::string inner = fmt::format("{}.{}", path, name);
      out_.page += fmt::format("| `{}` | {} | {}{} |\n", shown, type_of(field), meaning_of(inner),
                               needed ? " ; **obligatoire**" : "");
      const Node& item = item_of(field);
      if (item.find("properties") != nullptr && !is_coded(item)) rows(item, inner, shown + '.');
    }
  }

  std::string meaning_of(const std::string& path) {
    used_.insert(path);
    const Node* meaning = meanings_.find(path);
    if (meaning != nullptr) return std::string(meaning->chars());
    out_.unnamed.push_back(path);
    return {};
  }

  static bool is_list(const Node& schema) { return schema.find("items") != nullptr; }
  static const Node& item_of(const Node& schema) {
    const Node* items = schema.find("items");
    return items == nullptr ? schema : *items;
  }
  static bool is_coded(const Node& object) {
    const Node* properties = object.find("properties");
    return properties != nullptr && properties->items().size() == 2 &&
           properties->find("code") != nullptr && properties->find("raw") != nullptr;
  }

  static std::string codes_of(const Node& schema) {
    std::string codes;
    if (const Node* all = schema.find("enum"))
      for (const Node& one : all->items())
        codes += fmt::format("{}`{}`", codes.empty() ? "" : " ", one.chars());
    return codes;
  }

  static std::string type_of(const Node& schema) {
    const Node& item = item_of(schema);
    if (const Node* reference = item.find("$ref")) {
      const std::string_view name = reference->chars().substr(reference->chars().rfind('/') + 1);
      std::string anchor(name);
      for (char& c : anchor) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      return fmt::format("[{}](#{})", name, anchor);
    }
    if (is_coded(item)) return "**code** : " + codes_of(*item.find("properties")->find("code"));
    if (std::string codes = codes_of(item); !codes.empty()) return codes;
    const Node* type = item.find("type");
    const std::string_view word = type == nullptr ? std::string_view() : type->chars();
    if (word == "string") return "texte";
    if (word == "integer") return "entier";
    if (word == "number") return "nombre";
    if (word == "boolean") return "`true` ou `false`";
    return word == "object" ? "bloc" : "";
  }

  static std::string capital(std::string text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z')
      text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text;
  }

  const Node& root_;
  const Node& meanings_;
  std::set<std::string, std::less<>> used_;
  RecordReference out_;
};

}  // namespace

RecordReference record_reference(const tree::Document& schema, const tree::Document& meanings) {
  return Page(schema, meanings).run();
}

}  // namespace charmille::mapping
