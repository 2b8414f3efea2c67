#include "gateway/record/identifiers.h"

#include <algorithm>
#include <array>

#include "gateway/fhirpath/text.h"
#include "gateway/record/edit.h"

namespace charmille::record {

using tree::Node;

bool is_of_authority(std::string_view system, std::string_view prefix) {
  if (!system.starts_with(prefix)) return false;
  return prefix.ends_with(':') || system.size() == prefix.size() || system[prefix.size()] == ':';
}

bool names_a_child(std::string_view system) {
  constexpr std::array<std::string_view, 3> others{":ase", ":famille", ":decision"};
  return std::ranges::none_of(others, [&](std::string_view end) { return system.ends_with(end); });
}

Claims claims_of(const Node& child, std::string_view own_prefix) {
  Claims claims;
  for (const Node& id : items_at(child, "ids")) {
    const std::string_view status = text_at(id, "status");
    if (!status.empty() && status != "active") continue;
    const std::string_view system = text_at(id, "system");
    if (!names_a_child(system)) continue;
    const bool own = is_of_authority(system, own_prefix);
    if (own && claims.authority.empty() && !system.ends_with(":dossier")) claims.authority = system;
    (own ? claims.own : claims.cited)
        .push_back({std::string(system), std::string(text_at(id, "value"))});
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

std::vector<std::string> likeness_keys(const Traits& traits) {
  constexpr std::size_t beginning = 3;
  if (traits.birth_date.size() != 10) return {};
  std::vector<std::string> keys;
  if (!traits.birth_name.empty())
    keys.push_back(traits.birth_date + '\n' + traits.sex + '\n' +
                   traits.birth_name.substr(0, beginning));
  if (!traits.first_given_name.empty())
    keys.push_back(traits.birth_date + "\n\n" + traits.first_given_name);
  return keys;
}

bool traits_agree(const Traits& a, const Traits& b) {
  return !a.birth_name.empty() && a.birth_name == b.birth_name &&
         a.first_given_name == b.first_given_name && a.birth_date == b.birth_date && a.sex == b.sex;
}

bool traits_contradict(const Traits& a, const Traits& b) {
  if (!a.sex.empty() && !b.sex.empty() && a.sex != b.sex) return true;
  if (!a.birth_date.empty() && !b.birth_date.empty()) {
    const std::size_t known = std::min(a.birth_date.size(), b.birth_date.size());
    return a.birth_date.substr(0, known) != b.birth_date.substr(0, known);
  }
  return !a.birth_name.empty() && !b.birth_name.empty() && a.birth_name != b.birth_name;
}

namespace {

/// One letter more, less or other.
bool one_edit_apart(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1) return false;
  const auto [left, right] = std::ranges::mismatch(a, b);
  const auto rest_a = static_cast<std::size_t>(a.end() - left);
  const auto rest_b = static_cast<std::size_t>(b.end() - right);
  if (rest_b == 0) return false;  // the same
  const std::string_view after = b.substr(b.size() - rest_b + 1);
  return a.substr(a.size() - rest_a + (rest_a == rest_b ? 1 : 0)) == after;
}

}  // namespace

unsigned likeness(const Traits& a, const Traits& b) {
  const auto same = [](const std::string& x, const std::string& y) { return !x.empty() && x == y; };
  unsigned score = 0;
  if (same(a.birth_name, b.birth_name)) {
    score += 30;
  } else if (one_edit_apart(a.birth_name, b.birth_name)) {
    score += 20;
  }
  if (same(a.given_names, b.given_names)) {
    score += 25;
  } else if (same(a.first_given_name, b.first_given_name)) {
    score += 20;
  } else if (one_edit_apart(a.first_given_name, b.first_given_name)) {
    score += 12;
  }
  if (same(a.birth_date, b.birth_date)) score += 25;
  if (same(a.sex, b.sex)) score += 5;
  if (same(a.birth_place, b.birth_place)) score += 15;
  // Brothers and sisters, twins above all, share everything but the given name.
  constexpr unsigned most_without_given_name = 50;
  const bool other_person = !a.first_given_name.empty() && !b.first_given_name.empty() &&
                            a.first_given_name != b.first_given_name &&
                            !one_edit_apart(a.first_given_name, b.first_given_name);
  return other_person ? std::min(score, most_without_given_name) : score;
}

}  // namespace charmille::record
