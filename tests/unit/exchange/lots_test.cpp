// Which file of which lot a name is, and when a lot is complete.
#include "gateway/exchange/lots.h"

#include <doctest/doctest.h>

namespace charmille::exchange {
namespace {

using namespace std::chrono_literals;

config::LotFile file(const char* name, const char* pattern, bool required) {
  return {name, *config::NamePattern::parse(pattern), required, {}, {}};
}

config::Lot lot() {
  config::Lot made;
  made.files = {file("EO_Usagers", "EO_Usagers_{date:yyyyMMdd}.csv", true),
                file("EO_Mesures", "EO_Mesures_{date:yyyyMMdd}.csv", true),
                file("EO_Presences", "EO_Presences_{month:yyyyMM}.csv", false)};
  made.key = "date";
  made.complete.all = true;
  made.wait = 2h;
  return made;
}

const base::Time noon = *base::parse_rfc3339("2026-06-30T12:00:00Z");

LotState with(std::set<std::string> present, base::Time last = noon) {
  return {std::move(present), false, noon, last};
}

}  // namespace

TEST_CASE("a name tells its file and its lot; one without the key's field joins the next lot") {
  const auto main = match(lot(), "EO_Usagers_20260630.csv");
  REQUIRE(main);
  CHECK(main->file == "EO_Usagers");
  CHECK(main->key == "2026-06-30");
  const auto month = match(lot(), "EO_Presences_202606.csv");
  REQUIRE(month);
  CHECK(month->file == "EO_Presences");
  CHECK(month->key.empty());
  CHECK_FALSE(match(lot(), "EO_Usagers_20260631.csv"));
  CHECK_FALSE(match(lot(), "autre.csv"));
  CHECK(values_of(lot(), {"EO_Usagers_20260630.csv", "EO_Presences_202606.csv"}).at("month") ==
        "2026-06");
}

TEST_CASE("a lot is complete when all its files are there, and not before") {
  CHECK(judge(lot(), with({"EO_Usagers", "EO_Mesures", "EO_Presences"}), noon).completion ==
        Completion::complete);
  const LotJudgement open = judge(lot(), with({"EO_Usagers"}), noon);
  CHECK(open.completion == Completion::open);
  CHECK(open.missing == std::vector<std::string>{"EO_Mesures"});
  CHECK(open.look_again == noon + 2h);
}

TEST_CASE("without its optional files a lot waits for the quiet time, or for the marker") {
  config::Lot quiet = lot();
  quiet.complete.quiet = 30s;
  const LotState required = with({"EO_Usagers", "EO_Mesures"}, noon + 10s);
  CHECK(judge(quiet, required, noon + 20s).completion == Completion::open);
  CHECK(judge(quiet, required, noon + 20s).look_again == noon + 40s);
  CHECK(judge(quiet, required, noon + 40s).completion == Completion::complete);
  CHECK(judge(quiet, with({"EO_Usagers"}), noon + 1h).completion == Completion::open);

  config::Lot marked = lot();
  marked.complete.marker = *config::NamePattern::parse("EO_FIN_{date:yyyyMMdd}.txt");
  CHECK(match(marked, "EO_FIN_20260630.txt")->file.empty());
  LotState state = required;
  state.marker = true;
  CHECK(judge(marked, state, noon).completion == Completion::complete);
  state.present.erase("EO_Mesures");
  CHECK(judge(marked, state, noon).completion == Completion::open);
}

TEST_CASE("an incomplete lot is told once its waiting time is over") {
  CHECK(judge(lot(), with({"EO_Usagers"}), noon + 2h).completion == Completion::overdue);
}

}  // namespace charmille::exchange
