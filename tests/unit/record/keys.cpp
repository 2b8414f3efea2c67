#include "gateway/record/keys.h"

#include <string>

#include <doctest/doctest.h>

#include "gateway/record/ins.h"

using namespace charmille::record;

TEST_CASE("keys of published numbers are found, Corsica's letters included") {
  // INSi fixtures of the INS digest §2.
  CHECK(nir_key("297022A020778") == 78u);
  CHECK(nir_key("2360663220836") == 56u);
  CHECK(nir_key("1090763220834") == 89u);
  CHECK(nir_key("2090763220834") == 39u);
  CHECK(nir_key("2140275123456") == 59u);
  CHECK(nir_key("2840588321025") == 32u);
}

TEST_CASE("what is no national number has no key") {
  CHECK_FALSE(nir_key(""));
  CHECK_FALSE(nir_key("29702"));
  CHECK_FALSE(nir_key("2A0011234567"));
  CHECK_FALSE(nir_key("2A00112345678"));
  CHECK_FALSE(nir_key("0090763220834"));
  CHECK_FALSE(nir_key("ABCDEFGHIJKLM"));
  CHECK_FALSE(nir_key("297022C020778"));
}

TEST_CASE("a matricule fits its key and no other") {
  CHECK(matricule_key_fits("297022A02077878"));
  for (const char* wrong : {"297022A02077877", "297022B02077878", "207022A02077878",
                            "297022A020778", "297022A0207787X"})
    CHECK_FALSE(matricule_key_fits(wrong));
}

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

TEST_CASE("FINESS, RPPS and UAI are checked as far as their keys are published") {
  CHECK(is_finess("990001018"));
  CHECK_FALSE(is_finess("990000019"));
  CHECK_FALSE(is_finess("99000101"));
  CHECK(is_finess("2A0000014"));
  CHECK_FALSE(is_finess("2A000001X"));
  CHECK(is_rpps("99000003030"));
  CHECK_FALSE(is_rpps("99000003031"));
  CHECK_FALSE(is_rpps("9900000303"));
  CHECK(is_uai("0999911W"));
  CHECK_FALSE(is_uai("0999911O"));
  CHECK_FALSE(is_uai("999911W"));
  CHECK_FALSE(luhn_fits(""));
}
