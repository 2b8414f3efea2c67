// The one catalogue of fault texts, in French and in English.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "gateway/base/result.h"

namespace charmille::base {

enum class Language : std::uint8_t { fr, en };

/// One line of the catalogue. Texts name arguments in braces: "la colonne {column} est absente".
/// {suggestion} is what base::suggestion found, in words: "le plus proche : birthName".
struct CatalogueEntry {
  std::string_view code;
  Action action;
  std::string_view text_fr;
  std::string_view text_en;
  std::string_view remedy_fr;
  std::string_view remedy_en;
};

/// The entry of a code, or nullptr.
const CatalogueEntry* find_entry(std::string_view code);

/// Every entry, in the order of the codes.
std::span<const CatalogueEntry* const> all_entries();

/// `conf/x.yaml:17:5: routes[2].to: text (remedy)`; parts that are unknown are left out.
std::string describe(const Fault& f, Language language);
/// "conf/x.yaml:17:5: routes[2].to", or empty.
std::string describe(const Place& place);
/// The text alone, arguments filled in; and the remedy alone.
std::string text_of(const Fault& f, Language language);
std::string remedy_of(const Fault& f, Language language);

std::string_view name_of(Action action);

}  // namespace charmille::base
