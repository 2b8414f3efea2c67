// The words that invented persons are made of.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "gateway/mapping/mask/draw.h"

namespace charmille::mapping {

/// Two syllables, three when `longer`; ASCII, with a capital.
std::string invented_surname(Draw& draw, bool longer);
std::string invented_given_name(Draw& draw, bool longer);

inline constexpr std::array<std::string_view, 20> neutral_words{
    "texte", "neutre", "sans",  "contenu", "mis",  "pour",  "un",     "essai",  "suite", "de",
    "mots",  "rien",   "ligne", "propos",  "vide", "autre", "phrase", "fictif", "ici",   "encore"};

/// Whether a letter stands at byte `at` of valid UTF-8.
bool is_letter_at(std::string_view text, std::size_t at);

/// "Mme", "Dr": what stands before names.
bool is_title(std::string_view word);
/// "de", "du", "la" in lower case.
bool is_particle(std::string_view word);
/// "rue", "avenue", "IMPASSE".
bool is_street(std::string_view word);

}  // namespace charmille::mapping
