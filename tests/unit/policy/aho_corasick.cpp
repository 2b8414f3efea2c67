#include "gateway/policy/aho_corasick.h"

#include <algorithm>
#include <random>

#include <doctest/doctest.h>

using namespace charmille::policy;

namespace {

std::vector<std::uint32_t> found(const Automaton& automaton, std::string_view text,
                                 std::size_t piece = std::string_view::npos) {
  Search search(automaton);
  for (std::size_t at = 0; at < text.size(); at += std::min(piece, text.size()))
    search.add(text.substr(at, piece));
  search.finish();
  std::vector<std::uint32_t> needles = search.found();
  std::ranges::sort(needles);
  return needles;
}

Automaton automaton_of(std::initializer_list<std::string_view> texts) {
  std::vector<Needle> needles;
  for (const std::string_view text : texts) {
    Needle needle;
    for (const std::string& word : words_of(text)) needle.letters += word;
    needles.push_back(std::move(needle));
  }
  return Automaton(std::move(needles));
}

/// The same by comparing the needle with every run of words.
bool stands_in(const std::vector<std::string>& words, const std::string& letters) {
  for (std::size_t from = 0; from < words.size(); ++from) {
    std::string run;
    for (std::size_t to = from; to < words.size() && run.size() < letters.size(); ++to)
      if ((run += words[to]) == letters) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a needle is found whatever the case, the accents and the gaps, as whole words") {
  const Automaton automaton = automaton_of({"Les Trois Tilleuls", "990001018", "L'Œuvre"});
  for (const char* text :
       {"MECS LES TROIS TILLEULS", "les-trois-tilleuls", "Les\nTrois\r\n  Tilleuls",
        "(Les Trois Til-\nleuls)", "LesTroisTilleuls", "Le\xCC\x81s Trois Tilleuls",
        "les trois til\xC2\xADleuls", "L e s T r o i s T i l l e u l s"})
    CHECK_MESSAGE(found(automaton, text) == std::vector<std::uint32_t>{0}, text);
  for (const char* text : {"990001018", "FINESS990001018.", "990 001 018", "x;990001018;y"})
    CHECK_MESSAGE(found(automaton, text) == std::vector<std::uint32_t>{1}, text);
  for (const char* text : {"l’oeuvre", "L'ŒUVRE", "L OEUVRE"})
    CHECK_MESSAGE(found(automaton, text) == std::vector<std::uint32_t>{2}, text);
  for (const char* text : {"Les Trois Tilleulsx", "xLes Trois Tilleuls", "Les Trois", "Tilleuls",
                           "9900010180", "1990001018", "l'œuvrer", "", "é"})
    CHECK_MESSAGE(found(automaton, text).empty(), text);
}

TEST_CASE("needles inside each other, and equal ones, are all found") {
  const Automaton automaton =
      automaton_of({"trois", "les trois", "trois tilleuls", "les trois", "tilleul"});
  CHECK(found(automaton, "les trois tilleuls") == std::vector<std::uint32_t>{0, 1, 2, 3});
  CHECK(found(automaton, "destrois tilleuls tilleul") == std::vector<std::uint32_t>{4});
}

TEST_CASE("a needle may say into how many words the text may part it") {
  const Automaton price({{"18190", 1, 2}, {"1819", 2, 2}});
  CHECK(found(price, "181,90") == std::vector<std::uint32_t>{0});
  CHECK(found(price, "18190") == std::vector<std::uint32_t>{0});
  CHECK(found(price, "181.9") == std::vector<std::uint32_t>{1});
  CHECK(found(price, "1819").empty());
  CHECK(found(price, "1;8;1;9;0").empty());
}

TEST_CASE("an automaton finds what a comparison of every run of words finds, in any pieces") {
  std::mt19937 random(4);
  const auto draw = [&](std::size_t limit) { return random() % limit; };
  const auto text_of = [&](std::size_t length) {
    std::string text;
    static const std::vector<std::string> characters{"a", "A", "b",  "É", "1", " ",
                                                     "2", "-", "\n", "œ", "Щ"};
    for (std::size_t i = 0; i < length; ++i) text += characters[draw(characters.size())];
    return text;
  };
  std::size_t matches = 0;
  for (int round = 0; round < 400; ++round) {
    std::vector<Needle> needles;
    while (needles.size() < 12) {
      Needle needle;
      for (const std::string& word : words_of(text_of(1 + draw(6)))) needle.letters += word;
      if (!needle.letters.empty()) needles.push_back(std::move(needle));
    }
    const Automaton automaton(needles);
    const std::string text = text_of(60);
    std::vector<std::uint32_t> expected;
    for (std::uint32_t i = 0; i < needles.size(); ++i)
      if (stands_in(words_of(text), needles[i].letters)) expected.push_back(i);
    matches += expected.size();
    REQUIRE(found(automaton, text) == expected);
    REQUIRE(found(automaton, text, 1 + draw(7)) == expected);
  }
  CHECK(matches > 100);
}

TEST_CASE("a search begins anew after a text, and remembers what it found") {
  const Automaton automaton = automaton_of({"trois tilleuls"});
  Search search(automaton);
  search.add("trois");
  search.finish();
  search.add("tilleuls");
  search.finish();
  CHECK(search.found().empty());
  search.add("trois tilleuls");
  search.finish();
  CHECK(search.found().size() == 1);
}
