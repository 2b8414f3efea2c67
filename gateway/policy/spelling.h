// The ways in which people write what must stay secret: each gives needles to search for. What is
// too short or too common to tell anything gives none.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/policy/aho_corasick.h"

namespace charmille::policy {

/// Folded texts that the record tells openly (a birth place, the town of an address that is not
/// hidden): a name that is one of them tells nothing by itself.
using OpenWords = std::set<std::string, std::less<>>;

/// An establishment, a unit, a school, a destination: the whole name, and what is left of it
/// without its kind ("MECS Les Trois Tilleuls", "Trois Tilleuls").
std::vector<Needle> spellings_of_place(std::string_view name, const OpenWords& open);
/// A person with or without a title: given name and surname in both orders, title and surname,
/// initial and surname.
std::vector<Needle> spellings_of_person(std::string_view name);
/// FINESS, RPPS or UAI, alone and behind the digit that national identifiers of structures and
/// professionals begin with.
std::vector<Needle> spellings_of_number(std::string_view number);
/// National, international, and as spreadsheets leave it (without its first 0).
std::vector<Needle> spellings_of_phone(std::string_view phone);
/// 18190 cents: 181,90 or 18190; and 181.9 for 18190 where the last digit says nothing.
std::vector<Needle> spellings_of_price(std::string_view cents);
/// A mail address.
std::vector<Needle> spellings_of_mail(std::string_view mail);

/// One line of an address.
std::vector<Needle> spellings_of_line(std::string_view line);
/// A town by itself.
std::vector<Needle> spellings_of_town(std::string_view town);
/// Parts of an address that stand together: "99450" and "Bois-Réaux".
std::vector<Needle> spellings_of_parts(std::initializer_list<std::string_view> parts);

/// The letters of a text, as OpenWords holds them.
std::string glued(std::string_view text);

}  // namespace charmille::policy
