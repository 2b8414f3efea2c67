#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "gateway/base/bytes.h"
#include "gateway/base/catalogue.h"

using namespace charmille::base;

namespace {

Fault unknown_field(std::string_view word, const std::vector<std::string_view>& names) {
  return fault("CH-MAP-050", {}, {{"field", std::string(word)}, suggestion(word, names)});
}

}  // namespace

TEST_CASE("a name that is nearly right is answered with the right one") {
  const Fault f = unknown_field("birthname", {"sex", "birthName"});
  CHECK(text_of(f, Language::fr).ends_with("(le plus proche : birthName)"));
  CHECK(text_of(f, Language::en).ends_with("(the nearest: birthName)"));
}

TEST_CASE("a name far from all is answered with what may stand there, eight names at most") {
  const std::vector<std::string_view> eight{"aaaaaa", "bbbbbb", "cccccc", "dddddd",
                                            "eeeeee", "ffffff", "gggggg", "hhhhhh"};
  CHECK(text_of(unknown_field("zzzzzzzzz", eight), Language::fr)
            .ends_with("(à choisir parmi : aaaaaa, bbbbbb, cccccc, dddddd, eeeeee, ffffff, gggggg, "
                       "hhhhhh)"));
  std::vector<std::string_view> nine = eight;
  nine.push_back("iiiiii");
  CHECK(text_of(unknown_field("zzzzzzzzz", nine), Language::en).ends_with("gggggg, hhhhhh, …)"));
}

TEST_CASE("where no name can stand, the answer says so") {
  CHECK(text_of(unknown_field("zzz", {}), Language::fr).ends_with("(il n'y en a aucun)"));
  CHECK(text_of(unknown_field("zzz", {}), Language::en).ends_with("(there is none)"));
}

TEST_CASE("names of a partner's file are made fit for one line") {
  CHECK(
      text_of(unknown_field("zzzzzzzzz", {"a\nb"}), Language::en).ends_with("(one of: a\\u{a}b)"));
}

TEST_CASE("an argument of a fault is found by its name, and empty when it is not there") {
  const Fault f = fault("CH-MAP-050", {}, {{"field", "x"}});
  CHECK(argument(f, "field") == "x");
  CHECK(argument(f, "nearest").empty());
}
