#include "adapters/file/wire.h"

#include <doctest/doctest.h>

using namespace charmille::adapters::file;

TEST_CASE(
    "a token survives its text whatever the name, and no text yields a name that leaves the "
    "folder") {
  for (const std::string name :
       {"export.csv", "a b-c.csv", "; $(id)", "\xff\xfe", "été.csv", "-", "%41"}) {
    const Token token{name, 42, -7, 9};
    const auto back = parse_token(to_text(token));
    REQUIRE(back);
    CHECK(*back == token);
  }
  for (const char* text : {"", "1-2-3-", "1-2-3-%2F", "1-2-3-..", "1-2-3-a%00", "x-2-3-a", "1-2-3",
                           "1-2-3-%4", "1-2-3-%zz"})
    CHECK_FALSE(parse_token(text));
}

TEST_CASE(
    "an archive name is a function of the version, is unlike that of another version, and fits the "
    "disk") {
  Token token{"export.csv", 1, 1'782'810'723'000'000'000, 5};
  CHECK(archive_name(token) == archive_name(token));
  CHECK(archive_name(token).starts_with("20260630T091203Z-"));
  CHECK(archive_name(token).ends_with("-export.csv"));
  Token later = token;
  later.size = 6;
  CHECK(archive_name(later) != archive_name(token));
  token.name = std::string(251, 'e') + ".csv";
  CHECK(archive_name(token).size() + std::string_view(".rapport.json").size() <= 255);
  CHECK(archive_name(token).ends_with(".csv"));
}
