#include "gateway/record/identifiers.h"

#include <algorithm>

#include "gateway/fhirpath/text.h"
#include "gateway/record/edit.h"

namespace charmille::record {

using tree::Node;

Claims claims_of(const Node& child) {
  Claims claims;
  for (const Node& id : items_at(child, "ids")) {
    const std::string_view status = text_at(id, "status");
    if (!status.empty() && status != "active") continue;
    // A department's number whose department is not known may be another child's elsewhere.
    if (text_at(id, "system").ends_with(":ase")) continue;
    claims.identifiers.push_back(
        {std::string(text_at(id, "system")), std::string(text_at(id, "value"))});
  }
  if (const Node* identity = child.find("identity")) {
    Traits& traits = claims.traits;
    traits.birth_name = fhirpath::normalize(text_at(*identity, "birthName"));
    for (const Node& name : items_at(*identity, "birthGivenNames")) {
      const std::string given = fhirpath::normalize(name.chars());
      if (traits.first_given_name.empty()) traits.first_given_name = given;
      traits.given_names += (traits.given_names.empty() ? "" : " ") + given;
    }
    traits.birth_date = text_at(*identity, "birthDate");
    const std::string_view sex = code_at(*identity, "sex");
    if (sex == "M" || sex == "F") traits.sex = sex;
    if (const Node* place = identity->find("birthPlace"))
      traits.birth_place = text_at(*place, "insee");
  }
  if (const Node* ins = child.find("ins");
      ins != nullptr && code_at(*ins, "status") == "QUALIFIEE") {
    claims.matricule = text_at(*ins, "matricule");
    claims.oid = text_at(*ins, "oid");
  }
  return claims;
}

std::string traits_key(const Traits& traits) {
  if (!traits.complete()) return {};
  return traits.birth_name + '\n' + traits.given_names + '\n' + traits.birth_date + '\n' +
         traits.sex + '\n' + traits.birth_place;
}

bool traits_agree(const Traits& a, const Traits& b) {
  return !a.birth_name.empty() && a.birth_name == b.birth_name &&
         a.first_given_name == b.first_given_name && a.birth_date == b.birth_date && a.sex == b.sex;
}

std::string_view name_of(MatchRule rule) {
  switch (rule) {
    case MatchRule::none:
      return "none";
    case MatchRule::identifier:
      return "identifier";
    case MatchRule::ins:
      return "ins";
    case MatchRule::traits:
      return "traits";
  }
  return "none";
}

namespace {

/// Rule 1: the pairs, which must all lead to one child. A pair that is not known yet says nothing.
Result<Match> by_pairs(const Claims& claims, Lookup& lookup) {
  Match match;
  for (const Identifier& identifier : claims.identifiers) {
    auto found = lookup.by_identifier(identifier);
    if (!found) return fail(std::move(found.error()));
    if (*found && std::ranges::find(match.candidates, **found) == match.candidates.end())
      match.candidates.push_back(**found);
  }
  if (match.candidates.size() == 1) {
    match.rule = MatchRule::identifier;
    match.child = match.candidates.front();
    match.candidates.clear();
  }
  match.conflict = match.candidates.size() > 1;
  return match;
}

}  // namespace

Result<Match> find_child(const Claims& claims, Lookup& lookup, bool match_by_traits,
                         bool unique_in_lot) {
  auto match = by_pairs(claims, lookup);
  if (!match || match->rule != MatchRule::none || match->conflict) return match;

  if (!claims.matricule.empty()) {
    auto found = lookup.by_ins(claims.matricule, claims.oid);
    if (!found) return fail(std::move(found.error()));
    if (*found) {
      auto traits = lookup.traits_of(**found);
      if (!traits) return fail(std::move(traits.error()));
      if (traits_agree(claims.traits, *traits)) return Match{MatchRule::ins, **found, {}, false};
      match->candidates.push_back(**found);
      return match;
    }
  }

  if (!claims.traits.complete()) return match;
  auto same = lookup.by_traits(claims.traits);
  if (!same) return fail(std::move(same.error()));
  if (match_by_traits && unique_in_lot && same->size() == 1)
    return Match{MatchRule::traits, same->front(), {}, false};
  match->candidates = std::move(*same);
  return match;
}

}  // namespace charmille::record
