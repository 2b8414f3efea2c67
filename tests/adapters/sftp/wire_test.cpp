#include "adapters/sftp/wire.h"

#include <doctest/doctest.h>

using namespace charmille::adapters::sftp;

TEST_CASE("listings of several servers give the same plain files") {
  const char* forms[] = {
      "-rw-r--r--    1 root     root            6 Jan  2  2024 a.csv\n",
      "-rw-r--r--    1 root     root            6 Jan  2 03:04 a.csv\n",
      "-rw-rw-r--+   1 1000     100             6 Jan  2 03:04 a.csv",
      "-rw-------   1 eo domain users     6 Jan  2 03:04 a.csv\n",
      "-rw-rw-rw-    1 -        -               6 Jan  2  2024 a.csv\n",
      "-rw-r--r-- 1 eo grp 6 2 janv. 2024 a.csv\n",
      "-rw-r--r-- 1 eo grp 6 2024-01-02 03:04 a.csv\n",
  };
  for (const std::string form : forms) {
    CAPTURE(form);
    const Listing listing = parse_listing(form);
    REQUIRE(listing.files.size() == 1);
    CHECK(listing.files[0].name == "a.csv");
    CHECK(listing.files[0].size == 6);
    CHECK_FALSE(listing.files[0].date.empty());
    CHECK(listing.not_understood == 0);
  }
}

TEST_CASE("folders, links and devices are understood and left out") {
  const Listing listing = parse_listing(
      "drwxr-xr-x    3 root     root         4096 Nov 22 04:44 .\n"
      "lrwxrwxrwx    1 root     root           11 Nov 22 04:44 link -> /etc/passwd\n"
      "crw-rw-rw-    1 root     root       1,   3 Nov 22 04:44 null\n"
      "prw-r--r--    1 root     root            0 Nov 22 04:44 pipe\n");
  CHECK(listing.files.empty());
  CHECK(listing.lines == 4);
  CHECK(listing.not_understood == 0);
}

TEST_CASE("a name is all that follows the date, whatever it holds") {
  for (const std::string name : {" a  b ", "x 6 Jan  2  2024 y", "'\"\\$(id);", "été.csv",
                                 "\xe9.csv", "-rw", "%2F", "a -> b"}) {
    CAPTURE(name);
    const Listing listing =
        parse_listing("-rw-r--r--    1 root     root            6 Jan  2  2024 " + name + "\n");
    REQUIRE(listing.files.size() == 1);
    CHECK(listing.files[0].name == name);
    CHECK(listing.files[0].size == 6);
  }
}

TEST_CASE("what is no line of a listing is counted and never becomes a file") {
  for (const std::string line :
       {"total 12", "", " -rw-r--r-- 1 a b 6 Jan 2 2024 x", "-rw-r--r-- 1 a b 6 Jan 2 2024 ",
        "-rw-r--r-- 1 a b 6 Jan 2 2024", "-rw-r--r-- 1 a b six Jan 2 2024 x",
        "-rw-r--r-- 1 a b 99999999999999999999999 Jan 2 2024 x",
        "-rw-r--r-- 1 a b 6 Jan 2 2024 ../x", "-rw-r--r-- 1 a b 6 Jan 2 2024 ..",
        "-rw-r--r-- 1 a b 6 Jan 2 2024 x\ty", "-rw", "<html>"}) {
    CAPTURE(line);
    const Listing listing = parse_listing(line + "\n");
    CHECK(listing.files.empty());
    CHECK(listing.lines == 1);
    CHECK(listing.not_understood == 1);
  }
}

TEST_CASE("a name with a line break becomes no name of another file that is there") {
  const Listing listing = parse_listing("-rw-r--r-- 1 a b 6 Jan 2 2024 new\nline\n");
  REQUIRE(listing.files.size() == 1);  // "new" is not there: asking for it finds nothing
  CHECK(listing.not_understood == 1);
}

TEST_CASE("a token survives its text, and no text yields a name that leaves the folder") {
  for (const std::string name : {"export.csv", "a b-c.csv", "; $(id)", "\xff\xfe", "-", "%41"}) {
    const Token token{name, 42, -7};
    const auto back = parse_token(to_text(token));
    REQUIRE(back);
    CHECK(*back == token);
  }
  for (const char* text :
       {"", "1-2-", "1-2-%2F", "1-2-..", "1-2-a%00", "x-2-a", "1-2", "1-2-%4", "1-2-%0A", "1--2-a"})
    CHECK_FALSE(parse_token(text));
}

TEST_CASE("paths count from the folder unless they start at the root") {
  CHECK(path_in("/in", "a") == "/in/a");
  CHECK(path_in("in/", "a") == "in/a");
  CHECK(path_from("in", "archive") == "in/archive");
  CHECK(path_from("in", "/archive") == "/archive");
}
