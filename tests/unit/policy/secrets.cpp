#include "gateway/policy/secrets.h"

#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include "gateway/codec/codec.h"
#include "gateway/policy/scan.h"
#include "tests/unit/policy/secret_child.h"

using namespace charmille;
using namespace charmille::policy;
using config::Recipient;

namespace {

bool holds(const std::vector<Secret>& secrets, std::string_view text) {
  return !Scanner(secrets).scan_name(text).clear();
}

/// The fields of the record that a text tells.
std::set<std::string> told(const std::vector<Secret>& secrets, std::string_view text) {
  const Scanner scanner(secrets);
  std::set<std::string> paths;
  for (const Hit& hit : scanner.scan_name(text).hits)
    paths.insert(scanner.secrets()[hit.secret].path);
  return paths;
}

}  // namespace

TEST_CASE("whoever may know the place and the addresses has no secret to be kept from") {
  const tree::Document record = read_record(secret_child);
  for (const Recipient kind : {Recipient::departement, Recipient::justice, Recipient::dui,
                               Recipient::archives, Recipient::other_establishment})
    CHECK(secrets_of(record.root(), kind).empty());
  const auto of_child = secrets_of(record.root(), Recipient::child);
  CHECK(holds(of_child, "148 impasse du Moulin à vent"));
  CHECK_FALSE(holds(of_child, "Les Trois Tilleuls"));
}

TEST_CASE("each way of writing what tells the place is a secret, and says where it comes from") {
  const tree::Document record = read_record(secret_child);
  const auto secrets = secrets_of(record.root(), Recipient::parents);
  const std::pair<const char*, const char*> plants[] = {
      {"à la MECS Les Trois Tilleuls", "stays[0].establishment"},
      {"aux trois-tilleuls", "stays[0].establishment"},
      {"aux 3 Tilleuls", "stays[0].establishment"},
      {"MECS 3 TILLEULS", "stays[0].establishment"},
      {"maison LE PHARE", "stays[0].unit"},
      {"n° 990 001 018", "stays[0].finess"},
      {"3990001018/E01002", "stays[0].finess"},
      {"Noël Quiévreux", "stays[0].referent"},
      {"QUIEVREUX Noel", "stays[0].referent"},
      {"monsieur Quiévreux", "stays[0].referent"},
      {"N. Quiévreux", "stays[0].referent"},
      {"Prix : 181,90 €", "stays[0].dailyPrice"},
      {"Lycée professionnel Émilie du Châtelet", "school[0].establishment"},
      {"UAI 0999911w", "school[0].uai"},
      {"Docteur Roeder", "health.doctor.name"},
      {"RPPS 899000003030", "health.doctor.rpps"},
      {"L’Interstice", "visitRights[0].place"},
      {"piscine du Grand-Large", "transport[0].to"},
      {"famille Vandamme : Mme Odile Vandamme", "persons[2].name"},
      {"07 rue Haute, 99310 Vermand-sur-Lys", "persons[2].addresses[0]"},
      {"à Vermand sur Lys", "persons[2].addresses[0].town"},
      {"03.99.12.34.56", "persons[2].phones[0]"},
      {"0033 3 99 12 34 56", "persons[2].phones[0]"},
      {"+33 (0)3 99 12 34 56", "persons[2].phones[0]"},
      {"odile.vandamme@asso.example", "persons[2].mails[0]"},
      {"148, imp. du Moulin à vent", "persons[0].addresses[0].lines[0]"},
      {"99450 BOIS REAUX CEDEX", "persons[0].addresses[0].town"},
      {"Bois-Réaux (99450)", "persons[0].addresses[0].town"},
      {"tél 0767977068", "persons[0].phones[0]"},
  };
  for (const auto& [text, path] : plants) CHECK_MESSAGE(told(secrets, text).count(path) == 1, text);
}

TEST_CASE("what is common, open or another's is no secret") {
  const tree::Document record = read_record(secret_child);
  const auto secrets = secrets_of(record.root(), Recipient::parents);
  for (const char* text : {"MECS",
                           "foyer",
                           "le phares",
                           "Lephareux",
                           "lycée professionnel",
                           "visite médiatisée",
                           "IME",
                           "rue",
                           "la rue Haute",
                           "espace rencontre",
                           "né à Hauteclaire",
                           "boulevard Jean-Moulin 99310",
                           "Bois-Réaux",
                           "école Jules-Verne",  // left before the secret stay began
                           "MECS Les Goélands",
                           "990001026",       // a former stay that was never secret
                           "07 31 89 89 81",  // of the relative who hides nothing
                           "9900010189",
                           "tilleuls",
                           "Noël",
                           "18190999",
                           "M. N.",
                           "Sainte-Œnone"})
    CHECK_MESSAGE(!holds(secrets, text), text);
}

TEST_CASE("without a secret place only hidden addresses are secret; an unknown flag hides") {
  const tree::Document open = read_record(
      R"({"stays":[{"establishment":"MECS Les Trois Tilleuls","finess":"990001018","secretPlace":{"code":"no"}}],
          "persons":[{"link":{"code":"MERE"},"addresses":[{"lines":["1 rue Basse"],"postcode":"99310","town":"Hauteclaire","secret":{"code":"no"}}],"phones":["+33767977068"]},
                     {"link":{"code":"PERE"},"addresses":[{"lines":["2 rue Basse"],"postcode":"99310","town":"Hauteclaire"}],"phones":["+33731898981"]},
                     {"link":{"code":"TUTEUR"},"addresses":[{"lines":["33 rue Basse"],"secret":{"code":"no"},"secretFrom":["PERE"]}]}]})");
  const auto secrets = secrets_of(open.root(), Recipient::care_team);
  CHECK_FALSE(holds(secrets, "MECS Les Trois Tilleuls 990001018"));
  CHECK_FALSE(holds(secrets, "1 rue Basse"));
  CHECK_FALSE(holds(secrets, "07 67 97 70 68"));
  CHECK(holds(secrets, "2 rue Basse"));
  CHECK(holds(secrets, "33 rue Basse"));
  CHECK(holds(secrets, "07 31 89 89 81"));
}

TEST_CASE(
    "in the whole of a lot only what is unique is searched, and no number that another child "
    "tells") {
  const tree::Document hidden = read_record(secret_child);
  const tree::Document open = read_record(
      R"({"ids":[{"system":"urn:charmille:dui:990001018:eo","value":"E7"}],"stays":[{"finess":"990001018","secretPlace":{"code":"no"}}]})");
  LotSecrets lot(Recipient::parents);
  lot.add(hidden.root(), secrets_of(hidden.root(), Recipient::parents, 7));
  const auto alone = lot.take();
  CHECK(holds(alone, "990001018"));
  CHECK(std::ranges::all_of(alone, [](const Secret& secret) { return secret.subject == 7; }));

  lot.add(hidden.root(), secrets_of(hidden.root(), Recipient::parents));
  lot.add(open.root(), secrets_of(open.root(), Recipient::parents));
  const auto secrets = lot.take();
  for (const char* text :
       {"148 impasse du Moulin à vent;99450;Bois-Réaux", "148 imp du moulin à vent, Bois-Réaux",
        "0767977068", "99000003030", "0999911W"})
    CHECK_MESSAGE(holds(secrets, text), text);
  for (const char* text : {"990001018", "MECS Les Trois Tilleuls", "148 impasse du Moulin à vent",
                           "Docteur Rœder", "99450 Bois-Réaux", "181,90"})
    CHECK_MESSAGE(!holds(secrets, text), text);
}
