#include "gateway/record/identifiers.h"

#include <map>

#include <doctest/doctest.h>

#include "gateway/codec/codec.h"

using namespace charmille;
using namespace charmille::record;

namespace {

Uuid child(std::uint8_t n) {
  Uuid id;
  id.bytes[15] = n;
  return id;
}

/// A store in memory.
struct Known : Lookup {
  std::map<std::string, Uuid> pairs;
  std::map<std::string, Uuid> ins;
  std::map<Uuid, Traits> traits;

  Result<std::optional<Uuid>> by_identifier(const Identifier& id) override {
    return find(pairs, id.system + '|' + id.value);
  }
  Result<std::optional<Uuid>> by_ins(std::string_view matricule, std::string_view oid) override {
    return find(ins, std::string(matricule) + '|' + std::string(oid));
  }
  Result<Traits> traits_of(const Uuid& id) override { return traits.at(id); }
  Result<std::vector<Uuid>> by_traits(const Traits& wanted) override {
    std::vector<Uuid> found;
    for (const auto& [id, t] : traits)
      if (traits_key(t) == traits_key(wanted)) found.push_back(id);
    return found;
  }
  static std::optional<Uuid> find(const std::map<std::string, Uuid>& in, const std::string& key) {
    const auto at = in.find(key);
    return at == in.end() ? std::nullopt : std::optional(at->second);
  }
};

Claims claims(std::string_view json) {
  return claims_of(codec::read_json(json, "test")->root());
}

const char* camille = R"({"ids":[{"system":"s","value":"1"}],
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

TEST_CASE("a known pair is the child, whatever the names say") {
  Known known;
  known.pairs["s|1"] = child(1);
  const Match match = *find_child(claims(camille), known, false);
  CHECK(match.rule == MatchRule::identifier);
  CHECK(match.child == child(1));
}

TEST_CASE("pairs that lead to two children are a conflict, and no link") {
  Known known;
  known.pairs["s|1"] = child(1);
  known.pairs["t|2"] = child(2);
  Claims both = claims(camille);
  both.identifiers.push_back({"t", "2"});
  const Match match = *find_child(both, known, true);
  CHECK(match.conflict);
  CHECK(match.rule == MatchRule::none);
  CHECK(match.candidates.size() == 2);
}

TEST_CASE("an old or wrong identifier is no claim") {
  CHECK(
      claims(
          R"({"ids":[{"system":"s","value":"1","status":"wrong"},{"system":"s","value":"2","status":"active"}]})")
          .identifiers.size() == 1);
}

TEST_CASE("a qualified INS links when the traits agree, and only proposes when they do not") {
  Known known;
  known.ins["214026296900112|1.2"] = child(3);
  known.traits[child(3)] = claims(camille).traits;
  CHECK(find_child(claims(camille), known, false)->rule == MatchRule::ins);
  known.traits[child(3)].birth_date = "2014-02-03";
  const Match match = *find_child(claims(camille), known, true);
  CHECK(match.rule == MatchRule::none);
  CHECK(match.candidates == std::vector{child(3)});
}

TEST_CASE("an INS that is not qualified is no claim") {
  CHECK(
      claims(R"({"ins":{"matricule":"214026296900112","oid":"1.2","status":{"code":"RECUPEREE"}}})")
          .matricule.empty());
}

TEST_CASE(
    "strict traits link only when the operator switched it on, and only when unique on both "
    "sides") {
  Known known;
  known.traits[child(4)] = claims(camille).traits;
  CHECK(find_child(claims(camille), known, false)->rule == MatchRule::none);
  CHECK(find_child(claims(camille), known, false)->candidates == std::vector{child(4)});
  CHECK(find_child(claims(camille), known, true)->rule == MatchRule::traits);
  CHECK(find_child(claims(camille), known, true, false)->rule == MatchRule::none);
  known.traits[child(5)] = claims(camille).traits;
  CHECK(find_child(claims(camille), known, true)->rule == MatchRule::none);
  CHECK(find_child(claims(camille), known, true)->candidates.size() == 2);
}

TEST_CASE("incomplete traits never link") {
  Known known;
  Claims partial = claims(camille);
  partial.traits.birth_place.clear();
  known.traits[child(6)] = partial.traits;
  const Match match = *find_child(partial, known, true);
  CHECK(match.rule == MatchRule::none);
  CHECK(match.candidates.empty());
}
