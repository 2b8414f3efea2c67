#include "gateway/record/links.h"

#include <algorithm>
#include <random>

#include <doctest/doctest.h>

using namespace charmille;
using namespace charmille::record;
using store::Claim;
using store::ClaimKind;

namespace {

base::Uuid child(std::uint8_t n) {
  base::Uuid id;
  id.bytes[15] = n;
  return id;
}

const Traits lea{"MARTIN", "LEA", "LEA", "2014-02-02", "F", "62969"};
const Traits tom{"DUPONT", "TOM", "TOM", "2012-12-12", "M", "33063"};

Claim own(const char* key) {
  return {ClaimKind::own, key};
}
Claim cites(const char* key) {
  return {ClaimKind::identifier, key};
}
Claim ins(const char* key) {
  return {ClaimKind::ins, key};
}
Claim traits_of(const Traits& t) {
  return {ClaimKind::traits, traits_key(t)};
}
Claim like(const char* key) {
  return {ClaimKind::likeness, key};
}

std::vector<Derived> derive(const std::vector<Party>& parties,
                            const std::vector<Decision>& decisions = {}, bool by_traits = false,
                            const std::set<store::Bytes>& crowded = {}) {
  return derive_links(parties, decisions, crowded, {by_traits, 60});
}

bool linked(const std::vector<Derived>& links, std::size_t a, std::size_t b) {
  return std::ranges::any_of(links,
                             [&](const Derived& l) { return l.a == a && l.b == b && l.linked; });
}
bool proposed(const std::vector<Derived>& links, std::size_t a, std::size_t b) {
  return std::ranges::any_of(links,
                             [&](const Derived& l) { return l.a == a && l.b == b && !l.linked; });
}

}  // namespace

TEST_CASE("one who cites the other's identifier is the other") {
  const auto links = derive(
      {{child(1), "dui", {own("e1"), cites("v1")}, lea}, {child(2), "cd", {own("v1")}, lea}});
  CHECK(linked(links, 0, 1));
  CHECK(links.front().rule == LinkRule::identifier);
}

TEST_CASE("a cited identifier whose holder was born another day is a typing error, and no link") {
  const auto links = derive(
      {{child(1), "dui", {own("e1"), cites("v1")}, lea}, {child(2), "cd", {own("v1")}, tom}});
  CHECK_FALSE(linked(links, 0, 1));
  CHECK(proposed(links, 0, 1));
}

TEST_CASE("an identifier that two children of one authority cite names neither") {
  const auto links = derive({{child(1), "dui", {own("e1"), cites("v1")}, lea},
                             {child(2), "dui", {own("e2"), cites("v1")}, lea},
                             {child(3), "cd", {own("v1")}, lea}});
  CHECK(std::ranges::none_of(links, &Derived::linked));
  CHECK(proposed(links, 0, 2));
  CHECK(proposed(links, 1, 2));
}

TEST_CASE("a qualified INS on both sides links children whose traits agree, and no others") {
  const std::vector<Party> same{{child(1), "dui", {own("e1"), ins("n")}, lea},
                                {child(2), "cd", {own("v1"), ins("n")}, lea}};
  CHECK(linked(derive(same), 0, 1));
  auto other = same;
  other[1].traits = tom;
  CHECK_FALSE(linked(derive(other), 0, 1));
  CHECK(proposed(derive(other), 0, 1));
}

TEST_CASE("strict traits link only when the operator says so, and only when unique") {
  std::vector<Party> parties{{child(1), "dui", {own("e1"), traits_of(lea)}, lea},
                             {child(2), "cd", {own("v1"), traits_of(lea)}, lea}};
  CHECK_FALSE(linked(derive(parties), 0, 1));
  CHECK(proposed(derive(parties), 0, 1));
  CHECK(linked(derive(parties, {}, true), 0, 1));
  parties.push_back({child(3), "dui", {own("e2"), traits_of(lea)}, lea});
  const auto homonyms = derive(parties, {}, true);
  CHECK(std::ranges::none_of(homonyms, &Derived::linked));
  CHECK(proposed(homonyms, 0, 1));
  CHECK(proposed(homonyms, 1, 2));
}

TEST_CASE("an identifier counts before an INS that leads elsewhere; the INS is shown") {
  const auto links = derive({{child(1), "dui", {own("e1"), cites("v1"), ins("n")}, lea},
                             {child(2), "cd", {own("v1")}, lea},
                             {child(3), "cd", {own("v2"), ins("n")}, lea}});
  CHECK(linked(links, 0, 1));
  CHECK(proposed(links, 0, 2));
}

TEST_CASE("a chain never makes one child of two children of one authority") {
  // dui 1 - cd 2 by identifier; cd 2 - school 3 and school 3 - dui 4 by INS would join dui 1, dui 4
  const auto links = derive({{child(1), "dui", {own("e1"), cites("v1")}, lea},
                             {child(2), "cd", {own("v1"), ins("n")}, lea},
                             {child(3), "other", {own("s1"), ins("n"), ins("m")}, lea},
                             {child(4), "dui", {own("e2"), ins("m")}, lea}});
  CHECK(linked(links, 0, 1));
  CHECK_FALSE(linked(links, 1, 2));
  CHECK_FALSE(linked(links, 2, 3));
  CHECK(proposed(links, 1, 2));
}

TEST_CASE("what a person decided stands: refused never links, accepted frees two numbers of one") {
  const std::vector<Party> parties{{child(1), "dui", {own("e1"), cites("v1")}, lea},
                                   {child(2), "dui", {own("e2"), cites("v1")}, lea},
                                   {child(3), "cd", {own("v1")}, lea}};
  CHECK(derive({parties[0], parties[2]}, {{child(1), child(3), false}}).empty());
  const auto links = derive(parties, {{child(1), child(2), true}});
  CHECK(linked(links, 0, 2));
  CHECK(linked(links, 1, 2));
}

TEST_CASE("two whom a person holds apart are not joined through a third") {
  const auto links = derive({{child(1), "dui", {own("e1"), cites("v1"), ins("n")}, lea},
                             {child(2), "cd", {own("v1")}, lea},
                             {child(3), "other", {own("s1"), cites("v1"), ins("n")}, lea}},
                            {{child(1), child(3), false}});
  CHECK(std::ranges::none_of(links, &Derived::linked));
}

TEST_CASE("likeness proposes a counterpart to those who have none") {
  Traits near = lea;
  near.birth_name = "MARTEN";
  std::vector<Party> parties{{child(1), "dui", {own("e1"), like("k")}, lea},
                             {child(2), "cd", {own("v1"), like("k")}, near}};
  CHECK(proposed(derive(parties), 0, 1));
  CHECK(derive(parties).front().score == 90);
  // a twin's record at the department is not proposed again once the child has its own
  parties.push_back({child(3), "dui", {own("e2"), cites("v1"), like("k")}, near});
  CHECK_FALSE(proposed(derive(parties), 0, 1));
}

TEST_CASE("a key that too many claim says nothing") {
  const std::vector<Party> parties{{child(1), "dui", {own("e1"), cites("0")}, lea},
                                   {child(2), "cd", {own("v1"), cites("0")}, lea}};
  CHECK(derive(parties, {}, false, {"0"}).empty());
}

TEST_CASE("the order in which children came to be known does not matter") {
  Traits near = lea;
  near.birth_name = "MARTEN";
  std::vector<Party> parties{{child(1), "dui", {own("e1"), cites("v1"), ins("n")}, lea},
                             {child(2), "cd", {own("v1"), ins("m"), like("k")}, lea},
                             {child(3), "other", {own("s1"), ins("n"), traits_of(lea)}, lea},
                             {child(4), "dui", {own("e2"), ins("m"), like("k")}, near},
                             {child(5), "cd98", {own("w1"), traits_of(lea), like("k")}, lea},
                             {child(6), "dui", {own("e3"), cites("w1")}, near}};
  const auto told = [](std::vector<Party> in) {
    std::set<std::tuple<base::Uuid, base::Uuid, LinkRule, bool>> links;
    for (const Derived& l : derive(in, {{child(2), child(5), false}}, true)) {
      const auto pair = std::minmax(in[l.a].child, in[l.b].child);
      links.emplace(pair.first, pair.second, l.rule, l.linked);
    }
    return links;
  };
  const auto first = told(parties);
  CHECK_FALSE(first.empty());
  std::mt19937 random(7);
  for (int i = 0; i < 200; ++i) {
    std::ranges::shuffle(parties, random);
    CHECK(told(parties) == first);
  }
}
