#include "gateway/mapping/mask/invented_words.h"

#include <algorithm>

#include "gateway/fhirpath/text.h"

namespace charmille::mapping {
namespace {

constexpr std::array<std::string_view, 24> surname_starts{
    "Beau", "Mont", "Roche", "Val", "Clair", "Haute", "Fon", "Gran", "Bel", "Mar", "Cham", "Laur",
    "Ver",  "Dam",  "Pel",   "Rou", "Tar",   "Gui",   "Nor", "Sau",  "Cor", "Bri", "Fal",  "Ger"};
constexpr std::array<std::string_view, 24> surname_ends{
    "mont", "ville", "champ", "rive", "lier",  "bert", "doux", "rand",
    "nard", "gnac",  "vel",   "ret",  "court", "fort", "main", "neau",
    "tier", "zac",   "lin",   "sard", "quet",  "dier", "tel",  "vaux"};
constexpr std::array<std::string_view, 16> given_starts{"Ma", "Lo", "Ti",  "Jo",  "Ni", "Sa",
                                                        "Ro", "Le", "Eli", "Ana", "Mi", "Da",
                                                        "Au", "Ce", "Flo", "Ju"};
constexpr std::array<std::string_view, 16> given_ends{
    "line", "ric",  "than", "rine",  "lise", "bin", "mel", "vane",
    "dric", "tine", "rel",  "sande", "mien", "lou", "nel", "belle"};
constexpr std::array<std::string_view, 12> middles{"la", "ri", "do", "ve", "na", "mi",
                                                   "to", "se", "lu", "ga", "pe", "bo"};

template <std::size_t A, std::size_t B>
std::string joined(const std::array<std::string_view, A>& starts,
                   const std::array<std::string_view, B>& ends, Draw& draw, bool longer) {
  std::string word(starts[draw.below(A)]);
  for (int i = 0; longer && i < 3; ++i) word += middles[draw.below(middles.size())];
  return word += ends[draw.below(B)];
}

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& list) {
  return std::ranges::find(list, word) != list.end();
}

}  // namespace

std::string invented_surname(Draw& draw, bool longer) {
  return joined(surname_starts, surname_ends, draw, longer);
}

std::string invented_given_name(Draw& draw, bool longer) {
  return joined(given_starts, given_ends, draw, longer);
}

bool is_letter_at(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) return (lead >= 'A' && lead <= 'Z') || (lead >= 'a' && lead <= 'z');
  // Signs of Latin-1 (C2, × and ÷) and general punctuation (E2 80, E2 81) part words.
  if (lead == 0xC2) return false;
  const auto next = static_cast<unsigned char>(at + 1 < text.size() ? text[at + 1] : 0);
  if (lead == 0xC3) return next != 0x97 && next != 0xB7;
  return lead != 0xE2 || next > 0x81;
}

bool is_title(std::string_view word) {
  constexpr std::array<std::string_view, 8> titles{"M",    "MM", "Mr", "Mme",
                                                   "Mlle", "Dr", "Pr", "Me"};
  return is_one_of(word, titles);
}

bool is_particle(std::string_view word) {
  constexpr std::array<std::string_view, 8> particles{"de", "du", "des", "d",
                                                      "la", "le", "les", "et"};
  return is_one_of(word, particles);
}

bool is_street(std::string_view word) {
  constexpr std::array<std::string_view, 16> streets{
      "RUE",   "AVENUE", "BOULEVARD", "IMPASSE", "PLACE",  "CHEMIN", "ALLEE",     "ROUTE",
      "COURS", "QUAI",   "SQUARE",    "SENTIER", "RUELLE", "BIS",    "RESIDENCE", "LOTISSEMENT"};
  return is_one_of(fhirpath::normalize(word), streets);
}

}  // namespace charmille::mapping
