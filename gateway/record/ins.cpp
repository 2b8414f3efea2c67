#include "gateway/record/ins.h"

#include "gateway/base/national_keys.h"
#include "gateway/record/dates.h"
#include "gateway/record/edit.h"

namespace charmille::record {
namespace {

/// M, F, or 0 where the first digit does not tell. 1 and 2 are ordinary, 3 and 4 foreign or being
/// registered, 7 and 8 pending numbers (NIA).
char sex_of(char first_digit) {
  switch (first_digit) {
    case '1':
    case '3':
    case '7':
      return 'M';
    case '2':
    case '4':
    case '8':
      return 'F';
    default:
      return 0;
  }
}

}  // namespace

bool oid_fits(std::string_view oid, Environment environment) {
  if (environment == Environment::production) return oid == oid_nir || oid == oid_nia;
  return oid == oid_nir_test || oid == oid_nir_demo;
}

InsCheck check_ins(std::string_view matricule, std::string_view sex, std::string_view birth_date) {
  if (!base::is_matricule(matricule)) return InsCheck::wrong_shape;
  if (!base::matricule_key_fits(matricule)) return InsCheck::wrong_key;
  const char told = sex_of(matricule[0]);
  if (told != 0 && (sex == "M" || sex == "F") && sex[0] != told) return InsCheck::contradicts_sex;
  if (birth_date.size() >= 4 && birth_date.substr(2, 2) != matricule.substr(1, 2))
    return InsCheck::contradicts_birth;
  const std::string_view month = matricule.substr(3, 2);
  const bool real_month = month >= "01" && month <= "12";
  if (birth_date.size() >= 7 && real_month && birth_date.substr(5, 2) != month)
    return InsCheck::contradicts_birth;
  return InsCheck::fits;
}

InsCheck check_ins(const tree::Node& ins, const tree::Node* identity) {
  const std::string_view sex = identity != nullptr ? code_at(*identity, "sex") : std::string_view{};
  const std::string_view birth =
      identity != nullptr ? text_at(*identity, "birthDate") : std::string_view{};
  return check_ins(text_at(ins, "matricule"), sex, is_date(birth) ? birth : std::string_view{});
}

tree::Node downgraded_ins(tree::Document& into, const tree::Node& ins) {
  tree::Node left = ins;
  const tree::Node* status = ins.find("status");
  const std::string_view before = code_at(ins, "status");
  if (status != nullptr && (before == "QUALIFIEE" || before == "RECUPEREE"))
    left = with(into, left, "status",
                with(into, *status, "code", into.text("PROVISOIRE", status->origin())));
  return without(into, left, {"matricule", "kind", "oid"});
}

}  // namespace charmille::record
