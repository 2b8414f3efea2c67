#include "gateway/policy/spelling.h"

#include <algorithm>
#include <array>
#include <span>

namespace charmille::policy {
namespace {

using Phrase = std::vector<std::string>;
using Names = std::span<const std::string_view>;

/// A shorter needle is searched for only as it is written: chance would part it too easily.
constexpr std::size_t firm_length = 7;
constexpr std::size_t least_length = 5;

/// Words that people write for each other.
constexpr std::array<std::array<std::string_view, 4>, 29> alike{{
    {"AVENUE", "AV", "AVE"},
    {"BOULEVARD", "BD", "BLD", "BOUL"},
    {"IMPASSE", "IMP"},
    {"PLACE", "PL"},
    {"CHEMIN", "CHE", "CHEM"},
    {"ROUTE", "RTE"},
    {"ALLEE", "ALL"},
    {"RUE", "R"},
    {"FAUBOURG", "FBG", "FG"},
    {"RESIDENCE", "RES"},
    {"LOTISSEMENT", "LOT"},
    {"SQUARE", "SQ"},
    {"SAINT", "ST"},
    {"SAINTE", "STE"},
    {"DOCTEUR", "DR"},
    {"PROFESSEUR", "PR"},
    {"MADAME", "MME"},
    {"MONSIEUR", "MR", "M"},
    {"MADEMOISELLE", "MLLE"},
    {"DEUX", "2"},
    {"TROIS", "3"},
    {"QUATRE", "4"},
    {"CINQ", "5"},
    {"SIX", "6"},
    {"SEPT", "7"},
    {"HUIT", "8"},
    {"NEUF", "9"},
    {"DIX", "10"},
    {"DOUZE", "12"},
}};

/// Words that say what something is, not which: kinds of establishments, of groups, of
/// destinations.
constexpr std::string_view kinds[] = {
    "ACCUEIL",     "ADOLESCENTS", "ADOS",          "AEMO",        "AED",           "ANNEXE",
    "ANTENNE",     "APPARTEMENT", "APPARTEMENTS",  "ASE",         "ASSISTANT",     "ASSISTANTE",
    "ASSOCIATION", "ATELIER",     "AUTONOME",      "AUTONOMIE",   "AUTRE",         "BEBES",
    "CABINET",     "CAMPS",       "CENTRE",        "CHU",         "CLINIQUE",      "CMP",
    "CMPP",        "COLLEGE",     "CRECHE",        "DEPARTEMENT", "DEPARTEMENTAL", "DISPOSITIF",
    "DITEP",       "DOMICILE",    "ECOLE",         "EDUCATIF",    "ELEMENTAIRE",   "ENFANCE",
    "ENFANT",      "ENFANTS",     "ESPACE",        "EST",         "ETABLISSEMENT", "EXTERNAT",
    "FAMILIAL",    "FAMILIALE",   "FAMILLE",       "FAMILLES",    "FILLES",        "FOYER",
    "GARCONS",     "GARE",        "GRANDS",        "GROUPE",      "HEBERGEMENT",   "HOPITAL",
    "IME",         "INTERNAT",    "ITEP",          "JOUR",        "LIEU",          "LYCEE",
    "MAIRIE",      "MAISON",      "MAJEUR",        "MATERNELLE",  "MATERNEL",      "MECS",
    "MEDIATISEE",  "MERE",        "MILIEU",        "MINEURS",     "MOYENS",        "NORD",
    "NUIT",        "OUEST",       "OUVERT",        "PARENTAL",    "PARENTS",       "PAVILLON",
    "PERE",        "PETITS",      "POINT",         "POUPONNIERE", "PRIMAIRE",      "PRIVE",
    "PRIVEE",      "PRO",         "PROFESSIONNEL", "PUBLIC",      "PUBLIQUE",      "RENCONTRE",
    "RENCONTRES",  "SCOLAIRE",    "SEGPA",         "SEMI",        "SERVICE",       "SESSAD",
    "SITE",        "SOCIAL",      "SOCIALE",       "SUD",         "TAXI",          "TRIBUNAL",
    "UNITE",       "URGENCE",     "VIE",           "VILLA",       "VILLE",         "VISITE",
    "VISITES",
};
constexpr std::string_view joints[] = {"DE", "DU", "DES",  "D",   "A",    "AU",  "AUX",
                                       "ET", "EN", "POUR", "SUR", "SOUS", "CHEZ"};
constexpr std::string_view articles[] = {"LE", "LA", "LES", "L"};
constexpr std::string_view titles[] = {
    "DOCTEUR", "DR",       "PROFESSEUR", "PR", "MADAME", "MME", "MADEMOISELLE",
    "MLLE",    "MONSIEUR", "MR",         "M",  "MAITRE", "ME"};
constexpr std::pair<std::string_view, std::string_view> contractions[] = {
    {"LE", "DU"}, {"LE", "AU"}, {"LES", "DES"}, {"LES", "AUX"}};
/// Towns whose name is an ordinary word, or nearly: searched for only beside their postcode.
constexpr std::string_view ordinary_towns[] = {"AIRE",   "BOURG", "FORT", "LENS", "MARS",
                                               "ORANGE", "PARC",  "PONT", "PORT", "SENS",
                                               "TOURS",  "VILLE", "VIRE"};

bool is_one_of(std::string_view word, Names words) {
  return std::ranges::find(words, word) != words.end();
}

bool is_number(std::string_view word) {
  return nature_of(word.front()) == Letter::digit;
}

/// Says which one: no kind, no joint, no number, no single letter.
bool tells(std::string_view word) {
  return word.size() > 1 && !is_number(word) && !is_one_of(word, kinds) &&
         !is_one_of(word, joints) && !is_one_of(word, articles);
}

std::string join(std::span<const std::string> words) {
  std::string letters;
  for (const std::string& word : words) letters += word;
  return letters;
}

/// Words that pass the longest needle are left out: what comes before them tells enough.
void add(std::vector<Needle>& needles, std::span<const std::string> words,
         std::size_t least = least_length) {
  Needle needle;
  std::size_t count = 0;
  for (const std::string& word : words) {
    if (needle.letters.size() + word.size() > Needle::longest) break;
    needle.letters += word;
    ++count;
  }
  if (needle.letters.size() < least) return;
  if (needle.letters.size() < firm_length) needle.most_words = static_cast<std::uint8_t>(count);
  needles.push_back(std::move(needle));
}

/// The phrase with each abbreviation that people use in it; few words have any.
void add_abbreviated(std::vector<Needle>& needles, const Phrase& phrase,
                     std::size_t least = least_length) {
  constexpr std::size_t most = 12;
  std::vector<Phrase> forms{phrase};
  for (std::size_t at = 0; at < phrase.size(); ++at) {
    const auto* const group = std::ranges::find_if(
        alike, [&](const auto& words) { return is_one_of(phrase[at], words); });
    if (group == alike.end()) continue;
    const std::size_t before = forms.size();
    for (const std::string_view word : *group) {
      if (word.empty() || word == phrase[at]) continue;
      for (std::size_t i = 0; i < before && forms.size() < most; ++i) {
        forms.push_back(forms[i]);
        forms.back()[at] = word;
      }
    }
  }
  for (const Phrase& form : forms) add(needles, form, least);
}

/// What comes before a remark in brackets.
std::string_view before_remark(std::string_view text) {
  return text.substr(0, text.find('('));
}

/// "18 190", "07.67": the digits alone.
std::string digits_of(std::string_view text) {
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits),
                       [](char c) { return c >= '0' && c <= '9'; });
  return digits;
}

void add_letters(std::vector<Needle>& needles, std::string letters) {
  if (!letters.empty() && letters.size() <= Needle::longest)
    needles.push_back({std::move(letters), 1, Needle::any});
}

/// The name without its kind.
void add_proper_name(std::vector<Needle>& needles, std::span<const std::string> words,
                     const OpenWords& open) {
  std::size_t from = 0;
  const auto is_head = [&](const std::string& word) {
    return is_one_of(word, kinds) || is_one_of(word, joints);
  };
  while (from < words.size() && is_head(words[from])) ++from;
  if (from == words.size()) return;
  const bool of = from > 0 && is_one_of(words[from - 1], joints);
  const bool article = is_one_of(words[from], articles);
  const auto rest = words.subspan(from + (article ? 1 : 0));
  if (!std::ranges::any_of(rest, tells)) return;
  if (rest.size() > 1) return add_abbreviated(needles, {rest.begin(), rest.end()}, 8);
  if (article) {
    add(needles, words.subspan(from), 6);
    // "Le Phare", "du Phare", "au Phare"; "Les Tilleuls", "des Tilleuls", "aux Tilleuls".
    for (const auto& [name, contracted] : contractions)
      if (words[from] == name) add(needles, Phrase{std::string(contracted), rest.front()}, 6);
    return;
  }
  if (of && open.count(rest.front()) == 0) add(needles, rest, 6);
}

}  // namespace

std::string glued(std::string_view text) {
  return join(words_of(text));
}

std::vector<Needle> spellings_of_place(std::string_view name, const OpenWords& open) {
  std::vector<Needle> needles;
  for (const std::string_view text : {name, before_remark(name)}) {
    const Phrase words = words_of(text);
    if (!std::ranges::any_of(words, tells) || open.count(join(words)) != 0) continue;
    if (words.size() > 1 || words.front().size() >= 6) add_abbreviated(needles, words);
    add_proper_name(needles, words, open);
  }
  return needles;
}

std::vector<Needle> spellings_of_person(std::string_view name) {
  std::vector<Needle> needles;
  Phrase words = words_of(name.substr(0, name.find_first_of("(,;/")));
  Phrase title;
  if (!words.empty() && is_one_of(words.front(), titles)) {
    title = {words.front()};
    words.erase(words.begin());
  }
  if (words.empty()) return needles;
  const auto titled = [&](std::span<const std::string> part) {
    Phrase form = title;
    form.insert(form.end(), part.begin(), part.end());
    add_abbreviated(needles, form);
  };
  const std::span<const std::string> all(words);
  if (words.size() == 1) {
    if (!title.empty()) titled(all);
    if (title.empty()) add(needles, all, 6);
    return needles;
  }
  add(needles, all, 6);
  constexpr std::size_t most = 6;
  for (std::size_t at = 1; at < std::min(words.size(), most); ++at) {
    const auto given = all.first(at);
    const auto surname = all.subspan(at);
    Phrase turned(surname.begin(), surname.end());
    turned.insert(turned.end(), given.begin(), given.end());
    add(needles, turned, 6);
    if (!title.empty()) {
      titled(surname);
      titled(given);
    }
    if (join(surname).size() < 6) continue;
    Phrase initialled{given.front().substr(0, 1)};
    initialled.insert(initialled.end(), surname.begin(), surname.end());
    add(needles, initialled);
    std::rotate(initialled.begin(), initialled.begin() + 1, initialled.end());
    add(needles, initialled);
  }
  return needles;
}

std::vector<Needle> spellings_of_number(std::string_view number) {
  std::vector<Needle> needles;
  const std::string letters = glued(number);
  if (letters.size() < 8) return needles;
  add_letters(needles, letters);
  // CI-SIS: 1 or 3 before a FINESS, 8 before an RPPS.
  for (const char* prefix : {"1", "3", "8"}) add_letters(needles, prefix + letters);
  return needles;
}

std::vector<Needle> spellings_of_phone(std::string_view phone) {
  std::vector<Needle> needles;
  std::string digits = digits_of(phone);
  if (digits.size() < 8) return needles;
  add_letters(needles, digits);
  const bool abroad = phone.find('+') != phone.npos || digits.starts_with("00");
  if (digits.starts_with("00")) digits.erase(0, 2);
  std::string national;
  std::string_view country = "33";
  for (const std::string_view code : {"33", "262", "590", "594", "596", "508", "687", "689"}) {
    if (!abroad || !digits.starts_with(code)) continue;
    country = code;
    national = digits.substr(code.size());
    if (national.starts_with('0')) national.erase(0, 1);
    break;
  }
  if (!abroad && digits.size() == 10 && digits.front() == '0') national = digits.substr(1);
  if (national.size() < 8) return needles;
  add_letters(needles, national);
  add_letters(needles, '0' + national);
  for (const std::string_view before : {"", "00"})
    for (const std::string_view zero : {"", "0"})
      add_letters(needles, std::string(before).append(country).append(zero).append(national));
  return needles;
}

std::vector<Needle> spellings_of_price(std::string_view cents) {
  std::vector<Needle> needles;
  if (cents.size() < 4 || digits_of(cents) != cents) return needles;
  needles.push_back({std::string(cents), 1, 2});
  if (cents.ends_with('0') && !cents.ends_with("00"))
    needles.push_back({std::string(cents.substr(0, cents.size() - 1)), 2, 2});
  return needles;
}

std::vector<Needle> spellings_of_mail(std::string_view mail) {
  std::vector<Needle> needles;
  if (mail.find('@') != mail.npos) add(needles, words_of(mail), 8);
  return needles;
}

std::vector<Needle> spellings_of_line(std::string_view line) {
  std::vector<Needle> needles;
  const Phrase words = words_of(line);
  if (words.size() > 1) add_abbreviated(needles, words, 8);
  return needles;
}

std::vector<Needle> spellings_of_town(std::string_view town) {
  std::vector<Needle> needles;
  Phrase words = words_of(town);
  words.erase(std::ranges::find(words, "CEDEX"), words.end());
  const std::string letters = join(words);
  if (!is_one_of(letters, ordinary_towns)) add_abbreviated(needles, words, 4);
  return needles;
}

std::vector<Needle> spellings_of_parts(std::initializer_list<std::string_view> parts) {
  std::vector<Needle> needles;
  Phrase words;
  for (const std::string_view part : parts) {
    Phrase more = words_of(part);
    more.erase(std::ranges::find(more, "CEDEX"), more.end());
    if (more.empty()) return needles;
    words.insert(words.end(), more.begin(), more.end());
  }
  add_abbreviated(needles, words, 8);
  return needles;
}

}  // namespace charmille::policy
