#include "gateway/mapping/profile/column_name.h"

#include <algorithm>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "gateway/fhirpath/text.h"

namespace charmille::mapping {
namespace {

std::vector<std::string> words_of(std::string_view column) {
  std::vector<std::string> words;
  std::string word;
  // A sign that is not a letter parts words, but for the one in "N°", which is one.
  for (const char c : fhirpath::normalize(column) + " ") {
    if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80) {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  return words;
}

struct Rule {
  Promise promise;
  std::initializer_list<std::string_view> words;   ///< whole words
  std::initializer_list<std::string_view> starts;  ///< or their beginnings
};

/// The first that fits wins.
const Rule rules[] = {
    {Promise::national_key, {"CLE", "CLENIR"}, {}},
    {Promise::national_id, {"NIR", "NIA", "NSS", "SECU"}, {"SECURITE", "MATRICULEINS"}},
    {Promise::mail, {"MAIL", "EMAIL", "COURRIEL", "MEL"}, {}},
    {Promise::phone,
     {"TEL", "GSM", "FAX", "PORTABLE", "MOBILE"},
     {"TELEPHONE", "PHONE", "TELECOP"}},
    {Promise::commune, {"INSEE", "COG"}, {"SCODTCOM", "CODINSEE"}},
    {Promise::identifier,
     {"N", "NO", "NR", "ID", "IPP", "REF", "RG", "IBAN", "BIC", "UUID", "GUID", "MATRICULE", "RPPS",
      "FINESS", "SIRET", "SIREN", "ADELI", "UAI"},
     {"NUM", "N°", "N\u00BA", "IDENT", "REFERENCE", "DOSSIER"}},
    {Promise::address,
     {"CP", "RUE", "VOIE", "BP", "LIEUNAISSANCE", "DOMICILE", "RESIDENCE"},
     {"ADRESS", "ADDRESS", "POSTAL", "CODPOST", "VILLE", "COMMUNE", "TOWN", "CITY", "LOCALITE",
      "QUARTIER"}},
    // "Nom Prénom" holds both.
    {Promise::name,
     {"NOM", "NAME", "PERE", "MERE", "PARENT", "AUTEUR", "USAGER", "ENFANT", "MINEUR", "JUGE",
      "TUTEUR", "CONTACT", "AVOCAT", "LASTNAME", "SURNAME", "PAR", "LOGIN", "FAMILLE"},
     {"NOMS",      "NOM_",        "NOMNAI",      "NOMUSA",       "PATRONYM",
      "MAGISTRAT", "MEDECIN",     "REFERENT",    "DESTINATAIRE", "EDUCAT",
      "INTERLOC",  "SIGNATAIRE",  "RESPONSABLE", "PERSONNE",     "BENEF",
      "INITIALE",  "UTILISATEUR", "ASSISTANT",   "INTERVENANT",  "GESTIONNAIRE"}},
    {Promise::given_name, {"GIVEN", "FIRSTNAME"}, {"PRENOM"}},
    {Promise::prose,
     {"NOTE", "NOTES", "LIBRE", "TEXTE"},
     {"COMMENT", "OBSERV", "REMARQ", "DESCRIPT", "DETAIL", "CIRCONST"}},
    {Promise::date,
     {"DATE", "NE", "NEE", "LE", "DOB", "DDN", "JOUR", "HEURE"},
     {"DATE", "DAT", "NAISSANCE", "BIRTH", "ECHEANCE"}},
};

bool fits(const Rule& rule, const std::string& word) {
  return std::ranges::find(rule.words, word) != rule.words.end() ||
         std::ranges::any_of(rule.starts, [&](std::string_view s) { return word.starts_with(s); });
}

}  // namespace

Promise promise_of(std::string_view column) {
  const std::vector<std::string> words = words_of(column);
  const auto has = [&](std::string_view word) {
    return std::ranges::find(words, word) != words.end();
  };
  // "Lieu de naissance" is a place, "Date de naissance" a date.
  if ((has("LIEU") || has("PAYS")) && has("NAISSANCE")) return Promise::address;
  for (const Rule& rule : rules)
    if (std::ranges::any_of(words, [&](const std::string& word) { return fits(rule, word); }))
      return rule.promise;
  return Promise::nothing;
}

}  // namespace charmille::mapping
