#include "gateway/policy/olinpe_variables.h"

#include <algorithm>
#include <array>
#include <string>

#include "gateway/record/dates.h"

namespace charmille::policy::olinpe {
namespace {

constexpr std::array<std::string_view, 15> dates{
    "DATDECMDPH", "DATEXDECMDPH", "DATIP",     "DATSIGN",   "DATJE",
    "DATAVIS",    "DATDECAP",     "DATDECPE",  "DATDEB",    "DATFIN",
    "DATPPE",     "DATSIGNPROJ",  "DATDECMIN", "NOTIFEVAL", "FINEVAL"};
constexpr std::array<std::string_view, 2> months{"DATDCMERE", "DATDCPERE"};
constexpr auto codes = std::to_array<std::string_view>(
    {"TYPEV",      "SEXE",        "ANAIS",       "MNAIS",       "MODACC",      "SCODTCOM",
     "NIVSCO",     "SCOCLASPE",   "TYPCLASPE",   "ETABSCOSPE",  "TYPETABSPE",  "NONSCO",
     "HANDICAP",   "ORIGIP",      "TRANSIP",     "ENQPENAL",    "SAISJUR",     "COMPOMENAG",
     "AUTREHEBER", "NBPER",       "NBFRAT",      "STATOCLOG",   "TITAP",       "DECAP",
     "CONTMERE",   "CONTPERE",    "LIENA1",      "LIENA2",      "SEXA1",       "SEXA2",
     "ANSA1",      "ANSA2",       "EMPLA1",      "EMPLA2",      "CSPA1",       "CSPA2",
     "RESMENAG",   "REVTRAV",     "MINIMA",      "ALLOC",       "AUTRE",       "MEREINC",
     "PEREINC",    "ANSMERE",     "ANSPERE",     "DCMERE",      "DCPERE",      "MESANT",
     "ACCFAM",     "SUITEVAL",    "MOTIFSIG",    "CONDADD",     "DEFINTEL",    "CONFL",
     "VIOLFAM",    "VIOLPERS",    "VIOLFAMPHYS", "SOUTSOC",     "DANGER",      "SANTE",
     "SECURITE",   "MORALITE",    "CONDEDUC",    "CONDEDEV",    "VIOLSEX",     "VIOLPHYS",
     "NEGLIG",     "VIOLPSY",     "LIENAUT1",    "LIENAUT2",    "SEXAUT1",     "SEXAUT2",
     "MINAUT1",    "MINAUT2",     "INTERANT",    "PROJET",      "SIGNPAR",     "SIGNMIN",
     "DECISION",   "NATPDECADM",  "AUTREDA",     "NATDECASSED", "AUTREDJ",     "NATDECPLAC",
     "INSTITPLAC", "TYPINTERDOM", "LIEUACC",     "ACCMOD",      "AUTRLIEUACC", "TYPDECJUD",
     "LIEUPLAC",   "PLACMOD",     "AUTRLIEUAR",  "CHGLIEU",     "MOTFININT",   "MOTIFML",
     "SITAPML",    "TYPINTERV",   "DIPLOME",     "CODEV",       "FREQSCO"});

// What somebody writes in words ("autre, précisez": AUTREDA, AUTREDJ, AUTRLIEUACC, AUTRLIEUAR)
// leaves as a code or not at all: a free text has no automatic way out.

/// How the names of identities begin, in the exports that we have seen.
constexpr std::array<std::string_view, 14> identities{
    "NOM",   "PRENOM", "DATNAIS", "DATENAIS", "NIR",   "INS",      "NUMSECU",
    "NUMSS", "ADR",    "TEL",     "MAIL",     "EMAIL", "LIEUNAIS", "IDCD"};

template <std::size_t size>
bool contains(const std::array<std::string_view, size>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool only(std::string_view value, std::string_view letters) {
  return value.find_first_not_of(letters) == value.npos;
}

constexpr std::string_view digits = "0123456789";

/// SUITSIG and its rank: the list of 2011 has several.
bool is_follow_up(std::string_view variable) {
  constexpr std::string_view name = "SUITSIG";
  return variable.starts_with(name) && variable.size() <= name.size() + 2 &&
         only(variable.substr(name.size()), digits);
}

}  // namespace

Form form_of(std::string_view variable) {
  if (variable == "NUMDEP") return Form::department;
  if (variable == "NUMANONYM" || variable == "NUMANONYMANT") return Form::pseudonym;
  if (contains(dates, variable)) return Form::date;
  if (contains(months, variable)) return Form::month;
  if (contains(codes, variable) || is_follow_up(variable)) return Form::code;
  return Form::none;
}

bool has_form(std::string_view value, Form form) {
  constexpr std::size_t longest_code = 4;
  if (value.empty()) return form != Form::none;
  switch (form) {
    case Form::none:
      return false;
    case Form::code:
      return value.size() <= longest_code && only(value, digits);
    case Form::department:
      return value.size() == 3 && (only(value, digits) || value == "02A" || value == "02B");
    case Form::pseudonym:
      return value.size() == 40 && only(value, "0123456789abcdefABCDEF");
    case Form::date:
      return value == "9999-99-99" || (value.size() == 10 && record::is_date(value));
    case Form::month:
      return value == "9999-99" || (value.size() == 7 && record::is_date(value));
  }
  return false;
}

bool names_identity(std::string_view variable) {
  std::string upper(variable);
  std::ranges::transform(upper, upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  std::erase(upper, '_');
  return std::ranges::any_of(identities,
                             [&](std::string_view begin) { return upper.starts_with(begin); });
}

}  // namespace charmille::policy::olinpe
