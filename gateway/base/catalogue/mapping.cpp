// Fault texts of the area "mapping": codes CH-MAP, CH-PATH.
#include "gateway/base/catalogue/areas.h"

namespace charmille::base {
namespace {

constexpr CatalogueEntry entries[] = {
    // CH-PATH-001 to 029: an expression that cannot be compiled.
    {"CH-PATH-001", Action::stop, "expression de plus de {limit} octets", "expression of more than {limit} bytes",
     "la couper avec {% assign %}", "split it with {% assign %}"},
    {"CH-PATH-002", Action::stop, "« {what} » n'a pas de sens ici dans une expression",
     "'{what}' means nothing here in an expression", "corriger l'expression", "correct the expression"},
    {"CH-PATH-003", Action::stop, "« {what} » manque pour fermer ce qui s'ouvre ici",
     "{what} is missing to close what opens here", "ajouter {what}", "add {what}"},
    {"CH-PATH-004", Action::stop, "séquence d'échappement inconnue", "unknown escape sequence",
     "écrire \\\\ pour une barre oblique inverse", "write \\\\ for a backslash"},
    {"CH-PATH-005", Action::stop, "ce n'est pas une date ou une heure possible", "this is no possible date or time",
     "écrire par exemple @2014-03-12 ou @T10:30", "write for example @2014-03-12 or @T10:30"},
    {"CH-PATH-006", Action::stop, "le nom contient « {what} »", "the name contains '{what}'",
     "mettre entre accents graves un nom accentué ou avec des espaces : `Prénom(s)`",
     "put a name with accents or blanks in backticks: `Prénom(s)`"},
    {"CH-PATH-007", Action::stop, "l'expression s'arrête trop tôt", "the expression ends too early",
     "la compléter", "complete it"},
    {"CH-PATH-008", Action::stop, "« {what} » est inattendu ici", "'{what}' is unexpected here",
     "corriger l'expression ; un nom avec des espaces se met entre accents graves",
     "correct the expression; a name with blanks stands in backticks"},
    {"CH-PATH-009", Action::stop, "il manque « {what} » à la fin", "'{what}' is missing at the end",
     "ajouter {what}", "add {what}"},
    {"CH-PATH-010", Action::stop, "expression imbriquée sur plus de {limit} niveaux",
     "expression nested more than {limit} levels deep", "la couper avec {% assign %}", "split it with {% assign %}"},
    {"CH-PATH-011", Action::stop, "nombre trop grand", "number too large", "écrire un nombre plus petit",
     "write a smaller number"},
    {"CH-PATH-012", Action::stop, "variable inconnue : %{name} (la plus proche : {nearest})",
     "unknown variable: %{name} (the nearest: {nearest})", "la déclarer sous vars, {% assign %} ou {% for %}",
     "declare it under vars, {% assign %} or {% for %}"},
    {"CH-PATH-013", Action::stop, "en mode strict, « {name} » ne peut pas être lu sans variable",
     "in strict mode '{name}' cannot be read without a variable", "écrire %context.{name}", "write %context.{name}"},
    {"CH-PATH-014", Action::stop, "fonction inconnue : {name} (la plus proche : {nearest})",
     "unknown function: {name} (the nearest: {nearest})", "voir docs/reference/functions.md",
     "see docs/reference/functions.md"},
    {"CH-PATH-015", Action::stop, "{name} attend de {least} à {most} arguments, et en reçoit {given}",
     "{name} takes {least} to {most} arguments, not {given}", "corriger l'appel", "correct the call"},
    {"CH-PATH-016", Action::stop, "expression rationnelle invalide (règle {rule})", "invalid regular expression (rule {rule})",
     "corriger le motif (syntaxe RE2)", "correct the pattern (RE2 syntax)"},
    {"CH-PATH-017", Action::stop, "format de date inconnu : {format}", "unknown date format: {format}",
     "utiliser yyyy MM dd HH mm ss (ou M, d, H sans zéro)", "use yyyy MM dd HH mm ss (or M, d, H without zero)"},
    {"CH-PATH-018", Action::stop, "le nom de la table doit être un texte entre apostrophes",
     "the name of the table must be a text in quotes", "écrire translate('nom')", "write translate('name')"},
    {"CH-PATH-019", Action::stop, "table inconnue : {name} (la plus proche : {nearest})",
     "unknown table: {name} (the nearest: {nearest})", "la déclarer sous tables", "declare it under tables"},
    {"CH-PATH-020", Action::stop, "type inconnu : {name}", "unknown type: {name}",
     "utiliser String, Integer, Decimal, Boolean, Date, DateTime, Time ou Quantity",
     "use String, Integer, Decimal, Boolean, Date, DateTime, Time or Quantity"},
    {"CH-PATH-021", Action::stop, "le remplacement cite un groupe absent du motif (règle {rule})",
     "the replacement names a group that the pattern has not (rule {rule})", "corriger le remplacement",
     "correct the replacement"},
    {"CH-PATH-022", Action::stop, "round accepte de 0 à 28 décimales (règle {rule})",
     "round takes 0 to 28 fraction digits (rule {rule})", "corriger l'appel", "correct the call"},
    // CH-PATH-030 to 039: an expression that fails on an input.
    {"CH-PATH-030", Action::reject, "« {field} » donne {count} valeurs là où une seule est attendue (règle {rule})",
     "'{field}' gives {count} values where one is expected (rule {rule})",
     "choisir la valeur avec first(), where(...) ou join(...)", "choose with first(), where(...) or join(...)"},
    {"CH-PATH-031", Action::reject, "calcul de plus de {limit} étapes (règle {rule})",
     "computation of more than {limit} steps (rule {rule})", "simplifier la règle ou réduire l'entrée",
     "simplify the rule or reduce the input"},
    {"CH-PATH-032", Action::reject, "l'opérateur {operator} ne s'applique pas à « {field} » (règle {rule})",
     "operator {operator} does not apply to '{field}' (rule {rule})", "convertir avec toString(), toDecimal(), toDate()",
     "convert with toString(), toDecimal(), toDate()"},
    {"CH-PATH-033", Action::reject, "« {field} » n'est pas de type {wanted} (règle {rule})",
     "'{field}' is not of type {wanted} (rule {rule})", "convertir avec toString(), toInteger(), toDate()",
     "convert with toString(), toInteger(), toDate()"},
    {"CH-PATH-034", Action::reject, "texte calculé de plus de {limit} octets (règle {rule})",
     "computed text of more than {limit} bytes (rule {rule})", "réduire l'entrée", "reduce the input"},
    // CH-PATH-040 and on: our own functions.
    {"CH-PATH-040", Action::reject, "« {field} » n'est pas une date existante au format {format} (règle {rule})",
     "'{field}' is no existing date of the format {format} (rule {rule})", "corriger la date dans le fichier source",
     "correct the date in the source file"},
    {"CH-PATH-041", Action::reject, "le code de « {field} » n'est pas dans la table {table} (règle {rule})",
     "the code of '{field}' is not in the table {table} (rule {rule})",
     "corriger le code dans le fichier source, ou l'ajouter à la table",
     "correct the code in the source file, or add it to the table"},
};

}  // namespace

std::span<const CatalogueEntry> mapping_entries() { return entries; }

}  // namespace charmille::base
