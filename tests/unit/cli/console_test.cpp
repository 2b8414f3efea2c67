#include "gateway/cli/console.h"

#include <sstream>

#include <doctest/doctest.h>

using namespace charmille::cli;

namespace {

struct Paper {
  std::ostringstream out;
  std::ostringstream err;
  std::istringstream in;
  Console console{.out = out, .err = err, .in = in};
};

}  // namespace

TEST_CASE("widths are those of a terminal: accents count one, wide characters two, marks nothing") {
  CHECK(width_of("été") == 3);
  CHECK(width_of("e\xcc\x81te\xcc\x81") == 3);
  CHECK(width_of("日本") == 4);
  CHECK(width_of("\xff") == 1);
}

TEST_CASE("a text is cut between characters, and says so") {
  CHECK(cut("été", 3) == "été");
  CHECK(cut("étés", 3) == "ét…");
  CHECK(width_of(cut("日本語", 4)) <= 4);
}

TEST_CASE("columns stay aligned whatever the accents") {
  Paper paper;
  Table table({"nom", "état"});
  table.add({"été", "a"});
  table.add({"hiver", "b"});
  table.print(paper.console);
  CHECK(paper.out.str() == "nom    état\nété    a\nhiver  b\n");
}

TEST_CASE("what comes from outside cannot drive the terminal") {
  Paper paper;
  Table table({"nom"});
  table.add({"\x1b[2Jhop"});
  table.print(paper.console);
  CHECK(paper.out.str().find('\x1b') == std::string::npos);
  print_fields(paper.console, {{"nom", {"\x1b]0;titre\x07"}}});
  CHECK(paper.out.str().find('\x1b') == std::string::npos);
}

TEST_CASE("no colour and no progress bar unless a terminal asks for them") {
  Paper paper;
  CHECK(paper.console.styled("x", Style::red) == "x");
  {
    Progress progress(paper.console, "Envoi");
    progress.show(1, 2);
  }
  CHECK(paper.err.str().empty());
  paper.console.colour = true;
  paper.console.progress = true;
  CHECK(paper.console.styled("x", Style::red) == "\x1b[31mx\x1b[0m");
  {
    Progress progress(paper.console, "Envoi");
    progress.show(1, 2);
  }
  CHECK(paper.err.str().find("50 %") != std::string::npos);
}

TEST_CASE("an answer is read from the input when nobody sits at a terminal") {
  Paper paper;
  paper.in.str("urn:x|42\n");
  CHECK(ask(paper.console, "Identifiant :") == "urn:x|42");
  CHECK(paper.err.str().empty());
}
