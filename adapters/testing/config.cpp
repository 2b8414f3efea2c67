#include "adapters/testing/config.h"

#include "adapters/testing/destination.h"
#include "adapters/testing/source.h"

namespace charmille::adapters::testing {
namespace {

using tree::Field;
using tree::FieldType;

const tree::Spec& source_spec() {
  static const tree::Spec spec{"testing",
                               "fait chaque appel du contrat, pour les essais",
                               "makes every call of the contract, for tests",
                               {Field{.name = "payloads",
                                      .type = FieldType::list,
                                      .meaning_fr = "ce qui arrive, un texte par envoi",
                                      .meaning_en = "what arrives, one text a payload",
                                      .example = "[\"{}\"]",
                                      .item = {Field{.name = "", .type = FieldType::text}}}}};
  return spec;
}

const tree::Spec& destination_spec() {
  static const tree::Spec spec{
      "testing",
      "répond selon un scénario, pour les essais",
      "answers by script, for tests",
      {Field{.name = "answers",
             .type = FieldType::list,
             .meaning_fr = "réponses successives ; la dernière se répète",
             .meaning_en = "answers one after the other; the last one goes on",
             .example = "[retry, success]",
             .item = {Field{.name = "",
                            .type = FieldType::choice,
                            .choices = {"success", "duplicate", "retry", "ambiguous", "lost",
                                        "reject", "hold", "hang"}}}}}};
  return spec;
}

std::vector<std::string> texts(const tree::Node& object, std::string_view name) {
  std::vector<std::string> out;
  if (const tree::Node* list = object.find(name))
    for (const tree::Node& item : list->items()) out.emplace_back(item.chars());
  return out;
}

Answer answer_of(std::string_view word) {
  constexpr std::string_view words[] = {"success", "duplicate", "retry", "ambiguous",
                                        "lost",    "reject",    "hold",  "hang"};
  for (std::size_t i = 0; i < std::size(words); ++i)
    if (words[i] == word) return static_cast<Answer>(i);
  return Answer::success;
}

Result<std::unique_ptr<Source>> build_source(const Setting& setting) {
  return make_source(setting.endpoint, texts(setting.node, "payloads"));
}

Result<std::unique_ptr<Destination>> build_destination(const Setting& setting) {
  std::vector<Answer> script;
  for (const std::string& word : texts(setting.node, "answers")) script.push_back(answer_of(word));
  if (script.empty()) script.push_back(Answer::success);
  return make_destination(setting.endpoint, std::move(script));
}

}  // namespace

const Adapter& adapter() {
  static const Adapter object{
      .name = "testing",
      .source = &source_spec(),
      .destination = &destination_spec(),
      .guarantees_fr = "aucune : pour les essais seulement",
      .guarantees_en = "none: for tests only",
      .make_source = build_source,
      .make_destination = build_destination,
  };
  return object;
}

}  // namespace charmille::adapters::testing
