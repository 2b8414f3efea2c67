// Check keys and shapes of the national identifiers. Pure functions over clean text: no blanks,
// upper case.
#pragma once

#include <optional>
#include <string_view>

namespace charmille::base {

/// The key of a NIR or NIA (INSEE; INS digest §2): 97 - (N mod 97), N being the 13 characters as an
/// integer with 2A read as 19 and 2B as 18. Nothing when the 13 characters do not have that shape.
std::optional<unsigned> nir_key(std::string_view thirteen);

/// 15 characters: sex 1 to 9, year, month, department (2A and 2B allowed), commune, order, key.
bool is_matricule(std::string_view fifteen);
/// Of a matricule of the right shape.
bool matricule_key_fits(std::string_view fifteen);

/// Luhn's key (ISO/IEC 7812-1 annex B) over digits only; false for anything else, and for nothing.
bool luhn_fits(std::string_view digits);

/// FINESS, ET or EJ: 9 characters. The Luhn key is checked when all are digits; Corsican numbers
/// (2A, 2B) by shape only, since how their letter counts is not published.
bool is_finess(std::string_view text);
/// RPPS: 11 digits, Luhn.
bool is_rpps(std::string_view text);
/// UAI of a school: 7 digits and a letter other than I, O, Q. The letter's value is not checked:
/// software in the field makes up numbers for places without one.
bool is_uai(std::string_view text);

}  // namespace charmille::base
