#include "gateway/record/ins.h"

#include <string>

#include <doctest/doctest.h>

#include "gateway/base/national_keys.h"

using namespace charmille::record;
using charmille::base::nir_key;

TEST_CASE("a matricule of another sex, year or month contradicts the child") {
  const std::string_view boy = "115086296925563";
  CHECK(check_ins(boy, "M", "2015-08-06") == InsCheck::fits);
  CHECK(check_ins(boy, "F", "2015-08-06") == InsCheck::contradicts_sex);
  CHECK(check_ins(boy, "M", "2016-08-06") == InsCheck::contradicts_birth);
  CHECK(check_ins(boy, "M", "2015-09-06") == InsCheck::contradicts_birth);
  CHECK(check_ins("115086296925564", "M", "2015-08-06") == InsCheck::wrong_key);
  CHECK(check_ins("1150862969255", "M", "2015-08-06") == InsCheck::wrong_shape);
}

TEST_CASE("what is not known of the child contradicts nothing") {
  const std::string_view boy = "115086296925563";
  CHECK(check_ins(boy, "", "") == InsCheck::fits);
  CHECK(check_ins(boy, "UNK", "2015") == InsCheck::fits);
  CHECK(check_ins(boy, "I", "2015-08") == InsCheck::fits);
  CHECK(check_ins(boy, "", "2014") == InsCheck::contradicts_birth);
}

TEST_CASE("a month above 12 in a number means unknown, and is not compared") {
  const std::string thirteen = "1153062969255";
  const std::string matricule =
      thirteen + (*nir_key(thirteen) < 10 ? "0" : "") + std::to_string(*nir_key(thirteen));
  CHECK(check_ins(matricule, "M", "2015-08-06") == InsCheck::fits);
  CHECK(check_ins(matricule, "M", "2014-08-06") == InsCheck::contradicts_birth);
}

TEST_CASE("test numbers have no place in production, nor real ones in a test") {
  CHECK(oid_fits(oid_nir, Environment::production));
  CHECK(oid_fits(oid_nia, Environment::production));
  CHECK_FALSE(oid_fits(oid_nir_test, Environment::production));
  CHECK_FALSE(oid_fits(oid_nir_demo, Environment::production));
  CHECK(oid_fits(oid_nir_test, Environment::test));
  CHECK_FALSE(oid_fits(oid_nir, Environment::test));
  CHECK_FALSE(oid_fits("1.2.250.1.213.1.4.2", Environment::production));
  CHECK_FALSE(oid_fits("", Environment::test));
}
