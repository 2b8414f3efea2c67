#include "gateway/cli/excerpt.h"

#include <doctest/doctest.h>

using charmille::cli::excerpt;

TEST_CASE("the word at a place is underlined") {
  CHECK(excerpt("a: 1\nnom: Née\n", 2, 6) == "     2 | nom: Née\n       |      ^~~\n");
  CHECK(excerpt("x: '{{ `Nom de naisance`.trim() }}'", 1, 8) ==
        "     1 | x: '{{ `Nom de naisance`.trim() }}'\n"
        "       |        ^~~~~~~~~~~~~~~~~\n");
  CHECK(excerpt("é + )", 1, 5) == "     1 | é + )\n       |     ^\n");
  CHECK(excerpt("\tx\r\n", 1, 2) == "     1 |  x\n       |  ^\n");
}

TEST_CASE("a mistake at the end of a line is marked behind it") {
  CHECK(excerpt("1 +", 1, 4) == "     1 | 1 +\n       |    ^\n");
}

TEST_CASE("a long line is cut around the mistake") {
  const std::string shown = excerpt(std::string(500, 'a') + " b " + std::string(500, 'c'), 1, 502);
  CHECK(shown.size() < 300);
  CHECK(shown.find("…") != std::string::npos);
  const std::size_t mark = shown.find('^');
  const std::size_t second = shown.find('\n') + 1;
  // The ellipsis at the left is one character of three bytes.
  CHECK(shown[mark - second + 2] == 'b');
}

TEST_CASE("where there is nothing, nothing is shown") {
  CHECK(excerpt("a", 2, 1).empty());
  CHECK(excerpt("a", 1, 9).empty());
  CHECK(excerpt("a", 0, 0).empty());
  CHECK(excerpt("", 1, 1).empty());
}
