#include "gateway/base/national_keys.h"

#include <string>

#include <doctest/doctest.h>

using namespace charmille::base;

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
