// A child whose place is secret, with a mother who hides her address and a foster family.
#pragma once

#include <doctest/doctest.h>

#include "gateway/codec/codec.h"

namespace charmille::policy {

inline constexpr std::string_view secret_child = R"({
  "ids":[{"system":"urn:charmille:dui:990001018:eo","value":"E01002"}],
  "identity":{"birthName":"BÉHAGUE","birthPlace":{"label":"Hauteclaire"}},
  "persons":[
    {"link":{"code":"MERE"},"name":"FERRIÈRE","givenNames":["Maïssa"],"phones":["+33767977068"],
     "addresses":[{"lines":["148 impasse du Moulin à vent"],"postcode":"99450","town":"Bois-Réaux","secret":{"code":"yes"}}]},
    {"link":{"code":"PERE"},"name":"BÉHAGUE","phones":["+33731898981"],
     "addresses":[{"lines":["178 boulevard Jean-Moulin"],"postcode":"99310","town":"Hauteclaire","secret":{"code":"no"}}]},
    {"link":{"code":"AF"},"name":"VANDAMME","givenNames":["Odile"],"phones":["+33399123456"],"mails":["odile.vandamme@asso.example"],
     "addresses":[{"lines":["07 rue Haute"],"postcode":"99310","town":"Vermand-sur-Lys","secret":{"code":"no"}}]}],
  "measures":[{"id":"M1","start":"2023-10-30"}],
  "stays":[
    {"id":"S2","finess":"990001018","establishment":"MECS Les Trois Tilleuls","unit":"Le Phare","entry":"2023-10-30",
     "referent":"M. Noël Quiévreux","dailyPrice":18190,"secretPlace":{"code":"yes"}},
    {"id":"S1","finess":"990001026","establishment":"MECS Les Goélands","entry":"2020-01-01","exit":"2021-01-01","secretPlace":{"code":"no"}}],
  "visitRights":[{"place":"Espace rencontre L'Interstice"}],
  "school":[
    {"year":"2025-2026","establishment":"Lycée professionnel Émilie-du-Châtelet","uai":"0999911W"},
    {"year":"2019-2020","establishment":"École Jules-Verne","uai":"0994776H"}],
  "health":{"doctor":{"name":"Dr Maÿlis Rœder","rpps":"99000003030"}},
  "transport":[{"from":"MECS Les Trois Tilleuls","to":"Piscine du Grand-Large"},{"to":"visite médiatisée"},{"to":"IME"}]})";

inline tree::Document read_record(std::string_view json) {
  auto document = codec::read_json(json, "test");
  REQUIRE(document);
  return std::move(*document);
}

}  // namespace charmille::policy
