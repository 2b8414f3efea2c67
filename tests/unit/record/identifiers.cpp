#include "gateway/record/identifiers.h"

#include <doctest/doctest.h>

#include "gateway/codec/codec.h"

using namespace charmille;
using namespace charmille::record;

namespace {

Claims claims(std::string_view json, std::string_view prefix = "urn:charmille:dui:") {
  return claims_of(codec::read_json(json, "test")->root(), prefix);
}

const char* camille =
    R"({"ids":[{"system":"urn:charmille:dui:990000001:eo:dossier","value":"D1"},
  {"system":"urn:charmille:dui:990000001:eo","value":"1"},
  {"system":"urn:charmille:dui:990000001:eo:ase","value":"77"},
  {"system":"urn:charmille:cd:99","value":"V1"},
  {"system":"urn:charmille:cd:99:famille","value":"F1"},
  {"system":"urn:charmille:cd:98","value":"W1","status":"wrong"}],
  "identity":{"birthName":"D'Haëne-Œuvrard","birthGivenNames":["Camille","Élise"],"birthDate":"2014-02-02","sex":{"code":"F"},"birthPlace":{"insee":"62969"}},
  "ins":{"matricule":"214026296900112","oid":"1.2","status":{"code":"QUALIFIEE"}}})";

}  // namespace

TEST_CASE("claims are normalised: accents, ligatures, hyphens and case do not tell people apart") {
  const Traits a = claims(camille).traits;
  const Traits b =
      claims(
          R"({"identity":{"birthName":"D HAENE OEUVRARD","birthGivenNames":["CAMILLE","Elise"],"birthDate":"2014-02-02","sex":{"code":"F"},"birthPlace":{"insee":"62969"}}})")
          .traits;
  CHECK(a.complete());
  CHECK(a == b);
  CHECK(traits_key(a) == traits_key(b));
}

TEST_CASE("an authority's own identifiers are told from those that it cites") {
  const Claims of_dui = claims(camille);
  CHECK(of_dui.authority == "urn:charmille:dui:990000001:eo");
  CHECK(of_dui.own.size() == 2);
  REQUIRE(of_dui.cited.size() == 1);
  CHECK(of_dui.cited.front() == Identifier{"urn:charmille:cd:99", "V1"});
  const Claims of_department = claims(camille, "urn:charmille:cd:99");
  CHECK(of_department.authority == "urn:charmille:cd:99");
  CHECK(of_department.own == of_dui.cited);
}

TEST_CASE("a family file, a decision and a number without its department name no child") {
  for (const char* system :
       {"urn:charmille:cd:99:famille", "urn:charmille:cd:99:decision", "urn:x:ase"})
    CHECK_FALSE(names_a_child(system));
  CHECK(names_a_child("urn:charmille:dui:990000001:eo:dossier"));
}

TEST_CASE("department 97 is not 974") {
  CHECK(is_of_authority("urn:charmille:cd:97", "urn:charmille:cd:97"));
  CHECK(is_of_authority("urn:charmille:cd:97:famille", "urn:charmille:cd:97"));
  CHECK_FALSE(is_of_authority("urn:charmille:cd:974", "urn:charmille:cd:97"));
}

TEST_CASE("only a qualified INS is claimed") {
  CHECK(claims(camille).matricule == "214026296900112");
  CHECK(claims(R"({"ins":{"matricule":"2","oid":"1.2","status":{"code":"VALIDEE"}}})")
            .matricule.empty());
}

TEST_CASE("traits contradict when birth date or sex differ; names count without a birth date") {
  const Traits a = claims(camille).traits;
  Traits other = a;
  other.birth_name = "AUTRE";
  CHECK_FALSE(traits_contradict(a, other));
  other.birth_date.clear();
  CHECK(traits_contradict(a, other));
  other = a;
  other.sex = "M";
  CHECK(traits_contradict(a, other));
  other = a;
  other.birth_date = "2014";
  CHECK_FALSE(traits_contradict(a, other));
  other.birth_date = "2015";
  CHECK(traits_contradict(a, other));
}

TEST_CASE("likeness: all traits 100, one letter less a little below, a stranger low") {
  const Traits a = claims(camille).traits;
  CHECK(likeness(a, a) == 100);
  Traits near = a;
  near.birth_name = "D HAENE OEUVRARDS";
  CHECK(likeness(a, near) == 90);
  near.birth_name = "D HAENE OUVRARD";
  CHECK(likeness(a, near) == 90);
  Traits stranger{"MARTIN", "LOUIS", "LOUIS", "2011-05-06", "M", "33063"};
  CHECK(likeness(a, stranger) == 0);
}

TEST_CASE("a twin is no likely counterpart") {
  const Traits a = claims(camille).traits;
  Traits twin = a;
  twin.given_names = twin.first_given_name = "JEANNE";
  CHECK(likeness(a, twin) == 50);
}

TEST_CASE("like children share a key although a name is written otherwise") {
  const Traits a = claims(camille).traits;
  Traits near = a;
  near.birth_name = "D HAENE";
  near.given_names = near.first_given_name = "KAMILLE";
  CHECK(likeness_keys(a)[0] == likeness_keys(near)[0]);
  CHECK(likeness_keys(a)[1] != likeness_keys(near)[1]);
  near.birth_date = "2014";
  CHECK(likeness_keys(near).empty());
}
